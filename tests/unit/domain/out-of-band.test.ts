import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  callTerms,
  isToBegin,
  ladderOf,
  outOfBandDue,
  type Paging,
  progressed,
} from '../../../src/domain/escalation/out-of-band.ts'
import { outOfBandShown, outOfBandWords } from '../../../src/domain/escalation/out-of-band-words.ts'
import { noReceipts } from '../../../src/domain/escalation/receipts.ts'
import { outOfBandOf } from '../../../src/domain/escalation/timing.ts'
import type { Policy } from '../../../src/domain/policy/policy.ts'
import { instantAt } from '../../../src/domain/time.ts'
import type { OutOfBandPaged, Receipts } from '../../../src/domain/workstation/state.ts'
import { samplePolicy, startMs } from './scenario.ts'
import { runs } from './seeded.ts'

const at = (ms: number) => instantAt(startMs + ms)
const policy: Policy = {
  ...samplePolicy,
  site: {
    ...samplePolicy.site,
    supervisor: { name: 'K. Adams', pagers: [{ kind: 'email', to: 'k@example.org' }] },
  },
  physicians: samplePolicy.physicians.map((physician) => ({
    ...physician,
    pagers: [{ kind: 'email', to: `${physician.id}@example.org` }, { kind: 'web-push' }],
  })),
}
const ladder = ladderOf(policy, 'ct-2')
const bench = samplePolicy.rooms.find(({ id }) => id === 'ct-2')?.bench ?? []

const call = (receipts: Record<string, Partial<Receipts>> = {}, over = {}) => ({
  round: 1,
  receipts: Object.fromEntries(Object.entries(receipts).map(([id, of]) => [id, { ...noReceipts, ...of }])),
  kind: 'reaction' as const,
  drill: false,
  pressedAt: at(0),
  ...over,
})
const due = (elapsedMs: number, ...of: Parameters<typeof call>) =>
  outOfBandDue(call(...of), ladder, elapsedMs).map(({ key }) => key)

describe('the later rungs of the ladder', () => {
  it('are the bench’s pagers at 15 s and the site’s supervisor at 30 s, unless the site says otherwise', () => {
    const all = bench.flatMap((id) => [`physician ${id} email ${id}@example.org`, `physician ${id} web-push`])
    expect(all.length).toBeGreaterThan(2)
    expect(due(14_999)).toEqual([])
    expect(due(15_000)).toEqual(all)
    expect(due(30_000)).toEqual([...all, 'supervisor email k@example.org'])
    expect(due(60_000, {}, { drill: true })).toEqual([])
    expect(outOfBandOf(policy.escalation).drills).toBe(false)
  })

  it('are held by whoever is on screen or has just accepted, and by nobody who is overdue; who declined is left alone', () => {
    const [first = '', second = ''] = bench
    expect(due(60_000, { [first]: { accepted: at(1000), onScreen: at(2000) } })).toEqual([])
    expect(due(16_000, { [first]: { accepted: at(14_000) } })).toEqual([])
    expect(due(60_000, { [first]: { accepted: at(14_000) } })).not.toEqual([])
    const left = due(16_000, { [first]: { declined: at(3000) } })
    expect(left.some((key) => key.includes(first))).toBe(false)
    expect(left.some((key) => key.includes(second))).toBe(true)
  })

  it('never take anybody off as time goes on and nothing is answered, and page nobody of another bench', () => {
    fc.assert(
      fc.property(fc.nat(120_000), fc.nat(120_000), (a, b) => {
        const [earlier, later] = [due(Math.min(a, b)), due(Math.max(a, b))]
        expect(earlier.every((key) => later.includes(key))).toBe(true)
        expect(new Set(later).size).toBe(later.length)
      }),
      runs(300),
    )
  })
})

it('a pager is set off once, again for another press, but not within a minute, and goes on after a stop', () => {
  const paging = (state: Paging['state'], round = 1): Paging => ({ state, round, at: at(0), detail: '' })
  expect(isToBegin(undefined, 1, at(0))).toBe(true)
  expect(isToBegin(paging('trying'), 2, at(90_000))).toBe(false)
  expect(isToBegin(paging('stopped'), 1, at(1))).toBe(true)
  for (const state of ['delivered', 'failed'] as const) {
    expect(isToBegin(paging(state), 1, at(90_000))).toBe(false)
    expect(isToBegin(paging(state), 2, at(59_999))).toBe(false)
    expect(isToBegin(paging(state), 2, at(60_000))).toBe(true)
  }
  const stopped = { pagings: { a: paging('stopped') } }
  expect(progressed(stopped, 'a', paging('trying'))).toBe(stopped)
  expect(progressed(stopped, 'a', paging('delivered')).pagings.a?.state).toBe('delivered')
  expect(progressed(stopped, 'b', paging('delivered'))).toBe(stopped)
  const called = { pagings: { a: paging('trying', 2) } }
  expect(progressed(called, 'a', paging('delivered', 1))).toBe(called)
})

describe('the words', () => {
  const page = (state: OutOfBandPaged['state'], detail = ''): OutOfBandPaged => ({
    pager: 'x',
    physicianId: 'p-chen',
    name: 'Dr. A. Chen',
    channel: 'email',
    state,
    detail,
    at: at(0),
    since: at(0),
  })
  const shown = (outOfBand: readonly OutOfBandPaged[], isHubThere: boolean, terms = kept) =>
    outOfBandShown({ outOfBand, terms }, isHubThere, {
      nameOf: () => 'Dr. A. Chen',
      clockOf: () => '09:41:22',
    })
  const kept = callTerms(policy, { kind: 'reaction', drill: false, roomId: 'ct-2' })
  const ways = (...of: Parameters<typeof shown>) =>
    shown(...of).people.map(({ who, ways: said }) => [who, ...said.map(({ words }) => words)])

  it('claim nothing that was not delivered', () => {
    for (const state of ['trying', 'failing', 'failed', 'stopped'] as const) {
      expect(outOfBandWords(page(state)).replace('not delivered so far', '')).not.toMatch(
        /delivered|\bpaged by\b(?<!NOT paged by)/,
      )
      expect(
        ways([page(state)], true)
          .join()
          .replace('not delivered', ''),
      ).not.toContain('delivered')
    }
    expect(outOfBandWords(page('failed', 'mail server mx refused the message (550)'))).toBe(
      'NOT paged by e-mail, failed: mail server mx refused the message (550)',
    )
  })

  it('are few during a call: each person once, with how each way to them stands', () => {
    const supervisor = {
      ...page('failing', 'webhook "chief" answered 503'),
      physicianId: null,
      name: 'K. Adams',
    }
    const push = { ...page('failed', 'no browser of theirs takes pages'), channel: 'web-push' as const }
    const all = [page('delivered'), { ...supervisor, channel: 'webhook' as const }, push]
    expect(ways(all, true)).toEqual([
      ['Dr. A. Chen', 'e-mail delivered 09:41:22', 'push message failed'],
      ['K. Adams (site supervisor)', 'webhook not delivered, trying again…'],
    ])
    expect(shown(all, true).people.flatMap(({ ways: said }) => said.map(({ tone }) => tone))).toEqual([
      'done',
      'bad',
      'bad',
    ])
  })

  it('promise nothing while the hub is not there', () => {
    const nobody = 'Nobody is paged by e-mail, push message or pager: the hub is not connected. Telephone.'
    const both = [page('trying'), { ...page('delivered'), pager: 'y' }]
    expect(ways(both, false)).toEqual([
      ['Dr. A. Chen', 'e-mail not known, the hub is lost', 'e-mail delivered 09:41:22'],
    ])
    expect(shown(both, false).unpaged).toBe(nobody)
    expect(shown(both, true).unpaged).toBeNull()
    // Where a site has no pagers, or a drill pages nobody, there is nothing to promise.
    const bare = callTerms(samplePolicy, { kind: 'reaction', drill: false, roomId: 'ct-2' })
    const drill = callTerms(policy, { kind: 'reaction', drill: true, roomId: 'ct-2' })
    for (const terms of [bare, drill]) expect(shown([], false, terms).unpaged).toBeNull()
  })
})
