import { useState } from 'react'
import type { Policy, ReactionCard } from '../../domain/policy/policy.ts'
import type { Escalation } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { formatDay } from '../../ui/time.ts'
import { useIntent, useSnapshot, useView } from '../workstation/context.tsx'
import { nowMs } from '../workstation/store.ts'
import './reaction-cards.css'
import { reactionWords as words } from './words.ts'

type Dose = NonNullable<ReactionCard['steps'][number]['dose']>

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
      <Approval cards={cards} />
      {chosen !== undefined ? (
        <CardSteps card={chosen} edition={cards.edition} onOther={() => setBrowsing(true)} />
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

function Approval({ cards }: { readonly cards: Policy['cards'] }) {
  const today = useView((view) => formatDay(nowMs(view)))
  const { approval } = cards
  if (approval === null) {
    return (
      <Notice tone="attention" title={words.notApproved}>
        {words.notApprovedDetail}
      </Notice>
    )
  }
  if (approval.validUntil < today) {
    return (
      <Notice tone="attention" title={words.expired(approval.validUntil)}>
        {words.notApprovedDetail}
      </Notice>
    )
  }
  return <p className="cards-approval">{words.approved(approval.by, approval.on)}</p>
}

function CardSteps(props: {
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
      <ol className="card-steps">
        {card.steps.map(({ text, dose }, index) => (
          <li key={text}>
            <span className="card-step-number">{index + 1}</span>
            <div>
              <p>{text}</p>
              {dose !== null && <DoseLine dose={dose} />}
            </div>
          </li>
        ))}
      </ol>
      <p className="cards-approval">
        {words.edition(edition)} · {words.source}: {card.source}
      </p>
    </article>
  )
}

/** Amount, millilitres, concentration and route, each in its own place: a dose is never read from one number. */
function DoseLine({ dose }: { readonly dose: Dose }) {
  const { drug, amount, volumeMl, concentration, route } = dose
  return (
    <dl className="dose">
      <div className="dose-drug">
        <dt>Drug</dt>
        <dd>{drug}</dd>
      </div>
      <div>
        <dt>Amount</dt>
        <dd>
          {amount.value} {amount.unit}
        </dd>
      </div>
      {volumeMl !== null && (
        <div>
          <dt>Volume</dt>
          <dd>{volumeMl} mL</dd>
        </div>
      )}
      {concentration !== null && (
        <div>
          <dt>Concentration</dt>
          <dd>{concentration}</dd>
        </div>
      )}
      <div>
        <dt>Route</dt>
        <dd>{route}</dd>
      </div>
    </dl>
  )
}
