import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escalationProgress, pagesDue } from '../../../src/domain/escalation/ladder.ts'
import { instantAt } from '../../../src/domain/time.ts'
import { noReceipts } from '../../../src/domain/workstation/evolve-escalation.ts'
import type { Escalation, Receipts } from '../../../src/domain/workstation/state.ts'
import { startMs } from './scenario.ts'
import { runs } from './seeded.ts'

const timing = { benchAfterMs: 10_000, onScreenWithinMs: 8000, cancelWithinMs: 5000 }
const at = (ms: number) => instantAt(startMs + ms)
const names: Readonly<Record<string, string>> = { a: 'Dr. A. Chen', b: 'Dr. M. Rao', c: 'Dr. E. Jones' }
const nameOf = (id: string) => names[id] ?? id

const escalation = (
  receipts: Readonly<Record<string, Partial<Receipts>>>,
  more: Partial<Escalation> = {},
): Escalation => ({
  id: 'e',
  kind: 'reaction',
  origin: 'button',
  drill: false,
  sessionId: null,
  roomId: 'ct-2',
  pressedAt: at(0),
  pressedMono: 0,
  pressedBoot: 'b',
  receipts: Object.fromEntries(Object.entries(receipts).map(([id, of]) => [id, { ...noReceipts, ...of }])),
  takenBy: null,
  orders: [],
  unreachable: null,
  cardId: null,
  phonesCalled: [],
  ...more,
})

const due = (receipts: Parameters<typeof escalation>[0], elapsedMs: number, primary: string | null = 'a') =>
  pagesDue(escalation(receipts), ['a', 'b', 'c'], primary, elapsedMs, timing).map(
    (page) => `${page.physicianId}:${page.level}`,
  )

describe('whom to page', () => {
  it.each<[string, Parameters<typeof escalation>[0], number, string | null, string[]]>([
    ['the primary at once', {}, 0, 'a', ['a:primary']],
    ['nobody twice', { a: { paged: at(0) } }, 9999, 'a', []],
    ['the whole bench when its time has come', { a: { paged: at(0) } }, 10_000, 'a', ['b:bench', 'c:bench']],
    [
      'the bench although somebody has accepted: acknowledged is not helped',
      { a: { paged: at(0), accepted: at(2000) } },
      10_000,
      'a',
      ['b:bench', 'c:bench'],
    ],
    ['nobody more once somebody is on screen', { a: { paged: at(0), onScreen: at(3000) } }, 60_000, 'a', []],
    [
      'the bench at once when the primary declines',
      { a: { paged: at(0), declined: at(1000) } },
      1000,
      'a',
      ['b:bench', 'c:bench'],
    ],
    ['the whole bench at once without a primary', {}, 0, null, ['a:bench', 'b:bench', 'c:bench']],
    ['a primary who is not on the bench', {}, 0, 'z', ['z:primary']],
  ])('%s', (_name, receipts, elapsedMs, primary, expected) => {
    expect(due(receipts, elapsedMs, primary)).toEqual(expected)
  })

  it('only grows with time, and pages nobody twice', () => {
    const paged = fc.subarray(['a', 'b', 'c'])
    fc.assert(
      fc.property(
        paged,
        fc.nat(30_000),
        fc.nat(30_000),
        fc.option(fc.constantFrom('a', 'b')),
        (ids, x, y, who) => {
          const receipts = Object.fromEntries(ids.map((id) => [id, { paged: at(0) }]))
          const [early, late] = [Math.min(x, y), Math.max(x, y)].map((ms) => due(receipts, ms, who)) as [
            string[],
            string[],
          ]
          expect(late).toEqual(expect.arrayContaining(early))
          expect(late.some((page) => ids.includes(page.slice(0, 1)))).toBe(false)
        },
      ),
      runs(300),
    )
  })
})

const progress = (of: Escalation, elapsedMs: number) => {
  const { stage, physicianId, words } = escalationProgress(of, nameOf, elapsedMs, timing)
  return [stage, physicianId, words]
}

describe('how far a call has come', () => {
  it.each<[Escalation, number, string, string | null, string]>([
    [escalation({}), 0, 'calling', null, 'Calling the physician…'],
    [escalation({ a: { paged: at(0) } }), 0, 'calling', 'a', 'Calling Dr. A. Chen…'],
    [
      escalation({ a: { paged: at(0) }, b: { paged: at(10_000) } }),
      10_000,
      'calling',
      'a',
      'Calling Dr. A. Chen, Dr. M. Rao…',
    ],
    [
      escalation({ a: { paged: at(0), delivered: at(90) } }),
      100,
      'delivered',
      'a',
      "Reached Dr. A. Chen's console",
    ],
    [escalation({ c: { delivered: at(90) } }), 100, 'delivered', 'c', "Reached Dr. E. Jones' console"],
    [escalation({ a: { delivered: at(90), seen: at(150) } }), 200, 'seen', 'a', 'Dr. A. Chen sees the alarm'],
    [
      escalation({ a: { seen: at(150), accepted: at(2000) } }, { takenBy: 'a' }),
      2500,
      'accepted',
      'a',
      'Dr. A. Chen has it — not on screen yet',
    ],
    [
      escalation({ a: { accepted: at(2000) } }, { takenBy: 'a' }),
      10_000,
      'accepted',
      'a',
      'Dr. A. Chen has it — still not on screen. Telephone, and do not wait',
    ],
    [
      escalation({ a: { accepted: at(2000) }, b: { onScreen: at(3000) } }, { takenBy: 'a' }),
      4000,
      'on-screen',
      'b',
      'Dr. M. Rao is on screen',
    ],
    [
      escalation({ a: { paged: at(0), declined: at(900) }, b: { paged: at(950) } }),
      1000,
      'calling',
      'b',
      'Dr. A. Chen cannot come. Calling Dr. M. Rao…',
    ],
    [
      escalation({ a: { paged: at(0) } }),
      18_000,
      'unreachable',
      null,
      'Nobody reached yet: call 911 / code team',
    ],
    [
      escalation({}, { unreachable: 'no path' }),
      500,
      'unreachable',
      null,
      'Nobody reached yet: call 911 / code team',
    ],
    [
      escalation({}, { unreachable: 'no path', kind: 'question' }),
      500,
      'unreachable',
      null,
      'Nobody reached yet: telephone the physician',
    ],
  ])('case %#', (of, elapsedMs, stage, physicianId, words) => {
    expect(progress(of, elapsedMs)).toEqual([stage, physicianId, words])
  })

  it('never goes back while receipts only come in', () => {
    const rank = ['unreachable', 'calling', 'delivered', 'seen', 'accepted', 'on-screen']
    const receipt = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      step: fc.constantFrom('paged', 'delivered', 'seen', 'accepted', 'onScreen' as const),
    })
    fc.assert(
      fc.property(fc.array(receipt, { maxLength: 15 }), (sequence) => {
        let open = escalation({})
        let before = 0
        for (const [index, { id, step }] of sequence.entries()) {
          const receipts = open.receipts[id] ?? noReceipts
          open = {
            ...open,
            takenBy: open.takenBy ?? (step === 'accepted' ? id : null),
            receipts: { ...open.receipts, [id]: { ...receipts, [step]: receipts[step] ?? at(index) } },
          }
          const now = rank.indexOf(escalationProgress(open, nameOf, index, timing).stage)
          expect(now).toBeGreaterThanOrEqual(before)
          before = now
        }
      }),
      runs(300),
    )
  })
})
