import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyChain } from '../../../src/domain/log/entry.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import type { HoldScope, Holds } from '../../../src/domain/retention/journal-events.ts'
import {
  createPurgePlan,
  holdOfDevice,
  minimumYears,
  type PurgePlan,
  yearsBefore,
} from '../../../src/domain/retention/purge-plan.ts'
import { sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { type Happening, logOf, type ReceivedEntry, yearsOfARoom } from '../../support/old-log.ts'
import { runs } from './seeded.ts'

const holding = (...scopes: readonly HoldScope[]): Holds =>
  new Map(
    scopes.map((scope, index) => {
      const id = `h-${index}`
      return [id, { id, scope, reason: 'a lawsuit', by: 'counsel', at: '2026-01-01T00:00:00.000Z' }]
    }),
  )
const session = (id: string): HoldScope => ({ kind: 'session', session: id })

function planOf(log: readonly ReceivedEntry[], before: string, holds: Holds, atMost = 1000): PurgePlan {
  const plan = createPurgePlan({ years: 10, before }, holds, atMost)
  log.every(({ entry, receivedAt }) =>
    plan.take({ seq: entry.seq, hash: entry.hash, receivedAt, entry: JSON.stringify(entry) }),
  )
  return plan.result()
}

const day = (at: string, type = 'responder-checked-in', over: Partial<Happening> = {}): Happening => ({
  type,
  session: null,
  call: null,
  at,
  receivedAt: at,
  ...over,
})
const y = (year: number) => `${year}-06-01T12:00:00.000Z`
const before = y(2016)

describe('what may be purged', () => {
  it('is never younger than the rule by either clock, never held, never a session or call torn in two', () => {
    fc.assert(
      fc.property(
        yearsOfARoom(2000, 2026),
        fc.integer({ min: 2001, max: 2026 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }),
        fc.integer({ min: 1, max: 40 }),
        (happenings, year, held, atMost) => {
          const log = logOf('d-1', happenings)
          const rule = y(year)
          const plan = planOf(log, rule, holding(...held.map((n) => session(`s-${n}`))), atMost)
          const gone = log.slice(0, plan.entries)
          const left = log.slice(plan.entries)
          expect(plan.to).toEqual(
            gone.length === 0 ? null : { seq: gone.at(-1)?.entry.seq, hash: gone.at(-1)?.entry.hash },
          )
          for (const { entry, receivedAt } of gone) {
            expect(entry.at < rule).toBe(true)
            expect(receivedAt < rule).toBe(true)
          }
          for (const n of held)
            for (const { seq } of recordEntries(
              log.map(({ entry }) => entry),
              `s-${n}`,
            ))
              expect(seq).toBeGreaterThan(plan.entries)
          // An entry that is left does not need one that is gone: what began there has ended there.
          if (left.length > 0) {
            const types = (of: readonly ReceivedEntry[], type: string) =>
              of.filter(({ entry }) => entry.type === type).length
            expect(types(gone, 'session-opened')).toBe(types(gone, 'session-closed'))
            expect(types(gone, 'help-pressed')).toBe(types(gone, 'help-ended'))
          }
          const rest = left.map(({ entry }) => entry)
          const [first] = rest
          if (first !== undefined)
            expect(verifyChain(rest, sha256Hex, { seq: first.seq - 1, hash: first.prev }).ok).toBe(true)
        },
      ),
      runs(500),
    )
  })

  it('takes the later of the two clocks for the truth, and no entry for older than one before it', () => {
    const ages = (list: readonly Happening[]) => planOf(logOf('d-1', list), before, holding())
    expect(ages([day(y(2010)), day(y(2010), 'x', { at: y(2020) })])).toMatchObject({
      entries: 1,
      stop: { kind: 'young', seq: 2, since: y(2020) },
    })
    expect(ages([day(y(2010)), day(y(2010), 'x', { receivedAt: y(2020) })]).entries).toBe(1)
    // A dead clock battery at both ends: what stands before them tells.
    expect(ages([day(y(2010)), day(y(2020)), day(y(1970)), day(y(1970))]).entries).toBe(1)
  })

  it('stops at an entry that does not say when it was made', () => {
    const [good, bad] = logOf('d-1', [day(y(2010)), day('yesterday', 'x', { receivedAt: y(2010) })])
    expect(planOf([good!, bad!], before, holding())).toMatchObject({
      entries: 1,
      stop: { kind: 'timeless', seq: 2 },
    })
  })

  it.each([1000, 3, 2, 1])(
    'stops before an entry that is a hole, and leaves nothing that begins with it: %s at once',
    (atMost) => {
      const log = logOf('d-1', [day(y(2010)), day(y(2010)), day(y(2010)), day(y(2010)), day(y(2010))])
      const plan = createPurgePlan({ years: 10, before }, holding(), atMost)
      log.every(({ entry: { seq, hash, ...rest }, receivedAt }) =>
        plan.take({
          seq,
          hash,
          receivedAt,
          entry: seq === 4 ? '{}' : JSON.stringify({ seq, hash, ...rest }),
        }),
      )
      const { to, stop } = plan.result()
      expect(to?.seq).toBe(Math.min(2, atMost))
      expect(stop).toEqual(atMost > 2 ? { kind: 'hole', seq: 4 } : { kind: 'more' })
    },
  )

  it('keeps the whole record of a held session, with what stood before it opened', () => {
    const log = logOf('d-1', [
      day(y(2010), 'app-started'),
      day(y(2010), 'policy-adopted'),
      day(y(2011), 'responder-checked-in'),
      day(y(2012), 'app-started'),
      day(y(2012), 'technologist-signed-in'),
      day(y(2012), 'session-opened', { session: 's-1' }),
      day(y(2012), 'session-closed', { session: 's-1' }),
    ])
    expect(planOf(log, before, holding(session('s-1')))).toMatchObject({
      entries: 1,
      stop: { kind: 'held', hold: 'h-0', seq: 6 },
    })
    expect(planOf(log, before, holding(session('s-2'))).entries).toBe(7)
    expect(planOf(log.slice(4), before, holding(session('s-1'))).entries).toBe(0)
  })

  it('goes in steps, and to the end of a log that is old as a whole', () => {
    const log = logOf(
      'd-1',
      Array.from({ length: 20 }, () => day(y(2010))),
    )
    expect(planOf(log, before, holding(), 6)).toMatchObject({ entries: 6, stop: { kind: 'more' } })
    const open = logOf('d-1', [day(y(2010)), day(y(2010), 'session-opened', { session: 's-1' })])
    expect(planOf(open, before, holding())).toMatchObject({ entries: 2, stop: { kind: 'end' } })
    const young = logOf('d-1', [
      day(y(2010)),
      day(y(2010), 'session-opened', { session: 's-1' }),
      day(y(2020), 'session-closed', { session: 's-1' }),
    ])
    expect(planOf(young, before, holding()).entries).toBe(1)
  })

  it('is nothing of a device, or of anything, that is on hold', () => {
    expect(holdOfDevice(holding(session('s-1')), 'd-1')).toBe(null)
    expect(holdOfDevice(holding({ kind: 'device', device: 'd-1' }), 'd-1')).toBe('h-0')
    expect(holdOfDevice(holding({ kind: 'device', device: 'd-2' }), 'd-1')).toBe(null)
    expect(holdOfDevice(holding({ kind: 'everything' }), 'd-9')).toBe('h-0')
  })
})

describe('years before', () => {
  it('are calendar years, and never end a day too late', () => {
    expect(yearsBefore('2026-11-29T08:00:00.000Z', 10)).toBe('2016-11-29T08:00:00.000Z')
    expect(yearsBefore('2028-02-29T08:00:00.000Z', minimumYears)).toBe('2021-02-28T08:00:00.000Z')
    expect(yearsBefore('2028-02-29T08:00:00.000Z', 8)).toBe('2020-02-29T08:00:00.000Z')
    expect(yearsBefore('2108-02-29T08:00:00.000Z', 8)).toBe('2100-02-28T08:00:00.000Z')
  })
})
