import type { ChainHead } from '../domain/log/entry.ts'
import type { Problem } from '../domain/result.ts'
import type { Clock } from '../platform/node/clock.ts'
import type { CopyUnderWay, LogCopies } from '../platform/node/log-copies.ts'
import { dayMs } from './daily-review.ts'
import type { AppLog } from './ports.ts'

export type LogCopyingOptions = {
  readonly copies: LogCopies
  readonly clock: Clock
  /** How far the log is durable. */
  readonly upTo: () => ChainHead
  readonly say: AppLog
  readonly onNotice: (problem: Problem | null) => void
}

export type LogCopying = {
  /** @param mayCopy nothing is open, and the log has been reviewed; else a copy that is being made is put off */
  readonly tick: (mayCopy: boolean) => void
  readonly close: () => void
}

const retryAfterMs = 3_600_000
/** A copy may fail for a day or two, of a full disk, without anybody being disturbed. */
const saidAfterMs = 3 * dayMs

/** Has the log copied once a day, and says where that fails. */
export function createLogCopying({ copies, clock, upTo, say, onNotice }: LogCopyingOptions): LogCopying {
  let running: CopyUnderWay | null = null
  let dueMono: number | undefined

  /** By the wall clock, over ends of the process; one that was made in the future counts for nothing. */
  const firstDue = (): number => {
    const ageMs = clock.nowMs() - (copies.madeAtMs() ?? Number.NEGATIVE_INFINITY)
    return ageMs >= 0 && ageMs < dayMs ? clock.mono() + dayMs - ageMs : clock.mono()
  }
  const failed = ({ kind, message }: Problem) => {
    if (kind === 'log-copy-stopped') {
      say('info', 'log-copy-put-off')
      return
    }
    dueMono = clock.mono() + retryAfterMs
    say('error', 'log-not-copied', { kind, message })
    const sinceMs = copies.madeAtMs() ?? copies.logSinceMs()
    if (kind === 'log-copy-holds-more') onNotice({ kind, message })
    else if (clock.nowMs() - sinceMs >= saidAfterMs) onNotice(withoutCopy(message))
  }
  const make = () => {
    const begunMono = clock.mono()
    const copying = copies.make(upTo())
    running = copying
    void copying.done.then((made) => {
      running = null
      if (!made.ok) return failed(made.error)
      dueMono = clock.mono() + dayMs
      onNotice(null)
      say('info', 'log-copied', { ...made.value, tookMs: Math.round(clock.mono() - begunMono) })
    })
  }

  return {
    tick: (mayCopy) => {
      if (!mayCopy) running?.stop()
      if (!mayCopy || running !== null) return
      dueMono ??= firstDue()
      if (clock.mono() >= dueMono) make()
    },
    close: () => running?.stop(),
  }
}

const withoutCopy = (why: string): Problem => ({
  kind: 'log-copy-not-made',
  message: `${why} There has been no new copy for days: tell your IT. Help, sessions and the log itself work.`,
})
