import type { Clock } from '../platform/node/clock.ts'
import type { Review } from './review.ts'

export const dayMs = 24 * 3_600_000

export type DailyReviewOptions = {
  readonly clock: Clock
  /** A review from the first entry, not started; null where there is nothing to review. */
  readonly create: () => Review | null
}

/** A workstation runs for weeks: what its disk does to the log meanwhile is found within a day. */
export type DailyReview = {
  /** The next one is due a day from now. */
  readonly begin: () => void
  /** @param isQuiet no session and no call is open; one that is opened ends a review, which then begins anew */
  readonly tick: (isQuiet: boolean) => void
  /** Whether the log was reviewed within a day, and is not being reviewed now. */
  readonly isFresh: () => boolean
  readonly close: () => void
}

/** Counts the time that the program runs, on the clock that never jumps. */
export function createDailyReview({ clock, create }: DailyReviewOptions): DailyReview {
  let dueMono = Number.POSITIVE_INFINITY
  let running: Review | null = null
  const stop = () => {
    running?.close()
    running = null
  }
  return {
    begin: () => {
      dueMono = clock.mono() + dayMs
      running = null
    },
    tick: (isQuiet) => {
      if (!isQuiet) return stop()
      if (running !== null || clock.mono() < dueMono) return
      running = create()
      running?.start()
    },
    isFresh: () => running === null && clock.mono() < dueMono && dueMono !== Number.POSITIVE_INFINITY,
    close: stop,
  }
}
