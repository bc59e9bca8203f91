import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { io, type Socket } from 'socket.io-client'
import {
  challengeResponseSchema,
  challengeToSign,
  deviceIdOf,
  enrolResponseSchema,
  hubToWorkstation,
  type MessageOf,
  type PresentPhysician,
  protocolVersion,
  type RoomStatus,
  tokenResponseSchema,
  type workstationToHub,
} from '../../src/contract/hub.ts'
import type { Page, PageEnd } from '../../src/contract/room-view.ts'
import type { SignedStatement, Statement, StatementKind } from '../../src/domain/statement/statement.ts'
import { generateKeyPair, publicKeySha256, signJson } from '../../src/platform/node/ed25519.ts'
import { verifySignedStatement } from '../../src/platform/node/verify-statement.ts'

/**
 * The socket half of a workstation, enrolled with a real device key: for tests of the hub and of the console that
 * need a room and not the app. It verifies every statement and, unless told otherwise, says that it is logged.
 */
export type DeviceClient = {
  readonly deviceId: string
  readonly roomId: string
  readonly hubPublicKey: string
  readonly socket: Socket
  readonly emit: <K extends keyof typeof workstationToHub>(
    event: K,
    message: MessageOf<typeof workstationToHub, K>,
  ) => Promise<unknown>
  readonly on: <K extends keyof typeof hubToWorkstation>(
    event: K,
    listener: (message: MessageOf<typeof hubToWorkstation, K>) => void,
  ) => () => void
  /** Calls for help; returns the page as it was sent. */
  readonly page: (change?: Partial<Page>) => Promise<Page>
  readonly endPage: (end: PageEnd) => Promise<unknown>
  /** Whom the hub last named as present for this room. */
  readonly present: () => readonly PresentPhysician[]
  /** Every statement heard so far, verified, once each. */
  readonly heard: () => readonly SignedStatement[]
  /** The first statement of this kind that matches, now or as soon as it comes. */
  readonly statement: <K extends StatementKind>(
    kind: K,
    matches?: (statement: Extract<Statement, { kind: K }>) => boolean,
  ) => Promise<Extract<Statement, { kind: K }>>
  /** Takes a statement that came over the peer channel. */
  readonly take: (signed: SignedStatement) => void
  /** While false, statements are heard and not confirmed, as by a room whose log is stuck. */
  readonly setConfirming: (confirming: boolean) => void
  readonly close: () => void
}

export const idleStatus: RoomStatus = {
  step: 'idle',
  technologistSignedIn: true,
  primary: null,
  standby: null,
}

/** Enrols a device with a one-time code and connects it. */
export async function openDevice(options: {
  readonly hubUrl: string
  readonly code: string
  readonly names?: { readonly roomName: string; readonly siteName: string }
}): Promise<DeviceClient> {
  const { hubUrl } = options
  const names = options.names ?? { roomName: 'CT 2', siteName: 'Imaging Center North' }
  const key = generateKeyPair()
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(new URL(path, hubUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return response.json()
  }
  const enrolled = enrolResponseSchema.parse(
    await post('/api/enrol', { code: options.code, publicKey: key.publicKey, hostname: 'test-device' }),
  )
  const deviceId = deviceIdOf(publicKeySha256(key.publicKey))
  const { roomId, hubPublicKey } = enrolled

  async function token(): Promise<string> {
    const { challenge } = challengeResponseSchema.parse(await post('/api/device/challenge', { deviceId }))
    const signature = signJson(key.privateKey, challengeToSign(deviceId, challenge))
    return tokenResponseSchema.parse(await post('/api/device/token', { deviceId, challenge, signature }))
      .token
  }
  const socket = io(`${hubUrl}/workstation`, {
    transports: ['websocket'],
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    auth: (answer) => {
      token().then(
        (fresh) => answer({ protocol: protocolVersion, token: fresh }),
        // An unreachable hub: the socket will say so and try again.
        () => answer({ protocol: protocolVersion, token: '' }),
      )
    },
  })
  const heard = new Map<string, SignedStatement>()
  const arrivals = new EventEmitter().setMaxListeners(100)
  let confirming = true

  const emit: DeviceClient['emit'] = (event, message) => socket.timeout(5000).emitWithAck(event, message)
  const on: DeviceClient['on'] = (event, listener) => {
    const schema = hubToWorkstation[event]
    const take = (message: unknown) => listener(schema.parse(message) as never)
    socket.on(event as string, take)
    return () => void socket.off(event as string, take)
  }

  function take(signed: SignedStatement): void {
    const verified = verifySignedStatement(signed, hubPublicKey, new Date().toISOString())
    if (!verified.ok) throw new Error(`a statement does not verify: ${verified.error.message}`)
    const { id } = signed.statement
    if (!heard.has(id)) {
      heard.set(id, signed)
      arrivals.emit('statement')
    }
    // Said again for every copy: an earlier word may have been lost.
    if (confirming) void emit('statement-logged', { statementId: id }).catch(() => undefined)
  }
  on('statement', take)
  let present: readonly PresentPhysician[] = []
  on('presence', ({ physicians }) => {
    present = physicians
  })

  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  await emit('status', idleStatus)

  return {
    deviceId,
    roomId,
    hubPublicKey,
    socket,
    emit,
    on,
    take,
    async page(change = {}) {
      const page: Page = {
        escalationId: `e-${randomUUID()}`,
        kind: 'reaction',
        drill: false,
        deviceId,
        roomId,
        ...names,
        sessionId: null,
        pressedAt: new Date().toISOString(),
        elapsedMs: 0,
        ...change,
      }
      await emit('page', { page })
      return page
    },
    endPage: (end) => emit('page-end', end),
    present: () => present,
    heard: () => [...heard.values()],
    async statement(kind, matches = () => true) {
      for (;;) {
        for (const { statement } of heard.values())
          if (statement.kind === kind && matches(statement as never)) return statement as never
        await once(arrivals, 'statement', { signal: AbortSignal.timeout(15_000) }).catch(() => {
          const kinds = [...heard.values()].map((signed) => signed.statement.kind).join(', ')
          throw new Error(`no "${kind}" within 15 s; heard: ${kinds || 'nothing'}`)
        })
      }
    },
    setConfirming: (now) => {
      confirming = now
    },
    close: () => void socket.disconnect(),
  }
}
