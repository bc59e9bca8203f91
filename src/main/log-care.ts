import type { Durability } from '../contract/ipc.ts'
import type { Problem } from '../domain/result.ts'
import { openEscalations } from '../domain/workstation/queries.ts'
import type { Escalation } from '../domain/workstation/state.ts'
import type { Clock } from '../platform/node/clock.ts'
import type { KeepingLog } from '../platform/node/keeping-log.ts'
import type { LogCopies } from '../platform/node/log-copies.ts'
import type { LogStore } from '../platform/node/log-store-types.ts'
import type { Core } from './core.ts'
import { createDailyReview } from './daily-review.ts'
import { type Fold, readFold, writeFold } from './fold.ts'
import { createLogCopying } from './log-copying.ts'
import type { AppLog } from './ports.ts'
import { createReview, type Review, type ReviewOptions } from './review.ts'
import { type SalvageJob, startSalvage } from './salvage.ts'

export type LogCareOptions = {
  readonly core: Core
  readonly store: LogStore
  readonly log: KeepingLog
  /** What is to be read back of a damaged log. */
  readonly salvage?: SalvageJob | undefined
  /** Undefined where no copy of the log is kept. */
  readonly copies?: LogCopies | undefined
  readonly clock: Clock
  readonly notice: (about: string) => (problem: Problem | null) => void
  readonly say: AppLog
  /** Called when something about the log or the state has changed that no entry says. */
  readonly onChanged: () => void
}

/** Keeps the next start short, and finds out whether the log is what it was. */
export type LogCare = {
  /** Begins to read the whole log; harmless a second time. */
  readonly start: () => void
  readonly tick: () => void
  readonly durability: () => Durability
  /** What was found wrong with the log, wherever entries go now. */
  readonly doubt: () => Problem | null
  /** Keeps the fold, so that the next start reads next to nothing. */
  readonly close: () => void
}

/** A start after a crash reads at most so many entries and those of an open call. */
const keepEveryEntries = 500
/** A window that never comes must not keep the log from being checked, ms. */
const startWithinMs = 10_000

/** What an earlier run has left, if it is of this log and this version. */
export function keptFold(store: LogStore): Fold | undefined {
  const checkpoint = store.checkpoint()
  return checkpoint && readFold(checkpoint.seq, checkpoint.text)
}

export function createLogCare(options: LogCareOptions): LogCare {
  const { core, store, log, clock, notice, say, onChanged } = options
  const startedMono = clock.mono()
  const lastSeq = log.head().seq
  const reading = notice('reading')
  const found = store.durability()
  let doubt = found.kind === 'doubted' ? found.problem : undefined
  /** A fold of nothing but what has happened since the start is of no use to the next one. */
  let isWhole = true
  let keptSeq = core.isReading() ? 0 : (store.checkpoint()?.seq ?? 0)
  let shownTenth = -1

  const keep = () => {
    if (core.isReading() || !isWhole || store.durability().kind === 'volatile') return
    // What is not written yet is no entry of the store.
    if (log.keptCount() > 0 || store.isHeld() || core.fold().seq === keptSeq) return
    keptSeq = core.fold().seq
    const put = store.putCheckpoint({ ...log.head(), text: writeFold(core.fold()) })
    if (!put.ok) say('warn', 'checkpoint-not-written', { kind: put.error.kind })
  }
  /** The call that somebody pressed for stays; the one that was still open in the log is over with it. */
  const endReplaced = ({ id, sessionId }: Escalation) => {
    const outcome = 'Replaced by a new call, pressed while the log was being read'
    core.record({ type: 'help-ended', session: sessionId, body: { escalationId: id, outcome } })
  }
  const sayRebuilt = (from: 'checkpoint' | 'log') => {
    const sinceProcessStartMs = Math.round(clock.mono())
    say('info', 'state-rebuilt', { from, seq: core.fold().seq, sinceProcessStartMs })
  }
  const showProgress = (seq: number) => {
    const tenth = Math.floor((seq / Math.max(1, lastSeq)) * 10)
    if (!core.isReading() || tenth === shownTenth) return
    shownTenth = tenth
    reading(beingRead(tenth * 10))
    onChanged()
  }

  const onFault = (problem: Problem) => {
    doubt = problem
    if (core.isReading()) isWhole = false
    core.stopReading()
    // Behind what is wrong, so that the next start can go on from there.
    keptSeq = 0
    reading(null)
    say('error', 'log-is-doubted', { ...problem })
    onChanged()
  }
  const reviewWith = (over: Pick<ReviewOptions, 'onProgress' | 'onRead' | 'onDone'>): Review | null => {
    const review = store.review()
    return review && createReview({ review, clock, isUrgent: core.isReading, onFault, ...over })
  }
  /** Where the state was another than the log says, it is so no more. */
  const settle = (fold: Fold): 'as-it-was' | 'another' => {
    const settled = core.settle(fold)
    if (settled === 'another') keptSeq = 0
    return settled
  }
  const reviewOfStart: Parameters<typeof reviewWith>[0] = {
    onProgress: showProgress,
    onRead: (fold, replaced) => {
      const wasReading = core.isReading()
      const settled = settle(fold)
      reading(null)
      if (wasReading) sayRebuilt('log')
      if (wasReading) core.execute({ kind: 'lock', reason: 'restart' })
      else if (settled === 'another') {
        say('error', 'checkpoint-was-wrong', { seq: fold.seq })
        notice('checkpoint')(wasWrong)
      }
      replaced.forEach(endReplaced)
      onChanged()
    },
    onDone: (entries) => {
      const afterMs = Math.round(clock.mono() - startedMono)
      say('info', 'log-reviewed', { entries, afterMs, why: 'start' })
      daily.begin()
    },
  }
  let reviewing: Review | null = null
  const daily = createDailyReview({
    clock,
    create: () => {
      const begunMono = clock.mono()
      return reviewWith({
        onProgress: () => undefined,
        // Which calls were replaced unseen was settled after the start.
        onRead: (fold) => {
          if (settle(fold) === 'as-it-was') return
          say('error', 'state-was-wrong', { seq: fold.seq })
          notice('state')(stateWasWrong)
          onChanged()
        },
        onDone: (entries) => {
          const afterMs = Math.round(clock.mono() - begunMono)
          say('info', 'log-reviewed', { entries, afterMs, why: 'daily' })
          daily.begin()
        },
      })
    },
  })
  const copying =
    options.copies &&
    createLogCopying({
      copies: options.copies,
      clock,
      upTo: store.durableHead,
      say,
      onNotice: notice('copy'),
    })
  let isBehind = log.isBehind()
  const start = () => {
    if (isBehind) return
    reviewing ??= reviewWith(reviewOfStart)
    reviewing?.start()
  }
  const readNow = () => {
    isBehind = false
    reading(beingRead(0))
    start()
  }
  const recovered = () => {
    readNow()
    onChanged()
  }
  const job = options.salvage ?? null
  const salvage =
    job && startSalvage({ core, store, log, job, say, onNotice: notice('salvage'), onDone: recovered })
  if (!core.isReading()) sayRebuilt('checkpoint')
  else if (!isBehind) readNow()

  /** Nobody works, and nothing is wrong or waits that comes first. */
  const isQuiet = (): boolean =>
    core.state().session.kind === 'none' &&
    openEscalations(core.state()).length === 0 &&
    !core.isReading() &&
    !isBehind &&
    doubt === undefined &&
    log.durability().kind === 'durable' &&
    log.keptCount() === 0

  return {
    start,
    tick: () => {
      if (clock.mono() - startedMono > startWithinMs) start()
      // Never in the middle of a call: an entry of it might wait.
      const isDue = core.fold().seq - keptSeq >= keepEveryEntries || (keptSeq === 0 && doubt !== undefined)
      if (isDue && openEscalations(core.state()).length === 0) keep()
      daily.tick(isQuiet())
      copying?.tick(isQuiet() && daily.isFresh() && log.durableSeq() > 0)
    },
    durability: () => {
      const durability = log.durability()
      if (durability.kind === 'volatile' || doubt === undefined) return durability
      return { kind: 'doubted', problem: doubt, resumes: isWhole && doubt.kind !== 'database-corrupt' }
    },
    doubt: () => doubt ?? null,
    close: () => {
      salvage?.close()
      reviewing?.close()
      daily.close()
      copying?.close()
      keep()
    },
  }
}

const beingRead = (percent: number): Problem => ({
  kind: 'log-being-read',
  message: `Reading the log… ${percent} %. The help button works. Names and sessions appear when it is read.`,
})
const wasWrong: Problem = {
  kind: 'checkpoint-was-wrong',
  message:
    'What was kept for a quick start was not what the log says. The log has been read from its first entry, and this screen shows what it says. Check the last step before you go on, and tell your IT.',
}
const stateWasWrong: Problem = {
  kind: 'state-was-wrong',
  message:
    'What this screen showed was not what the log says. The log has been read again from its first entry, and this screen shows what it says. Check the last step before you go on, and tell your IT: the memory of this computer may be faulty.',
}
