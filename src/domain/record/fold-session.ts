import type { Actor, LogEntry } from '../log/entry.ts'
import type { Event, EventOf, Instead } from '../log/events.ts'
import type { CardsStanding } from '../policy/cards-approval.ts'
import { eventOf, evolve, initialState } from '../workstation/evolve.ts'
import { findEscalation } from '../workstation/evolve-escalation.ts'
import { openEscalations } from '../workstation/queries.ts'
import type { SessionFacts, WorkstationState } from '../workstation/state.ts'
import type { CardChosen, RecordEnding, RecordedEscalation, SessionRecord } from './session-record.ts'

type SignedStatement = Extract<
  EventOf<'statement-received'>['body']['signed']['statement'],
  { kind: 'signed' }
>

type SupervisedFrom = {
  readonly physicianId: string | null
  readonly from: string
  readonly instead: Instead | null
  /** When they confirmed that they had taken over; null where they did not, or had nothing to confirm. */
  readonly confirmedAt: string | null
}

export type FoldedSession = {
  readonly facts: SessionFacts
  readonly ending: RecordEnding
  /** Whoever was called the supervising physician last, where no injection says so. */
  readonly primary: string | null
  /** Who was named the supervising physician, from the opening on, each until the next. */
  readonly supervision: readonly SupervisedFrom[]
  readonly technologists: ReadonlySet<string>
  readonly people: ReadonlySet<string>
  readonly responders: SessionRecord['responders']
  /** Of each injection, in their order. */
  readonly startedBy: readonly Actor[]
  readonly decisions: readonly LogEntry[]
  readonly overrides: SessionRecord['overrides']
  readonly observation: SessionRecord['observation']
  readonly escalations: readonly RecordedEscalation[]
  readonly gaps: readonly {
    readonly entry: LogEntry
    readonly closedAt: string | null
    readonly closedBy: 'physician-review' | 'override' | null
  }[]
  /** In the order in which they came. */
  readonly signatures: readonly SignedStatement[]
}

type Call = Omit<RecordedEscalation, 'cardsAtPress'>

type Draft = { -readonly [K in keyof Omit<FoldedSession, 'escalations'>]: FoldedSession[K] } & {
  escalations: readonly Call[]
  /** By call. */
  readonly cards: Map<string, CardChosen>
}

/**
 * Collects what a document needs besides the facts that the state keeps: what happened along the way.
 * @throws if the session is not opened in these entries
 */
export function foldSession(entries: readonly LogEntry[], sessionId: string): FoldedSession {
  let state = initialState
  let draft: Draft | undefined
  /** Also of calls that were pressed before the session was opened. */
  const cardsAtPress = new Map<string, CardsStanding>()
  for (const entry of entries) {
    const before = state
    state = evolve(state, entry)
    const event = eventOf(entry)
    if (event?.type === 'help-pressed' && event.body.cards !== undefined)
      cardsAtPress.set(event.body.escalationId, event.body.cards)
    if (draft === undefined && event?.type === 'session-opened' && event.session === sessionId) {
      draft = emptyDraft(state, entry.at)
    }
    if (draft === undefined) continue
    if (state.session.kind !== 'none' && state.session.facts.id === sessionId)
      draft.facts = state.session.facts
    draft.primary = state.supervisor.primary ?? draft.primary
    draft.supervision = supervisionAfter(draft, event, entry.at, before, state)
    if (event !== undefined) collect(draft, event, entry, before, sessionId)
  }
  if (draft === undefined) throw new Error(`session ${sessionId} is not opened in these entries`)
  const { cards, ...folded } = draft
  const stillOpen = openEscalations(state).map((escalation) => ({
    escalation,
    card: cards.get(escalation.id) ?? null,
    end: null,
  }))
  const escalations = [...folded.escalations, ...stillOpen].map((call) => ({
    ...call,
    cardsAtPress: cardsAtPress.get(call.escalation.id) ?? null,
  }))
  return { ...folded, escalations }
}

/** The course of the supervision while the session is open. */
function supervisionAfter(
  { supervision, ending }: Draft,
  event: Event | undefined,
  at: string,
  before: WorkstationState,
  after: WorkstationState,
): FoldedSession['supervision'] {
  if (ending.kind !== 'open') return supervision
  if (event?.type === 'supervisor-chosen' && event.body.primary !== before.supervisor.primary) {
    const { primary: physicianId, instead = null } = event.body
    return [...supervision, { physicianId, from: at, instead, confirmedAt: null }]
  }
  const isConfirmed = event?.type === 'statement-received' && before.supervisor.takeover !== null
  if (!isConfirmed || after.supervisor.takeover !== null) return supervision
  return supervision.map((one, index) =>
    index === supervision.length - 1 ? { ...one, confirmedAt: at } : one,
  )
}

function emptyDraft(state: WorkstationState, openedAt: string): Draft {
  if (state.session.kind === 'none') throw new Error('a session that was opened is open')
  return {
    facts: state.session.facts,
    ending: { kind: 'open' },
    primary: state.supervisor.primary,
    supervision: [
      { physicianId: state.supervisor.primary, from: openedAt, instead: null, confirmedAt: null },
    ],
    technologists: new Set(),
    people: new Set(),
    responders: [],
    startedBy: [],
    cards: new Map(),
    decisions: [],
    overrides: [],
    observation: null,
    escalations: [],
    gaps: [],
    signatures: [],
  }
}

function collect(
  draft: Draft,
  event: Event,
  entry: LogEntry,
  before: WorkstationState,
  sessionId: string,
): void {
  if (entry.actor.kind === 'technologist' || entry.actor.kind === 'physician') {
    draft.people = new Set([...draft.people, entry.actor.id])
  }
  if (event.session === sessionId && entry.actor.kind === 'technologist') {
    draft.technologists = new Set([...draft.technologists, entry.actor.id])
  }
  switch (event.type) {
    case 'help-cancelled':
    case 'help-ended': {
      const escalation = findEscalation(before, event.body.escalationId)
      if (escalation === undefined) return
      const end =
        event.type === 'help-ended'
          ? { kind: 'ended' as const, at: entry.at, words: event.body.outcome }
          : { kind: 'cancelled' as const, at: entry.at, words: event.body.reason }
      const card = draft.cards.get(escalation.id) ?? null
      draft.escalations = [...draft.escalations, { escalation, card, end }]
      return
    }
    case 'card-chosen':
      draft.cards.set(event.body.escalationId, { ...event.body, at: entry.at })
      return
    case 'supervision-gap-opened':
      draft.gaps = [...draft.gaps, { entry, closedAt: null, closedBy: null }]
      return
    case 'supervision-gap-closed':
      draft.gaps = draft.gaps.map((gap) =>
        gap.closedAt === null ? { ...gap, closedAt: entry.at, closedBy: event.body.by } : gap,
      )
      return
    default:
      if (event.session === sessionId) collectOwn(draft, event, entry)
  }
}

/** Events that name the session themselves. */
function collectOwn(draft: Draft, event: Event, entry: LogEntry): void {
  const { at } = entry
  switch (event.type) {
    case 'responder-checked-in':
      draft.responders = [...draft.responders, event.body]
      return
    case 'injection-started':
      draft.startedBy = [...draft.startedBy, entry.actor]
      return
    case 'check-overridden':
      draft.overrides = [...draft.overrides, { ...event.body, at }]
      return
    case 'observation-started':
      draft.observation = { startedAt: at, dueAt: event.body.dueAt, endedAt: null, early: null }
      return
    case 'observation-ended':
      if (draft.observation !== null) {
        draft.observation = { ...draft.observation, endedAt: at, early: event.body.early }
      }
      return
    case 'session-closed':
      draft.ending = { kind: 'closed', at, seq: entry.seq, hash: entry.hash, ...event.body }
      return
    case 'session-abandoned':
      draft.ending = { kind: 'abandoned', at, reason: event.body.reason }
      return
    case 'statement-received': {
      const { statement } = event.body.signed
      if (statement.kind === 'decided' || statement.kind === 'records-confirmed') {
        draft.decisions = [...draft.decisions, entry]
      }
      if (statement.kind === 'signed') draft.signatures = [...draft.signatures, statement]
      return
    }
    default:
      return
  }
}
