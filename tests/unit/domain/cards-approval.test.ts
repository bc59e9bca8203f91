import { describe, expect, it } from 'vitest'
import type { JudgedCards, SignedCardsWord } from '../../../src/domain/policy/cards-approval.ts'
import { isApproved, standingInWords, standingOf } from '../../../src/domain/policy/cards-standing.ts'
import { judgeCards } from '../../../src/domain/policy/judge-cards.ts'
import { type Policy, policySchema } from '../../../src/domain/policy/policy.ts'
import { instantAt } from '../../../src/domain/time.ts'
import { generateKeyPair, sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { verifySignedStatement } from '../../../src/platform/node/verify-statement.ts'
import { approvalOf, signedBy, withdrawalOf } from '../../support/cards-words.ts'
import { samplePolicy, startMs } from './scenario.ts'

const hub = generateKeyPair()
const now = instantAt(startMs)
const director = { physicianId: 'p-chen', name: 'Dr. A. Chen', at: '2026-11-20T10:00:00.000Z' }
const named: Policy = { ...samplePolicy, medicalDirectors: ['p-chen'] }
const said = approvalOf(named, { ...director, validUntil: '2027-11-20' })
const approved: Policy = { ...named, cardsApproval: { approved: signedBy(hub, said) } }

const judge = (policy: Policy, hubKey = hub.publicKey): JudgedCards =>
  judgeCards(policy, {
    sha256Hex,
    isSigned: (word) => verifySignedStatement<SignedCardsWord['statement']>(word, hubKey),
  })
const wordsOf = (policy: Policy, at = now): string => standingInWords(standingOf(judge(policy), at))

describe('the approval of the cards', () => {
  it('names who, when, until when and which edition, and travels in a policy', () => {
    expect(policySchema.parse(JSON.parse(JSON.stringify(approved)))).toEqual(approved)
    expect(isApproved(standingOf(judge(approved), now))).toBe(true)
    expect(wordsOf(approved)).toBe(
      `Approved by Dr. A. Chen, medical director, on 2026-11-20, until 2027-11-20 · edition ${named.cards.edition}`,
    )
  })

  it('is missing where nobody signed, also where the site’s file names somebody', () => {
    expect(wordsOf(named)).toBe(`NOT APPROVED by a medical director · edition ${named.cards.edition}`)
    const approval = { by: 'Dr. A. Chen', on: '2026-11-20', validUntil: '2099-12-31' }
    expect(wordsOf({ ...named, cards: { ...named.cards, approval } })).toMatch(
      /^NOT APPROVED .*nobody signed/,
    )
  })

  it.each([
    ['2027-11-20T23:59:59.999Z', true],
    ['2027-11-21T00:00:00.000Z', false],
  ])('ends by itself with its last day: %s %s', (at, holds) => {
    expect(isApproved(standingOf(judge(approved), at))).toBe(holds)
    expect(wordsOf(approved, at)).toMatch(holds ? /^Approved/ : /^NOT APPROVED .* ended on 2027-11-20/)
  })

  it('is not made valid again by a clock that was set back before the policy was issued', () => {
    const later: Policy = { ...approved, issuedAt: '2028-01-01T00:00:00.000Z' }
    expect(isApproved(standingOf(judge(later), now))).toBe(false)
  })

  const [first, ...others] = named.cards.items
  const [step, ...steps] = first?.steps ?? []
  if (first === undefined || step === undefined) throw new Error('the sample site has cards with steps')
  it.each([
    ['a word', [{ ...first, steps: [{ ...step, text: `${step.text}.` }, ...steps] }, ...others]],
    ['the order', [...others, first]],
    ['a card less', others],
  ])('is void for other cards: %s', (_, items) => {
    const changed: Policy = { ...approved, cards: { ...approved.cards, items } }
    expect(judge(changed).approval.kind).toBe('other-content')
    expect(wordsOf(changed)).toMatch(/^NOT APPROVED .* approved other cards on 2026-11-20/)
  })

  it('is void for the same cards under the name of another edition', () => {
    const renamed: Policy = { ...approved, cards: { ...approved.cards, edition: 'next' } }
    expect(judge(renamed).approval.kind).toBe('other-content')
    expect(wordsOf(renamed)).toContain('edition next')
  })

  it('is void by a key that this hub does not vouch for, and when a word of it was changed', () => {
    expect(judge(approved, generateKeyPair().publicKey).approval.kind).toBe('unfounded')
    const signed = signedBy(hub, said)
    const stretched = { ...signed, statement: { ...said, validUntil: '2028-11-20' } }
    expect(wordsOf({ ...named, cardsApproval: { approved: stretched } })).toMatch(
      /^NOT APPROVED .* does not verify/,
    )
  })

  it('is void by somebody whom the policy does not name medical director', () => {
    const rao = approvalOf(named, {
      ...director,
      physicianId: 'p-rao',
      name: 'Dr. M. Rao',
      validUntil: '2027-11-20',
    })
    for (const policy of [
      { ...named, cardsApproval: { approved: signedBy(hub, rao) } },
      { ...samplePolicy, medicalDirectors: [], cardsApproval: approved.cardsApproval },
    ] as Policy[])
      expect(wordsOf(policy)).toMatch(/^NOT APPROVED .* does not name .* medical director/)
  })

  it('is void at another site', () => {
    const elsewhere = signedBy(hub, { ...said, siteId: 'south' })
    expect(judge({ ...named, cardsApproval: { approved: elsewhere } }).approval).toMatchObject({
      kind: 'unfounded',
      why: 'the approval by Dr. A. Chen is for the site south',
    })
  })

  it('is over once it is withdrawn', () => {
    const withdrawn = signedBy(hub, withdrawalOf(said, { at: '2026-11-22T10:00:00.000Z' }))
    const policy: Policy = { ...named, cardsApproval: { approved: signedBy(hub, said), withdrawn } }
    expect(policySchema.safeParse(policy).success).toBe(true)
    expect(wordsOf(policy)).toMatch(/^NOT APPROVED .* Dr. A. Chen withdrew the approval on 2026-11-22/)
  })
})
