import type { Actor, LogEntry } from '../domain/log/entry.ts'
import type { Event } from '../domain/log/events.ts'
import type { JudgedCards } from '../domain/policy/cards-approval.ts'
import type { Policy } from '../domain/policy/policy.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import { actorFor, type DecideContext, decide } from '../domain/workstation/decide.ts'
import { openEscalations } from '../domain/workstation/queries.ts'
import type { Command, WorkstationState } from '../domain/workstation/state.ts'
import { type Clock, isoOf } from '../platform/node/clock.ts'
import type { KeepingLog } from '../platform/node/keeping-log.ts'
import { entriesReadAtStart } from '../platform/node/log-review.ts'
import type { Draft } from '../platform/node/log-store-types.ts'
import { emptyFold, type Fold, foldNext, isSameFold } from './fold.ts'
import type { History } from './history.ts'

export type CoreOptions = {
  readonly deviceId: string
  readonly clock: Clock
  readonly newId: () => string
  readonly log: KeepingLog
  /** What the log came to at an entry of it, from an earlier run. */
  readonly kept: Fold | undefined
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
  readonly fold: () => Fold
  /**
   * The log is too long to be read before the button is armed. Until it is read, the state is what has happened since
   * the start, which is enough for a call for help, and nothing else is decided.
   */
  readonly isReading: () => boolean
  /** The log was read from its first entry and came to this. Whether the state was that, too; it is now. */
  readonly settle: (read: Fold) => 'as-it-was' | 'another'
  /** The log cannot be read: the state stays what has happened since the start. */
  readonly stopReading: () => void
  readonly context: () => DecideContext
  /** With its reaction cards judged: that is not left to the moment of a press. */
  readonly setPolicy: (policy: Policy, cards: JudgedCards) => void
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

export function createCore({ deviceId, clock, newId, log, kept }: CoreOptions): Core {
  const listeners: ((entries: readonly LogEntry[]) => void)[] = []
  let policy: Policy | null = null
  let cards: JudgedCards | null = null
  let roomId: string | null = null

  /** Goes on from a fold to the end of the log, with what is not on disk yet. */
  const upToNow = (from: Fold): Fold => {
    let fold = from
    while (fold.seq < log.head().seq) {
      for (const text of log.texts(fold.seq + 1, pageSize)) fold = foldNext(fold, JSON.parse(text))
    }
    return fold
  }
  const start = kept ?? emptyFold
  let isBehind = log.isBehind()
  const isLong = isBehind || log.countAfter(start.seq) > entriesReadAtStart
  const known = isLong ? undefined : readable(() => upToNow(start))
  let isReading = known === undefined
  let fold = known ?? { ...emptyFold, seq: log.head().seq }

  const context = (): DecideContext => ({
    now: isoOf(clock.nowMs()),
    mono: clock.mono(),
    boot: clock.boot,
    policy,
    policyStale: policy !== null && isStale(policy, clock.nowMs()),
    cards,
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
    for (const entry of entries) fold = foldNext(fold, entry)
    for (const listener of listeners) listener(entries)
  }

  const run = (command: Command, how: Once, write: KeepingLog['append']) => {
    if (isReading && !isForCall(command)) return notReadYet
    // It may be in the log that is still being recovered: whoever said it says it again.
    if (isBehind && command.kind === 'receive-statement' && !isOfOpenCall(fold.state, command))
      return notReadYet
    const decision = decide(fold.state, command, context())
    if (!decision.ok) return decision
    const actor = actorFor(fold.state, command)
    // Only the first event carries the name: the rest follows from it and comes or stays out with it.
    if (how.once !== undefined && log.knows(how.once)) return ok([])
    const entries = write(decision.value.map((event, index) => draft(event, actor, index === 0 ? how : {})))
    committed(entries)
    return ok(entries)
  }

  return {
    state: () => fold.state,
    history: () => fold.history,
    fold: () => fold,
    isReading: () => isReading,
    settle: (read) => {
      const now = upToNow(read)
      const outcome = isSameFold(now, fold) ? 'as-it-was' : 'another'
      fold = now
      isReading = false
      isBehind = false
      return outcome
    },
    stopReading: () => {
      isReading = false
      isBehind = false
    },
    context,
    setPolicy: (next, judged) => {
      policy = next
      cards = judged
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

/** What cannot be read must not keep the button from being armed: the review reads it again, and says what is wrong. */
function readable(read: () => Fold): Fold | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const callCommands: ReadonlySet<Command['kind']> = new Set([
  'press-help',
  'cancel-help',
  'end-help',
  'choose-card',
  'mark-phone-called',
  'report-paged',
])

/** What needs no more of the state than the calls that were pressed since the start. */
const isForCall = (command: Command): boolean =>
  callCommands.has(command.kind) ||
  // A review closes a gap that is not known yet; every other word has its effect when the log is folded.
  (command.kind === 'receive-statement' && command.statement.kind !== 'gap-reviewed')

const isOfOpenCall = (
  state: WorkstationState,
  { statement }: Extract<Command, { kind: 'receive-statement' }>,
): boolean =>
  'escalationId' in statement && openEscalations(state).some(({ id }) => id === statement.escalationId)

const notReadYet = fail(
  'log-being-read',
  'The log on this computer is still being read. The help button works; try again in a moment.',
)

/** Too old, or from a future that only a wrong clock can show: either way nobody knows how old it is. */
function isStale(policy: Policy, nowMs: number): boolean {
  return Math.abs(nowMs - Date.parse(policy.issuedAt)) > policy.staleAfterMs
}
