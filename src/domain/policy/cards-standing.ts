import { dayOf } from '../time.ts'
import type { CardsStanding, JudgedCards } from './cards-approval.ts'

/** How these cards stand at `now`, an instant or a day. An approval ends by itself with its last day, in UTC. */
export function standingOf(
  { edition, hash, policyIssuedAt, approval }: JudgedCards,
  now: string,
): CardsStanding {
  if (approval.kind !== 'sound') return { edition, hash, approval }
  // A clock that was set back makes nothing valid again.
  const today = [dayOf(policyIssuedAt), dayOf(now)].toSorted().at(-1) ?? now
  const kind = today <= approval.validUntil ? 'approved' : 'expired'
  return { edition, hash, approval: { ...approval, kind } }
}

export const isApproved = ({ approval }: CardsStanding): boolean => approval.kind === 'approved'

/** Begins every line about cards without an approval that holds. */
export const notApproved = 'NOT APPROVED by a medical director'

/** One line for every screen and record: approved by whom, when and until when; or that it is not, and why. */
export function standingInWords({ edition, approval }: CardsStanding): string {
  return `${approvalInWords(approval)} · edition ${edition}`
}

export function approvalInWords(approval: CardsStanding['approval']): string {
  switch (approval.kind) {
    case 'approved':
      return `Approved by ${approval.by}, medical director, on ${dayOf(approval.at)}, until ${approval.validUntil}`
    case 'expired':
      return `${notApproved}: the approval by ${approval.by} of ${dayOf(approval.at)} ended on ${approval.validUntil}`
    case 'withdrawn':
      return `${notApproved}: ${approval.by} withdrew the approval on ${dayOf(approval.at)}`
    case 'other-content':
      return `${notApproved}: ${approval.by} approved other cards on ${dayOf(approval.at)} (edition ${approval.edition})`
    case 'unfounded':
      return `${notApproved}: ${approval.why}`
    case 'none':
      return notApproved
  }
}

/** Enough of the content's hash to tell two of them apart by eye. */
export const shortHash = (hash: string): string => hash.slice(0, 12)
