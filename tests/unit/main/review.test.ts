import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ok } from '../../../src/domain/result.ts'
import type { Escalation } from '../../../src/domain/workstation/state.ts'
import { emptyFold, type Fold, foldNext } from '../../../src/main/fold.ts'
import { createReview } from '../../../src/main/review.ts'
import type { LogReview } from '../../../src/platform/node/log-store-types.ts'
import { fullStory } from '../domain/full-story.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const { entries } = fullStory()
const problem = { kind: 'chain-broken', message: 'entry 3: wrong-hash' } as const

/** A log whose every piece costs three milliseconds, on a clock that moves with it. */
function reviewed(over: Partial<LogReview> = {}, boot = 'b-now') {
  let monoMs = 0
  let at = 0
  let pages = 4
  /** How long each turn of the event loop was held. */
  const held: number[] = []
  const calls: string[] = []
  const log: LogReview = {
    nextEntries: (limit) => {
      const some = entries.slice(at, at + limit)
      at += some.length
      return ok(some)
    },
    nextPages: () => {
      pages -= 1
      return ok(pages === 0 ? 'done' : 'more')
    },
    close: () => void calls.push('closed'),
    ...over,
  }
  const costly =
    <A, R>(work: (argument: A) => R) =>
    (argument: A): R => {
      monoMs += 3
      return work(argument)
    }
  const outcome: { fold?: Fold; replaced?: readonly Escalation[] } = {}
  const review = createReview({
    review: { ...log, nextEntries: costly(log.nextEntries), nextPages: costly(log.nextPages) },
    clock: { boot, mono: () => monoMs, nowMs: () => monoMs },
    isUrgent: () => false,
    onProgress: () => void calls.push('progress'),
    onRead: (fold, replaced) => void Object.assign(outcome, { fold, replaced }),
    onFault: ({ message }) => void calls.push(message),
    onDone: (seq) => void calls.push(`done ${seq}`),
  })
  const turn = () => {
    const before = monoMs
    vi.advanceTimersToNextTimer()
    held.push(monoMs - before)
  }
  return { review, outcome, calls, held, turn }
}

describe('the review of a log', () => {
  it('folds it from the first entry, then looks at the pages, and never holds the event loop for long', () => {
    const { review, outcome, calls, held, turn } = reviewed()
    review.start()
    while (vi.getTimerCount() > 0) turn()
    expect(outcome.fold).toEqual(entries.reduce(foldNext, emptyFold))
    expect(outcome.replaced).toEqual([])
    expect(calls.slice(-2)).toEqual(['closed', `done ${entries.length}`])
    expect(held.length).toBeGreaterThan(2)
    // A slice of 8 ms ends with the piece in which that time is over.
    expect(Math.max(...held)).toBeLessThanOrEqual(9)
  })

  it('stops at a fault, and says it', () => {
    const fault = { after: { seq: 2, hash: '' }, problem }
    const { review, outcome, calls, turn } = reviewed({ nextEntries: () => ({ ok: false, error: fault }) })
    review.start()
    turn()
    expect(vi.getTimerCount()).toBe(0)
    expect(calls).toEqual(['closed', problem.message])
    expect(outcome.fold).toBeUndefined()
  })

  it('says what is wrong with the pages', () => {
    const fault = { after: { seq: 2, hash: '' }, problem }
    const { review, calls, turn } = reviewed({ nextPages: () => ({ ok: false, error: fault }) })
    review.start()
    while (vi.getTimerCount() > 0) turn()
    expect(calls.at(-1)).toBe(problem.message)
  })

  it('names the call that a press of this start has replaced, because it was not read yet', () => {
    const pressed = entries.filter(({ type }) => type === 'help-pressed').at(-1)
    const { body, boot = '', seq = 0 } = pressed ?? {}
    const again = {
      ...pressed,
      boot: 'b-now',
      body: { ...body, escalationId: 'e-new' },
    } as (typeof entries)[number]
    const log = [...entries.slice(0, seq), again]
    const { review, outcome, turn } = reviewed({ nextEntries: () => ok(log.splice(0, 10)) })
    expect(boot).not.toBe('b-now')
    review.start()
    while (vi.getTimerCount() > 0) turn()
    expect(outcome.replaced).toMatchObject([{ id: body?.escalationId }])
    expect(outcome.fold?.state.reaction?.id).toBe('e-new')
  })

  it('starts once, and leaves nothing running when it is closed', () => {
    const { review, calls, turn } = reviewed()
    review.start()
    review.start()
    expect(vi.getTimerCount()).toBe(1)
    turn()
    review.close()
    review.close()
    expect(vi.getTimerCount()).toBe(0)
    expect(calls.filter((call) => call === 'closed')).toHaveLength(1)
  })
})
