import { networkInterfaces } from 'node:os'
import { io, type Socket } from 'socket.io-client'
import {
  hubProblemSchema,
  hubToWorkstation,
  type MessageOf,
  protocolVersion,
  type workstationToHub,
} from '../../contract/hub.ts'
import type { HubConnection } from '../../contract/ipc.ts'
import type { Json } from '../../domain/log/canonical.ts'
import { fail, ok, type Problem, type Result } from '../../domain/result.ts'
import type { Backoff } from './backoff.ts'
import { type Clock, isoOf } from './clock.ts'
import { askHub, type HubReply, type HubRequest } from './hub-http.ts'
import { createTokenSource } from './hub-token.ts'
import { networkProblem } from './network-problem.ts'

export type HubMessage = {
  [K in keyof typeof hubToWorkstation]: {
    readonly event: K
    readonly message: MessageOf<typeof hubToWorkstation, K>
  }
}[keyof typeof hubToWorkstation]

type Outgoing = typeof workstationToHub

export type HubClientOptions = {
  readonly hub: string
  readonly deviceId: string
  readonly sign: (value: Json) => string
  readonly clock: Clock
  readonly backoff: Backoff
  readonly onConnection: (connection: HubConnection) => void
  /** Valid messages only. */
  readonly onMessage: (message: HubMessage) => void
  /** A message that the contract does not know: dropped, with words for the application log. */
  readonly onMalformed: (event: string, words: string) => void
}

/** The one connection to the hub. It has no last attempt. */
export type HubClient = {
  readonly connection: () => HubConnection
  /** The network may be back (resume, cable): do not wait for the next attempt. */
  readonly hint: () => void
  /** Answers when the hub has acknowledged. Without a connection nothing is sent. */
  readonly send: <K extends keyof Outgoing & string>(
    event: K,
    message: MessageOf<Outgoing, K>,
  ) => Promise<Result<null, Problem>>
  /** An HTTP request as this device; a token that the hub no longer takes is renewed once. */
  readonly request: (request: Omit<HubRequest, 'token'>) => Promise<Result<HubReply, Problem>>
  readonly close: () => void
}

const connectWithinMs = 8000
/** An acknowledgement that takes longer means a dead connection, whatever the socket believes. */
const acknowledgeWithinMs = 4000
const watchInterfacesEveryMs = 1000
/** Two computers under one name take the connection from each other: each has it for so long at least. */
const yieldForMs = 5000

/** Connects at once and for good. */
export function connectToHub(options: HubClientOptions): HubClient {
  const { hub, deviceId, sign, clock, backoff } = options
  const tokens = createTokenSource({ hub, deviceId, sign, clock })
  let connection: HubConnection = { kind: 'connecting' }
  let socket: Socket | undefined
  let retry: NodeJS.Timeout | undefined
  let isAttempting = false
  let isClosed = false
  let offlineSince: string | undefined
  let isReplaced = false

  const tell = (next: HubConnection) => {
    connection = next
    options.onConnection(next)
  }

  const lossInWords = (reason: string) => (isReplaced ? replacedWords : lostWords(reason))
  const goOffline = (reason: string) => {
    if (isClosed) return
    const waitMs = backoff.next() + (isReplaced ? yieldForMs : 0)
    offlineSince ??= isoOf(clock.nowMs())
    clearTimeout(retry)
    retry = setTimeout(attempt, waitMs)
    tell({
      kind: 'offline',
      since: offlineSince,
      reason,
      nextAttemptAt: isoOf(clock.nowMs() + waitMs),
    })
  }

  const attempt = async () => {
    if (isAttempting || isClosed) return
    isAttempting = true
    isReplaced = false
    clearTimeout(retry)
    const token = await tokens.get()
    if (isClosed) return
    const outcome = token.ok ? await openSocket(token.value.token) : token
    isAttempting = false
    if (isClosed) return
    if (!token.ok || !outcome.ok) {
      goOffline(outcome.ok ? '' : outcome.error.message)
      return
    }
    if (socket?.connected !== true) {
      // Closed by the hub in the same breath in which it was opened.
      goOffline(lossInWords('io server disconnect'))
      return
    }
    backoff.reset()
    offlineSince = undefined
    tell({ kind: 'online', skewMs: token.value.skewMs })
  }

  const openSocket = (token: string): Promise<Result<null, Problem>> => {
    const opening = io(`${hub}/workstation`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: connectWithinMs,
      auth: { protocol: protocolVersion, token },
    })
    socket?.removeAllListeners().disconnect()
    socket = opening
    for (const event of Object.keys(hubToWorkstation)) {
      opening.on(event, (message: unknown) => receive(event, message))
    }
    return new Promise((resolve) => {
      const settle = (result: Result<null, Problem>) => {
        clearTimeout(deadline)
        resolve(result)
      }
      // The library times the transport, not the hub's consent to the namespace.
      const deadline = setTimeout(() => {
        opening.disconnect()
        settle(fail('unreachable', `The hub ${hub} does not answer in time.`))
      }, connectWithinMs)
      opening.once('connect', () => settle(ok(null)))
      opening.once('connect_error', (error: Error & { data?: unknown }) => {
        tokens.forget(token)
        opening.disconnect()
        settle({ ok: false, error: refusalIn(error.data) ?? networkProblem(hub, error) })
      })
      opening.once('disconnect', (reason) => {
        const words = lossInWords(reason)
        settle(fail('unreachable', words))
        if (socket === opening && !isAttempting) goOffline(words)
      })
    })
  }

  const receive = (event: string, message: unknown) => {
    for (const name of Object.keys(hubToWorkstation) as (keyof typeof hubToWorkstation)[]) {
      if (name !== event) continue
      const parsed = hubToWorkstation[name].safeParse(message)
      if (name === 'replaced') isReplaced = true
      // The pairing of name and message is what the line above has just checked.
      if (parsed.success) options.onMessage({ event: name, message: parsed.data } as HubMessage)
      else
        options.onMalformed(
          event,
          parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '),
        )
    }
  }

  const hint = () => {
    if (connection.kind === 'offline') void attempt()
  }
  const interfaces = setInterval(watchInterfaces(hint), watchInterfacesEveryMs)
  interfaces.unref()
  void attempt()

  return {
    connection: () => connection,
    hint,
    send: async (event, message) => {
      const via = socket
      if (connection.kind !== 'online' || via === undefined || !via.connected) {
        return fail('offline', 'The hub is not connected.')
      }
      try {
        const answer: unknown = await via.timeout(acknowledgeWithinMs).emitWithAck(event, message)
        return refusalIn(answer) === undefined ? ok(null) : { ok: false, error: refusalIn(answer) ?? unheard }
      } catch {
        if (socket === via && via.connected) via.disconnect()
        return { ok: false, error: unheard }
      }
    },
    request: async (request) => {
      for (let isRetry = false; ; isRetry = true) {
        const token = await tokens.get()
        if (!token.ok) return token
        const answer = await askHub(hub, { ...request, token: token.value.token })
        if (!answer.ok || answer.value.status !== 401 || isRetry) return answer
        tokens.forget(token.value.token)
      }
    },
    close: () => {
      isClosed = true
      clearTimeout(retry)
      clearInterval(interfaces)
      socket?.removeAllListeners().disconnect()
    },
  }
}

const replacedWords = 'Another computer has connected to the hub under this workstation’s name.'
const unheard: Problem = { kind: 'offline', message: 'The hub does not answer; it is connected anew.' }

function refusalIn(answer: unknown): Problem | undefined {
  return hubProblemSchema.safeParse(answer).data?.error
}

function lostWords(reason: string): string {
  switch (reason) {
    case 'io server disconnect':
      return 'The hub has closed the connection.'
    case 'io client disconnect':
      return unheard.message
    case 'ping timeout':
      return 'Nothing was heard from the hub any more.'
    default:
      return 'The connection to the hub was cut.'
  }
}

/** Calls when an address appears or changes: a cable is back, another network is there. */
function watchInterfaces(onChange: () => void): () => void {
  const addresses = () =>
    Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .map(({ address }) => address)
      .sort()
      .join()
  let known = addresses()
  return () => {
    const now = addresses()
    if (now === known) return
    known = now
    onChange()
  }
}
