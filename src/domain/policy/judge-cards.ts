import { canonicalJson, type Json } from '../log/canonical.ts'
import type { Problem, Result } from '../result.ts'
import type { JudgedCards, SignedCardsWord } from './cards-approval.ts'
import type { Policy, PolicyContent } from './policy.ts'

/** What is approved: every card with every word and number in it, and the name of the edition. */
export const cardsText = ({ edition, items }: Pick<PolicyContent['cards'], 'edition' | 'items'>): string =>
  canonicalJson({ edition, items } as unknown as Json)

export const isMedicalDirector = (
  { medicalDirectors = [] }: Pick<PolicyContent, 'medicalDirectors'>,
  physicianId: string,
): boolean => medicalDirectors.includes(physicianId)

export type CardsJudging = {
  readonly sha256Hex: (text: string) => string
  /** Whether the hub vouches for the key of whoever says to have said this, and that key signed it. */
  readonly isSigned: (word: SignedCardsWord) => Result<unknown, Problem>
}

/** What the approval in a policy is worth, but for the day. Whatever is not plainly sound is no approval. */
export function judgeCards(policy: Policy, { sha256Hex, isSigned }: CardsJudging): JudgedCards {
  const hash = sha256Hex(cardsText(policy.cards))
  return {
    edition: policy.cards.edition,
    hash,
    policyIssuedAt: policy.issuedAt,
    approval: approvalOf(policy, hash, isSigned),
  }
}

function approvalOf(
  policy: Policy,
  hash: string,
  isSigned: CardsJudging['isSigned'],
): JudgedCards['approval'] {
  const { cards, cardsApproval } = policy
  const unfounded = (why: string) => ({ kind: 'unfounded' as const, why: why.slice(0, 500) })
  if (cardsApproval === undefined)
    return cards.approval === null
      ? { kind: 'none' }
      : unfounded(`${cards.approval.by} is named in the site’s file, and nobody signed`)
  const { approved, withdrawn } = cardsApproval
  const { statement } = approved
  const { name: by, physicianId, at } = statement
  const signature = isSigned(approved)
  if (!signature.ok) return unfounded(`the approval by ${by} does not verify. ${signature.error.message}`)
  if (statement.siteId !== policy.site.id)
    return unfounded(`the approval by ${by} is for the site ${statement.siteId}`)
  if (!isMedicalDirector(policy, physicianId))
    return unfounded(`the policy does not name ${by} medical director of this site`)
  // A withdrawal counts whoever says it: without an approval the cards are used with a warning, never the other way.
  if (withdrawn !== undefined) {
    const { name, physicianId: who, at: when } = withdrawn.statement
    return { kind: 'withdrawn', by: name, physicianId: who, at: when }
  }
  if (statement.cards.hash !== hash || statement.cards.edition !== cards.edition)
    return { kind: 'other-content', by, physicianId, at, edition: statement.cards.edition }
  return { kind: 'sound', by, physicianId, at, validUntil: statement.validUntil }
}
