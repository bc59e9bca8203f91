import { io, type Socket } from 'socket.io-client'
import type { z } from 'zod'
import {
  type consoleToHub,
  hubProblemSchema,
  hubToConsole,
  type MessageOf,
  protocolVersion,
} from '../../contract/hub.ts'
import type { HubAnswer } from '../statements/outbox.ts'
import type { Clock } from '../ticker/clock.ts'

/** Where the socket to the hub stands. There is no state in which it has given up. */
export type HubConnection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  | { readonly kind: 'offline'; readonly since: string; readonly words: string }
  /** The hub answers and will not have us: the person must sign in again or reload. */
  | {
      readonly kind: 'refused'
      readonly reason: 'session-ended' | 'protocol' | 'other'
      readonly words: string
    }

export type HubListeners = {
  readonly [K in keyof typeof hubToConsole]: (message: MessageOf<typeof hubToConsole, K>) => void
}

export type HubSocket = {
  readonly send: <K extends keyof typeof consoleToHub>(
    event: K,
    message: MessageOf<typeof consoleToHub, K>,
  ) => Promise<HubAnswer>
  /** Connects now rather than at the next attempt: after signing in again, say. */
  readonly retry: () => void
  readonly close: () => void
}

const ackWithinMs = 5000
const refusedRetryMs = 5000
const failedRetryMs = 2000

/** The hub is there and cannot now: nothing is wrong with this page, and time alone mends it. */
const failsForNow = (kind: string): boolean => ['unavailable', 'internal', 'too-fast'].includes(kind)

/** Keeps a socket to the hub's `/console`, for ever, and checks every message that comes over it. */
export function openHubSocket(options: {
  readonly clock: Clock
  readonly onConnection: (connection: HubConnection) => void
  readonly listeners: HubListeners
  /** A message from the hub that breaks the contract: told, then dropped. */
  readonly onMalformed: (event: string, words: string) => void
}): HubSocket {
  const socket: Socket = io('/console', {
    auth: { protocol: protocolVersion },
    transports: ['websocket'],
    reconnectionAttempts: Number.POSITIVE_INFINITY,
    reconnectionDelay: 300,
    reconnectionDelayMax: 3000,
    timeout: 5000,
  })
  let offlineSince: string | null = null
  let closed = false
  const offline = (words: string) => {
    offlineSince ??= options.clock.instant()
    options.onConnection({ kind: 'offline', since: offlineSince, words })
  }

  socket.on('connect', () => {
    offlineSince = null
    options.onConnection({ kind: 'online' })
  })
  socket.on('disconnect', (reason) => {
    // The library does not come back by itself after a goodbye of the server's.
    if (reason === 'io server disconnect') socket.connect()
    if (reason !== 'io client disconnect') offline('The connection to the hub was lost.')
  })
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    const refusal = hubProblemSchema.safeParse(error.data)
    if (socket.active && !refusal.success) return offline('The hub cannot be reached.')
    const kind = refusal.success ? refusal.data.error.kind : ''
    const words = refusal.success ? refusal.data.error.message : error.message
    // A refused handshake ends the library's own attempts; ours go on, slowly.
    options.clock.after(failsForNow(kind) ? failedRetryMs : refusedRetryMs, () => {
      if (!closed) socket.connect()
    })
    if (failsForNow(kind)) return offline(words)
    const reason = /session|auth|sign/.test(kind)
      ? 'session-ended'
      : /protocol/.test(kind)
        ? 'protocol'
        : 'other'
    options.onConnection({ kind: 'refused', reason, words })
  })

  const listen = <K extends keyof typeof hubToConsole>(event: K) => {
    const schema: z.ZodType<MessageOf<typeof hubToConsole, K>> = hubToConsole[event] as never
    socket.on(event as string, (message: unknown) => {
      const parsed = schema.safeParse(message)
      if (parsed.success) options.listeners[event](parsed.data)
      else options.onMalformed(event, parsed.error.issues[0]?.message ?? 'unreadable')
    })
  }
  for (const event of Object.keys(hubToConsole) as (keyof typeof hubToConsole)[]) listen(event)

  return {
    async send(event, message) {
      if (!socket.connected) return { kind: 'offline' }
      try {
        const answer: unknown = await socket.timeout(ackWithinMs).emitWithAck(event, message)
        const problem = hubProblemSchema.safeParse(answer)
        return problem.success ? { kind: 'refused', message: problem.data.error.message } : { kind: 'taken' }
      } catch {
        return { kind: 'offline' }
      }
    },
    retry: () => void socket.connect(),
    close() {
      closed = true
      socket.disconnect()
    },
  }
}
