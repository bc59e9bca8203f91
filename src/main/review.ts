import type { Problem } from '../domain/result.ts'
import { eventOf } from '../domain/workstation/evolve.ts'
import type { Escalation } from '../domain/workstation/state.ts'
import type { Clock } from '../platform/node/clock.ts'
import type { LogReview } from '../platform/node/log-store-types.ts'
import { emptyFold, type Fold, foldNext } from './fold.ts'

export type ReviewOptions = {
  readonly review: LogReview
  readonly clock: Clock
  /** While a person waits for it, it takes no longer pauses than others need. */
  readonly isUrgent: () => boolean
  readonly onProgress: (seq: number) => void
  /** Every entry that was there is read, in order and unaltered: what they say, and which calls a press replaced unseen. */
  readonly onRead: (fold: Fold, replaced: readonly Escalation[]) => void
  readonly onFault: (problem: Problem) => void
  /** Nothing is wrong with the file either. */
  readonly onDone: (seq: number) => void
}

export type Review = { readonly start: () => void; readonly close: () => void }

/** A press that comes in the middle waits for the rest of a slice, ms. */
const sliceMs = 8
const pauseMs = 8
const entriesAtOnce = 20
const pagesAtOnce = 200

/** Reads, checks and folds the whole log while the workstation runs, in slices that nobody notices. */
export function createReview(options: ReviewOptions): Review {
  const { review, clock } = options
  let fold = emptyFold
  const replaced: Escalation[] = []
  let stage: 'idle' | 'entries' | 'pages' | 'over' = 'idle'
  let next: NodeJS.Timeout | undefined

  const end = (tell: () => void) => {
    stage = 'over'
    review.close()
    tell()
  }
  const readSome = () => {
    const read = review.nextEntries(entriesAtOnce)
    if (!read.ok) {
      end(() => options.onFault(read.error.problem))
      return
    }
    for (const entry of read.value) {
      const event = entry.boot === clock.boot ? eventOf(entry) : undefined
      const open = event?.type === 'help-pressed' ? fold.state[event.body.kind] : null
      if (open !== null) replaced.push(open)
      fold = foldNext(fold, entry)
    }
    if (read.value.length > 0) return
    stage = 'pages'
    options.onRead(fold, replaced)
  }
  const lookAtPages = () => {
    const looked = review.nextPages(pagesAtOnce)
    if (!looked.ok) end(() => options.onFault(looked.error.problem))
    else if (looked.value === 'done') end(() => options.onDone(fold.seq))
  }
  const slice = () => {
    const until = clock.mono() + sliceMs
    while (clock.mono() < until && (stage === 'entries' || stage === 'pages')) {
      if (stage === 'entries') readSome()
      else lookAtPages()
    }
    if (stage === 'entries') options.onProgress(fold.seq)
    if (stage !== 'over') next = setTimeout(slice, options.isUrgent() ? 0 : pauseMs)
  }

  return {
    start: () => {
      if (stage !== 'idle') return
      stage = 'entries'
      next = setTimeout(slice, 0)
    },
    close: () => {
      clearTimeout(next)
      if (stage !== 'over') end(() => undefined)
    },
  }
}
