import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { io } from 'socket.io-client'
import { beforeAll, describe } from 'vitest'
import { challengeToSign, protocolVersion } from '../../../src/contract/hub.ts'
import { emptyChain, type LogEntry, sealEntry } from '../../../src/domain/log/entry.ts'
import { beforeSegment } from '../../../src/domain/log/segments.ts'
import type {
  ConsoleCertificate,
  SignedStatement,
  Statement,
} from '../../../src/domain/statement/statement.ts'
import type { HubClock } from '../../../src/hub/clock.ts'
import type { HubConfig } from '../../../src/hub/config.ts'
import { createHub, type Hub } from '../../../src/hub/hub.ts'
import {
  generateKeyPair,
  type SigningKeyPair,
  sha256Hex,
  signJson,
} from '../../../src/platform/node/ed25519.ts'
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts'
import { freshDatabase, postgresUrl } from '../../support/postgres.ts'
import { testSite } from '../../support/site.ts'
import { later } from '../../support/undo.ts'

/** A clock that moves only when told, and then runs what is due. */
export type ManualClock = HubClock & { readonly advance: (ms: number) => void }

export function manualClock(startMs = Date.parse('2026-11-20T12:00:00.000Z')): ManualClock {
  let now = startMs
  const timers = new Set<{ readonly periodMs: number; readonly tick: () => void; dueMs: number }>()
  return {
    nowMs: () => now,
    every(periodMs, tick) {
      const timer = { periodMs, tick, dueMs: now + periodMs }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      now += ms
      for (const timer of timers) {
        if (timer.dueMs > now) continue
        timer.dueMs = now + timer.periodMs
        timer.tick()
      }
    },
  }
}

type StoreKind = 'SQLite' | 'PostgreSQL'
let storeKind: StoreKind = 'SQLite'

/** The same tests with hubs on either store; on PostgreSQL only where there is a server. */
export function describeOnEachStore(name: string, tests: (kind: StoreKind) => void): void {
  for (const kind of ['SQLite', 'PostgreSQL'] as const)
    describe.skipIf(kind === 'PostgreSQL' && postgresUrl === undefined)(`${name}, on ${kind}`, () => {
      beforeAll(() => {
        storeKind = kind
      })
      tests(kind)
    })
}

/** Where a hub's data is, for the hub that follows it on the same data. */
export type TestPlace = Pick<HubConfig, 'data' | 'database'>

export async function freshPlace(): Promise<TestPlace> {
  if (storeKind === 'SQLite') return { data: await tempDir() }
  const { url, drop } = await freshDatabase()
  later(drop)
  return { database: url }
}

export type TestHub = {
  readonly hub: Hub
  readonly url: string
  readonly port: number
  readonly place: TestPlace
  /** Empty on PostgreSQL. */
  readonly data: string
  readonly log: readonly string[]
}

export async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'scanside-hub-'))
  later(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export async function startHub(over: Partial<HubConfig> = {}): Promise<TestHub> {
  const { data, database, ...rest } = over
  const isPlaced = data !== undefined || database !== undefined
  const place = isPlaced ? { ...(data && { data }), ...(database && { database }) } : await freshPlace()
  const log: string[] = []
  const hub = await createHub({
    port: 0,
    site: testSite(),
    logLevel: 'debug',
    logTo: (line) => void log.push(line),
    limits: { enrolPerAddress: 1000 },
    ...rest,
    ...place,
  })
  later(() => hub.stop())
  const { url, port } = await hub.start()
  return { hub, url, port, place, data: place.data ?? '', log }
}

export type Reply = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what a hub answers is what these tests look into
  readonly body: any
  readonly headers: Headers
}

export async function ask(
  url: string,
  path: string,
  init: RequestInit & { json?: unknown } = {},
): Promise<Reply> {
  const { json, ...rest } = init
  const response = await fetch(new URL(path, url), {
    ...rest,
    ...(json === undefined
      ? {}
      : {
          method: 'POST',
          body: JSON.stringify(json),
          headers: { 'content-type': 'application/json', ...rest.headers },
        }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
}

export const kindOf = (answer: unknown): string =>
  (answer as { error?: { kind?: string } }).error?.kind ??
  (answer as { ok?: boolean }).ok?.toString() ??
  'nothing'

const patienceMs = 10_000

/** One end of a socket, with everything that arrived, in order. */
export type Line = {
  readonly send: (
    event: string,
    message: unknown,
  ) => Promise<{ ok: boolean; error?: { kind: string; message: string } }>
  /** The next message of this event that was not asked for yet, now or as soon as it comes. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly next: (event: string) => Promise<any>
  readonly count: (event: string) => number
  readonly closed: Promise<string>
  readonly close: () => void
}

export async function connect(
  url: string,
  namespace: string,
  auth: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Line> {
  const socket = io(`${url}${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth,
    extraHeaders: headers,
  })
  later(() => socket.disconnect())
  const arrived = new Map<string, unknown[]>()
  const waiting = new Map<string, ((message: unknown) => void)[]>()
  const counts = new Map<string, number>()
  socket.onAny((event: string, message: unknown) => {
    counts.set(event, (counts.get(event) ?? 0) + 1)
    const waiter = waiting.get(event)?.shift()
    if (waiter) waiter(message)
    else arrived.set(event, [...(arrived.get(event) ?? []), message])
  })
  const closed = new Promise<string>((resolve) => socket.once('disconnect', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return {
    send: (event, message) => socket.timeout(5000).emitWithAck(event, message),
    next(event) {
      const [first, ...rest] = arrived.get(event) ?? []
      if (first !== undefined) {
        arrived.set(event, rest)
        return Promise.resolve(first)
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.set(
            event,
            (waiting.get(event) ?? []).filter((other) => other !== waiter),
          )
          reject(new Error(`no "${event}" within ${patienceMs / 1000} s`))
        }, patienceMs)
        const waiter = (message: unknown) => {
          clearTimeout(timer)
          resolve(message)
        }
        waiting.set(event, [...(waiting.get(event) ?? []), waiter])
      })
    },
    count: (event) => counts.get(event) ?? 0,
    closed,
    close: () => void socket.disconnect(),
  }
}

/** Why a handshake was refused, in the contract's form. */
export const refusalOf = async (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'connected',
    (error: { data?: unknown }) => kindOf(error.data),
  )

export type TestDevice = {
  readonly deviceId: string
  readonly roomId: string
  readonly hubPublicKey: string
  readonly key: SigningKeyPair
  readonly token: () => Promise<string>
  readonly connect: () => Promise<Line>
  readonly post: (entries: readonly unknown[], deviceId?: string) => Promise<Reply>
}

export async function enrol(
  { hub, url }: { readonly hub: Pick<Hub, 'issueEnrolmentCode'>; readonly url: string },
  roomId: string,
): Promise<TestDevice> {
  const key = generateKeyPair()
  const code = await hub.issueEnrolmentCode(roomId)
  const { body } = await ask(url, '/api/enrol', {
    json: { code, publicKey: key.publicKey, hostname: 'test-host' },
  })
  return deviceOf(url, body.deviceId, roomId, body.hubPublicKey, key)
}

/** The same device at a hub that has moved to another port. */
export function deviceOf(
  url: string,
  deviceId: string,
  roomId: string,
  hubPublicKey: string,
  key: SigningKeyPair,
): TestDevice {
  const token = async () => {
    const { body: offered } = await ask(url, '/api/device/challenge', { json: { deviceId } })
    const { challenge } = offered
    const signature = signJson(key.privateKey, challengeToSign(deviceId, challenge))
    const { body } = await ask(url, '/api/device/token', { json: { deviceId, challenge, signature } })
    return body.token as string
  }
  let held: Promise<string> | undefined
  return {
    deviceId,
    roomId,
    hubPublicKey,
    key,
    token,
    connect: async () => connect(url, '/workstation', { protocol: protocolVersion, token: await token() }),
    async post(entries, claimed = deviceId) {
      held ??= token()
      return ask(url, '/api/log', {
        json: { deviceId: claimed, entries },
        headers: { authorization: `Bearer ${await held}` },
      })
    },
  }
}

export type TestPhysician = {
  readonly physicianId: string
  readonly cookie: string
  readonly authenticator: Authenticator
  readonly connect: () => Promise<Line>
  /** Connects and goes on call. */
  readonly onCall: (connectionId?: string) => Promise<Line>
  readonly post: (path: string, json: unknown) => Promise<Reply>
  readonly get: (path: string) => Promise<Reply>
  readonly say: (statement: Said) => Promise<SignedStatement>
  /** About the site's cards: as `say`, with everything given. */
  readonly sign: <S>(statement: S) => Promise<Omit<SignedStatement, 'statement'> & { readonly statement: S }>
}
type Said = { readonly kind: Statement['kind']; readonly deviceId: string } & Record<string, unknown>

export async function register(
  { hub, url }: { readonly hub: Pick<Hub, 'issueInvite'>; readonly url: string },
  physicianId: string,
): Promise<TestPhysician> {
  const authenticator = createAuthenticator(url)
  const { code: invite } = await hub.issueInvite(physicianId)
  const origin = { origin: url }
  const options = await ask(url, '/api/physician/register/options', { json: { invite }, headers: origin })
  const verified = await ask(url, '/api/physician/register/verify', {
    json: { invite, response: authenticator.create(options.body) },
    headers: { ...origin, cookie: cookiesOf(options) },
  })
  if (verified.status !== 200) throw new Error(`not registered: ${JSON.stringify(verified.body)}`)
  return physicianOf(url, physicianId, cookiesOf(verified), authenticator)
}

export function physicianOf(
  url: string,
  physicianId: string,
  cookie: string,
  authenticator: Authenticator,
  origin = url,
): TestPhysician {
  const headers = { origin, cookie }
  const key = generateKeyPair()
  let signer: Promise<ConsoleCertificate> | undefined
  const post: TestPhysician['post'] = (path, json) => ask(url, path, { json, headers })
  const certified = () => {
    signer ??= post('/api/physician/console-key', { publicKey: key.publicKey }).then(
      ({ body }) => body.signer,
    )
    return signer
  }
  const sign = async <S>(statement: S) => ({
    statement,
    signature: signJson(key.privateKey, statement as never),
    signer: await certified(),
  })
  const connectConsole = () => connect(url, '/console', { protocol: protocolVersion }, headers)
  return {
    physicianId,
    cookie,
    authenticator,
    post,
    connect: connectConsole,
    async onCall(connectionId = `c-${randomUUID()}`) {
      const line = await connectConsole()
      await line.send('on-call', { onCall: true, connectionId })
      return line
    },
    get: (path) => ask(url, path, { headers }),
    async say(said) {
      const { certificate } = await certified()
      return sign({
        id: `s-${randomUUID()}`,
        physicianId,
        at: certificate.issuedAt,
        ...said,
      } as unknown as Statement)
    },
    sign,
  }
}

export const cookiesOf = ({ headers }: Reply): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')

/** A chain of `count` entries, each with a body of its own. */
/** The first entry of a segment that follows a damage. */
export function segmentBegun(device: string, segment: number): LogEntry {
  const body = { segment, reason: 'database-corrupt', detail: 'page 7 of log', setAside: 'damaged/x' }
  const [{ v: _v, seq: _seq, prev: _prev, hash: _hash, ...draft }] = chainOf(device, 1) as [LogEntry]
  return sealEntry(beforeSegment(segment), { ...draft, type: 'segment-begun', body }, sha256Hex)
}

export function chainOf(device: string, count: number, from = emptyChain, mark = 'a'): LogEntry[] {
  const entries: LogEntry[] = []
  let head = from
  for (let i = 0; i < count; i += 1) {
    const entry = sealEntry(
      head,
      {
        device,
        at: '2026-11-20T12:00:00.000Z',
        boot: 'b-1',
        mono: i,
        actor: { kind: 'system' },
        type: 'workstation-locked',
        session: null,
        body: { reason: 'by-hand', mark, n: head.seq + 1 },
      },
      sha256Hex,
    )
    entries.push(entry)
    head = { seq: entry.seq, hash: entry.hash }
  }
  return entries
}
