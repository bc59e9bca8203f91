import type { SignedCardsWord } from '../../domain/policy/cards-approval.ts'
import { Panel } from '../../ui/Panel.tsx'
import { formatDay, formatTime } from '../../ui/time.ts'

/** Every word that was said about the cards, newest first. */
export function ApprovalHistory({ words }: { readonly words: readonly SignedCardsWord[] }) {
  if (words.length === 0) return null
  return (
    <Panel title="What was said">
      <ul className="approval-history">
        {words.toReversed().map(({ statement }) => (
          <li key={statement.id}>
            <strong>
              {formatDay(statement.at)} {formatTime(statement.at)} · {statement.name}
            </strong>
            <span>
              {statement.kind === 'cards-approved'
                ? `approved edition ${statement.cards.edition} until ${statement.validUntil}`
                : `withdrew the approval: ${statement.reason}`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
