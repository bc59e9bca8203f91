import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alarmSounds, pagesDue } from '../../../src/domain/escalation/ladder.ts'
import { escalationProgress } from '../../../src/domain/escalation/progress.ts'
import { noReceipts } from '../../../src/domain/escalation/receipts.ts'
import { instantAt } from '../../../src/domain/time.ts'
import type { Escalation, Receipts } from '../../../src/domain/workstation/state.ts'
import { startMs } from './scenario.ts'
import { runs } from './seeded.ts'

const timing = { benchAfterMs: 10_000, onScreenWithinMs: 8000, cancelWithinMs: 5000 }
const at = (ms: number) => instantAt(startMs + ms)
const names: Readonly<Record<string, string>> = { a: 'Dr. A. Chen', b: 'Dr. M. Rao', c: 'Dr. E. Jones' }
const nameOf = (id: string) => names[id] ?? id

const filled = (receipts: Readonly<Record<string, Partial<Receipts>>>): Escalation['receipts'] =>
  Object.fromEntries(Object.entries(receipts).map(([id, of]) => [id, { ...noReceipts, ...of }]))

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
  terms: null,
  pressedAt: at(0),
  pressedMono: 0,
  pressedBoot: 'b',
  receipts: filled(receipts),
  round: 1,
  roundAt: at(0),
  roundMono: 0,
  roundBoot: 'b',
  lastPress: { at: at(0), mono: 0, boot: 'b' },
  roundReceipts: filled(receipts),
  orders: [],
  outOfBand: [],
  unreachable: null,
  cardId: null,
  phonesCalled: [],
  ...more,
})

/** Called again after five seconds. */
const again = (
  before: Parameters<typeof escalation>[0],
  since: Parameters<typeof escalation>[0],
): Escalation => escalation(before, { round: 2, roundAt: at(5000), roundReceipts: filled(since) })

const due = (
  receipts: Parameters<typeof escalation>[0],
  elapsedMs: number,
  primary: string | null = 'a',
  round = 1,
) =>
  pagesDue({ round, receipts: filled(receipts) }, ['a', 'b', 'c'], primary, elapsedMs, timing).map(
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

  it.each<[string, Parameters<typeof escalation>[0], string[]]>([
    ['the whole bench at once when help is called again', {}, ['a:primary', 'b:bench', 'c:bench']],
    ['nobody twice in that round', { a: { paged: at(30_000) } }, ['b:bench', 'c:bench']],
    [
      'everybody although one has accepted it',
      { b: { accepted: at(30_000) } },
      ['a:primary', 'b:bench', 'c:bench'],
    ],
    ['nobody once one is on screen for it', { b: { onScreen: at(31_000) } }, []],
  ])('%s', (_name, receipts, expected) => {
    expect(due(receipts, 100, 'a', 2)).toEqual(expected)
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
  const { stage, physicianId, words } = escalationProgress(of, nameOf, elapsedMs, timing, {})
  return [stage, physicianId, words]
}

describe('the local alarm', () => {
  it.each<[string, Escalation, number, boolean]>([
    ['sounds until somebody answers', escalation({ a: { seen: at(900) } }), 1000, true],
    ['is silent for a while after an acceptance', escalation({ a: { accepted: at(900) } }), 8899, false],
    ['and sounds again when that was all', escalation({ a: { accepted: at(900) } }), 8900, true],
    ['is silent while one is on screen', escalation({ a: { onScreen: at(900) } }), 60_000, false],
    [
      'sounds when they are lost from it',
      escalation({ a: { accepted: at(900), left: at(3000) } }),
      3000,
      true,
    ],
    [
      'is silent for the next who accepts',
      escalation({ a: { accepted: at(900) }, b: { accepted: at(9000) } }),
      9100,
      false,
    ],
    ['sounds when help is called again', again({ a: { accepted: at(900) } }, {}), 5000, true],
    [
      'is silent for who answers that',
      again({ a: { accepted: at(900) } }, { a: { accepted: at(5500) } }),
      5600,
      false,
    ],
    // A wall clock that was set forward must not buy silence.
    [
      'does not believe an acceptance of the future',
      escalation({ a: { accepted: at(3_600_000) } }),
      5000,
      true,
    ],
  ])('%s', (_name, reaction, elapsedMs, sounds) => {
    expect(alarmSounds(reaction, elapsedMs, timing)).toBe(sounds)
  })
})

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
      escalation({ a: { seen: at(150), accepted: at(2000) } }),
      2500,
      'accepted',
      'a',
      'Dr. A. Chen has it — not on screen yet',
    ],
    [
      escalation({ a: { accepted: at(2000) } }),
      10_000,
      'accepted',
      'a',
      'Dr. A. Chen has it — still not on screen. Telephone, and do not wait',
    ],
    [
      escalation({ a: { accepted: at(2000) }, b: { onScreen: at(3000) } }),
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
    [
      escalation({ a: { delivered: at(90), seen: at(150) } }),
      18_000,
      'seen',
      'a',
      'Dr. A. Chen sees the alarm and is not on screen. Call 911 / code team',
    ],
    [
      escalation({ a: { delivered: at(90), seen: at(150) } }, { kind: 'question' }),
      18_000,
      'seen',
      'a',
      'Dr. A. Chen sees the alarm and is not on screen. Telephone the physician',
    ],
    [
      escalation({ a: { delivered: at(90) } }),
      18_000,
      'delivered',
      'a',
      "Reached Dr. A. Chen's console, and nobody is on screen. Call 911 / code team",
    ],
    [
      escalation(
        { a: { delivered: at(90) } },
        { unreachable: 'neither the hub nor a physician is connected' },
      ),
      4000,
      'delivered',
      'a',
      "Reached Dr. A. Chen's console, and the connection is lost. Call 911 / code team",
    ],
    [
      escalation({ a: { paged: at(0), declined: at(900) } }),
      2899,
      'calling',
      null,
      'Dr. A. Chen cannot come. Calling the physician…',
    ],
    [
      escalation({ a: { paged: at(0), declined: at(900) } }),
      2900,
      'unreachable',
      null,
      'Dr. A. Chen cannot come. Call 911 / code team',
    ],
    [
      escalation({ a: { accepted: at(2000), left: at(4000) } }),
      4100,
      'accepted',
      'a',
      'Dr. A. Chen has it — the link is lost. Telephone, and do not wait',
    ],
    [
      escalation({ a: { accepted: at(2000) }, b: { paged: at(10_000) } }),
      10_000,
      'accepted',
      'a',
      'Dr. A. Chen has it — still not on screen. Telephone, and do not wait. Calling Dr. M. Rao…',
    ],
    [
      // The one who may still come, not the first of all.
      escalation({ a: { accepted: at(2000) }, b: { paged: at(0), accepted: at(11_000) } }),
      12_000,
      'accepted',
      'b',
      'Dr. M. Rao has it — not on screen yet',
    ],
    [again({ a: { accepted: at(500) } }, {}), 5000, 'calling', null, 'Calling again: the physician…'],
    [
      again({ a: { accepted: at(500) } }, { a: { paged: at(5000) }, b: { paged: at(5000) } }),
      5000,
      'calling',
      'a',
      'Calling again: Dr. A. Chen, Dr. M. Rao…',
    ],
    [
      again({ a: { accepted: at(500) } }, { a: { paged: at(5000) }, b: { paged: at(5000), seen: at(5100) } }),
      5200,
      'seen',
      'b',
      'Dr. M. Rao sees the alarm. Calling Dr. A. Chen too…',
    ],
    [
      again(
        { a: { accepted: at(500), onScreen: at(900) } },
        { a: { paged: at(5000) }, b: { paged: at(5000) } },
      ),
      5200,
      'on-screen',
      'a',
      'Dr. A. Chen is on screen. Calling Dr. M. Rao too…',
    ],
    [
      again({}, { a: { paged: at(5000) } }),
      19_000,
      'calling',
      'a',
      'Calling again: Dr. A. Chen… Call 911 / code team',
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
          const of = open.receipts[id] ?? noReceipts
          const receipts = { ...open.receipts, [id]: { ...of, [step]: of[step] ?? at(index) } }
          open = { ...open, receipts, roundReceipts: receipts }
          const now = rank.indexOf(escalationProgress(open, nameOf, index, timing, {}).stage)
          expect(now).toBeGreaterThanOrEqual(before)
          before = now
        }
      }),
      runs(300),
    )
  })
})
