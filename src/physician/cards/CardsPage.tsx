import { useEffect } from 'react'
import { useStore } from 'zustand'
import { shortHash, standingOf } from '../../domain/policy/cards-standing.ts'
import type { ReactionCard } from '../../domain/policy/policy.ts'
import { Button } from '../../ui/Button.tsx'
import { CardSteps } from '../../ui/CardSteps.tsx'
import { CardsApproval } from '../../ui/CardsApproval.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useConsole } from '../console-context.ts'
import { ApprovalHistory } from './ApprovalHistory.tsx'
import { ApprovePanel } from './ApprovePanel.tsx'
import './cards-page.css'

/** The site's reaction cards, every word of them, and by whom they are approved; a medical director approves here. */
export function CardsPage() {
  const { cards, showCards } = useConsole()
  const state = useStore(cards.store)
  useEffect(() => void cards.load(), [cards])
  const back = (
    <Button size="small" icon="arrow-left" onClick={() => showCards(false)}>
      Back
    </Button>
  )
  if (state.kind === 'loading') return <p role="status">Asking the hub for the site’s cards…</p>
  if (state.kind === 'failed')
    return (
      <EmptyState
        icon="document"
        title="The cards could not be loaded"
        action={
          <>
            {back}
            <Button onClick={() => void cards.load()}>Try again</Button>
          </>
        }
      >
        {state.problem.message}
      </EmptyState>
    )
  const { site, hash } = state
  return (
    <section className="cards-page" aria-label="Reaction cards">
      <div className="cards-page-head">
        {back}
        <h2>
          Reaction cards <span className="soft cards-page-site">{site.siteName}</span>
        </h2>
        <span className="faint">
          edition {site.cards.edition} · content {shortHash(hash)}
        </span>
      </div>
      <div className="cards-page-columns">
        <div className="cards-page-side">
          <CardsApproval
            standing={standingOf(site.judged, site.today)}
            advice="Rooms show them with this line until one does."
          />
          <ApprovePanel state={state} />
          <ApprovalHistory words={site.words} />
        </div>
        <ul className="cards-page-cards" aria-label="All cards">
          {site.cards.items.map((card, index) => (
            <WholeCard key={card.id} card={card} number={index + 1} of={site.cards.items.length} />
          ))}
        </ul>
      </div>
    </section>
  )
}

function WholeCard(props: { readonly card: ReactionCard; readonly number: number; readonly of: number }) {
  const { card, number, of } = props
  return (
    <li className="whole-card">
      <h3>
        {card.title}{' '}
        <span className="faint">
          {number} of {of}
        </span>
      </h3>
      <p className="soft">{card.signs}</p>
      <CardSteps steps={card.steps} />
      <p className="faint">Source: {card.source}</p>
    </li>
  )
}
