import { useState } from 'react'
import { standingOf } from '../../domain/policy/cards-standing.ts'
import type { ReactionCard } from '../../domain/policy/policy.ts'
import { dayOf } from '../../domain/time.ts'
import type { Escalation } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { CardSteps } from '../../ui/CardSteps.tsx'
import { CardsApproval } from '../../ui/CardsApproval.tsx'
import { useTick } from '../../ui/ElapsedTime.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useIntent, useSnapshot, useView } from '../workstation/context.tsx'
import { nowMs } from '../workstation/store.ts'
import './reaction-cards.css'
import { reactionWords as words } from './words.ts'

/** The site's cards: first what is seen, as large choices, then the chosen card's steps. */
export function ReactionCards({ escalation }: { readonly escalation: Escalation }) {
  const { policy } = useSnapshot()
  const { busy, error, send } = useIntent()
  const [browsing, setBrowsing] = useState(false)
  const cards = policy?.cards
  if (cards === undefined || cards.items.length === 0) {
    return (
      <EmptyState icon="document" title={words.noCards}>
        {words.noCardsDetail}
      </EmptyState>
    )
  }
  const chosen = browsing ? undefined : cards.items.find(({ id }) => id === escalation.cardId)
  const choose = async (cardId: string): Promise<void> => {
    const reply = await send({ kind: 'choose-card', escalationId: escalation.id, cardId })
    if (reply.ok) setBrowsing(false)
  }
  return (
    <div className="cards">
      <Approval />
      {chosen !== undefined ? (
        <ChosenCard card={chosen} edition={cards.edition} onOther={() => setBrowsing(true)} />
      ) : (
        <>
          <h2 className="cards-title">{words.cards}</h2>
          <ul className="cards-list">
            {cards.items.map(({ id, title, signs }) => (
              <li key={id}>
                <button
                  type="button"
                  className={id === escalation.cardId ? 'card-choice card-choice-on' : 'card-choice'}
                  aria-disabled={busy || undefined}
                  onClick={() => void (busy || choose(id))}
                >
                  <strong>{title}</strong>
                  <span>{signs}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {error !== undefined && (
        <p className="step-refusal" role="alert">
          {error}
        </p>
      )}
    </div>
  )
}

/** From whatever the room knows of its cards, by the day: an approval ends while they are open, too. */
function Approval() {
  useTick(10_000)
  const { cards } = useSnapshot()
  const today = useView((view) => dayOf(new Date(nowMs(view)).toISOString()))
  return cards && <CardsApproval standing={standingOf(cards, today)} advice={words.notApprovedDetail} />
}

function ChosenCard(props: {
  readonly card: ReactionCard
  readonly edition: string
  readonly onOther: () => void
}) {
  const { card, edition, onOther } = props
  return (
    <article className="card" aria-label={card.title}>
      <header className="card-head">
        <div>
          <h2>{card.title}</h2>
          <p className="card-signs">{card.signs}</p>
        </div>
        <Button icon="list" onClick={onOther}>
          {words.otherCard}
        </Button>
      </header>
      <CardSteps steps={card.steps} />
      <p className="cards-source">
        {words.edition(edition)} · {words.source}: {card.source}
      </p>
    </article>
  )
}
