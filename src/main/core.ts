import type { Actor, LogEntry } from '../domain/log/entry.ts'
import type { Event } from '../domain/log/events.ts'
import type { Policy } from '../domain/policy/policy.ts'
import { ok, type Problem, type Result } from '../domain/result.ts'
import { actorFor, type DecideContext, decide } from '../domain/workstation/decide.ts'
import { evolve, initialState } from '../domain/workstation/evolve.ts'
import type { Command, WorkstationState } from '../domain/workstation/state.ts'
import { type Clock, isoOf } from '../platform/node/clock.ts'
import type { KeepingLog } from '../platform/node/keeping-log.ts'
import type { Draft } from '../platform/node/log-store-types.ts'
import { emptyHistory, evolveHistory, type History } from './history.ts'

export type CoreOptions = {
  readonly deviceId: string
  readonly clock: Clock
  readonly newId: () => string
  readonly log: KeepingLog
}

/** Names a fact that may come twice, so that the log takes it once. */
export type Once = { readonly once?: string }

/**
 * The one path by which anything changes: decide → seal → append → evolve → told to listeners. It knows nothing of
 * windows, hub or peers.
 */
export type Core = {
  readonly state: () => WorkstationState
  readonly history: () => History
  readonly context: () => DecideContext
  readonly setPolicy: (policy: Policy | null) => void
  readonly setRoom: (roomId: string | null) => void
  /** What a person or a fact asks for. Answers with what was appended, or with the rejection. */
  readonly execute: (command: Command, how?: Once) => Result<readonly LogEntry[], Problem>
  /** A fact on which nothing is to be decided. */
  readonly record: (event: Event, how?: Once & { readonly actor?: Actor }) => readonly LogEntry[]
  /** Like `execute`, but everybody is told before the disk is asked. For the help button alone. */
  readonly executeUrgently: (command: Command) => Result<readonly LogEntry[], Problem>
  /** Called after each commit, with its entries. */
  readonly onCommitted: (listener: (entries: readonly LogEntry[]) => void) => void
}

const pageSize = 1000
const system: Actor = { kind: 'system' }

export function createCore({ deviceId, clock, newId, log }: CoreOptions): Core {
  const listeners: ((entries: readonly LogEntry[]) => void)[] = []
  let policy: Policy | null = null
  let roomId: string | null = null
  let state = initialState
  let history = emptyHistory

  const take = (entry: LogEntry) => {
    state = evolve(state, entry)
    history = evolveHistory(history, entry)
  }
  for (let seq = 1; seq <= log.head().seq; seq += pageSize) {
    for (const text of log.texts(seq, pageSize)) take(JSON.parse(text))
  }

  const context = (): DecideContext => ({
    now: isoOf(clock.nowMs()),
    mono: clock.mono(),
    boot: clock.boot,
    policy,
    policyStale: policy !== null && isStale(policy, clock.nowMs()),
    deviceId,
    roomId,
    newId,
  })
  const draft = (event: Event, actor: Actor, { once }: Once): Draft => ({
    device: deviceId,
    at: isoOf(clock.nowMs()),
    boot: clock.boot,
    mono: clock.mono(),
    actor,
    type: event.type,
    session: event.session,
    body: event.body as Draft['body'],
    ...(once === undefined ? {} : { once }),
  })
  const committed = (entries: readonly LogEntry[]) => {
    if (entries.length === 0) return
    for (const entry of entries) take(entry)
    for (const listener of listeners) listener(entries)
  }

  const run = (command: Command, how: Once, write: KeepingLog['append']) => {
    const decision = decide(state, command, context())
    if (!decision.ok) return decision
    const actor = actorFor(state, command)
    // Only the first event carries the name: the rest follows from it and comes or stays out with it.
    if (how.once !== undefined && log.knows(how.once)) return ok([])
    const entries = write(decision.value.map((event, index) => draft(event, actor, index === 0 ? how : {})))
    committed(entries)
    return ok(entries)
  }

  return {
    state: () => state,
    history: () => history,
    context,
    setPolicy: (next) => {
      policy = next
    },
    setRoom: (next) => {
      roomId = next
    },
    execute: (command, how = {}) => run(command, how, log.append),
    executeUrgently: (command) => {
      const outcome = run(command, {}, log.seal)
      // After this turn, so that what was just handed to windows and sockets leaves first.
      setImmediate(log.flush)
      return outcome
    },
    record: (event, { actor = system, ...once } = {}) => {
      const entries = log.append([draft(event, actor, once)])
      committed(entries)
      return entries
    },
    onCommitted: (listener) => {
      listeners.push(listener)
    },
  }
}

/** Too old, or from a future that only a wrong clock can show: either way nobody knows how old it is. */
function isStale(policy: Policy, nowMs: number): boolean {
  return Math.abs(nowMs - Date.parse(policy.issuedAt)) > policy.staleAfterMs
}
