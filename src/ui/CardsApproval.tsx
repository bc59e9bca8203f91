import type { CardsStanding } from '../domain/policy/cards-approval.ts'
import { isApproved, standingInWords } from '../domain/policy/cards-standing.ts'
import { Icon } from './Icon.tsx'
import './cards-approval.css'

/** By whom these reaction cards are approved; or, not to be overlooked, that no medical director's approval holds. */
export function CardsApproval(props: {
  readonly standing: CardsStanding
  /** What is approved or not, where the line does not stand beside it. */
  readonly about?: string
  /** What to go by instead, where it is not approved. */
  readonly advice?: string
}) {
  const { standing, about, advice } = props
  const words = `${about === undefined ? '' : `${about}: `}${standingInWords(standing)}`
  const approved = isApproved(standing)
  return (
    <p className={approved ? 'cards-approval' : 'cards-approval cards-unapproved'}>
      <Icon name={approved ? 'check' : 'alert'} />
      <span>
        {approved ? whole(words) : <strong>{whole(words)}.</strong>}
        {!approved && advice !== undefined && ` ${advice}`}
      </span>
    </p>
  )
}

/** A day is not broken at the end of a line. */
const whole = (words: string) =>
  words.split(/(\d{4}-\d{2}-\d{2})/).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one line stay in their places
      <span key={index} className="cards-approval-day">
        {part}
      </span>
    ),
  )
