import type { LogEntry } from '../log/entry.ts'
import type { Event, EventOf } from '../log/events.ts'
import { sessionIdOf } from './evolve-session.ts'
import type { Escalation, Receipts, WorkstationState } from './state.ts'

export const noReceipts: Receipts = {
  paged: null,
  delivered: null,
  seen: null,
  accepted: null,
  declined: null,
  onScreen: null,
}

/** The open call with this identifier, of either kind. */
export const findEscalation = (
  state: Pick<WorkstationState, 'reaction' | 'question'>,
  escalationId: string | null,
): Escalation | undefined =>
  [state.reaction, state.question].find((open) => open !== null && open.id === escalationId) ?? undefined

export function evolveEscalations(state: WorkstationState, event: Event, entry: LogEntry): WorkstationState {
  switch (event.type) {
    case 'help-pressed':
      return { ...state, [event.body.kind]: pressed(event, entry) }
    case 'app-started':
      // What was on a screen before a restart says nothing about now.
      return changeBoth(state, (open) => Object.keys(open.receipts).reduce(leaveScreen, open))
    case 'link-changed':
      return changeBoth(state, (open) => followLink(open, event.body, entry.at))
    case 'physician-paged':
      return change(state, event.body.escalationId, (open) =>
        receive(open, event.body.physicianId, 'paged', entry.at),
      )
    case 'help-unreachable':
      return change(state, event.body.escalationId, (open) => ({ ...open, unreachable: event.body.reason }))
    case 'card-chosen':
      return change(state, event.body.escalationId, (open) => ({ ...open, cardId: event.body.cardId }))
    case 'phone-called':
      return change(state, event.body.escalationId, (open) =>
        open.phonesCalled.includes(event.body.number)
          ? open
          : { ...open, phonesCalled: [...open.phonesCalled, event.body.number] },
      )
    case 'help-cancelled':
    case 'help-ended':
      return change(state, event.body.escalationId, () => null)
    case 'statement-received':
      return hear(state, event, entry)
    case 'order-read-back':
      return changeBoth(state, (open) => ({
        ...open,
        orders: open.orders.map((order) =>
          order.statementId === event.body.statementId && order.readBackAt === null
            ? { ...order, readBackAt: entry.at }
            : order,
        ),
      }))
    default:
      return state
  }
}

const pressed = (event: EventOf<'help-pressed'>, entry: LogEntry): Escalation => ({
  id: event.body.escalationId,
  kind: event.body.kind,
  origin: event.body.origin,
  drill: event.body.drill,
  sessionId: event.session,
  roomId: event.body.roomId,
  pressedAt: entry.at,
  pressedMono: entry.mono,
  pressedBoot: entry.boot,
  receipts: {},
  takenBy: null,
  orders: [],
  unreachable: null,
  cardId: null,
  phonesCalled: [],
})

function changeBoth(state: WorkstationState, to: (open: Escalation) => Escalation | null): WorkstationState {
  return {
    ...state,
    reaction: state.reaction && to(state.reaction),
    question: state.question && to(state.question),
  }
}

const change = (
  state: WorkstationState,
  escalationId: string,
  to: (open: Escalation) => Escalation | null,
): WorkstationState => changeBoth(state, (open) => (open.id === escalationId ? to(open) : open))

/** The first time counts: a repeated receipt is the same fact once more. */
function receive(open: Escalation, physicianId: string, step: keyof Receipts, at: string): Escalation {
  const receipts = open.receipts[physicianId] ?? noReceipts
  if (receipts[step] !== null) return open
  return { ...open, receipts: { ...open.receipts, [physicianId]: { ...receipts, [step]: at } } }
}

function hear(
  state: WorkstationState,
  event: EventOf<'statement-received'>,
  entry: LogEntry,
): WorkstationState {
  const { statement } = event.body.signed
  switch (statement.kind) {
    case 'delivered':
    case 'seen':
      return change(state, statement.escalationId, (open) => ({
        ...receive(open, statement.physicianId, statement.kind, entry.at),
        unreachable: null,
      }))
    case 'accepted':
      return change(state, statement.escalationId, (open) => take(open, statement.physicianId, entry.at))
    case 'on-screen':
      return change(state, statement.escalationId, (open) => ({
        ...receive(open, statement.physicianId, 'onScreen', entry.at),
        unreachable: null,
      }))
    case 'declined':
      return change(state, statement.escalationId, (open) => giveBack(open, statement.physicianId, entry.at))
    case 'ordered': {
      if (event.session !== null && event.session === sessionIdOf(state.session)) return state
      const { id: statementId, physicianId, order } = statement
      return change(state, statement.escalationId ?? '', (open) =>
        open.orders.some((known) => known.statementId === statementId)
          ? open
          : {
              ...open,
              orders: [...open.orders, { statementId, physicianId, at: entry.at, order, readBackAt: null }],
            },
      )
    }
    default:
      return state
  }
}

/**
 * Whoever has the call is on screen for as long as picture and sound flow, and not a moment longer: a link that is
 * lost takes it back, so that the ladder and the local alarm go on, and one that is live again restores it.
 */
function followLink(
  open: Escalation,
  { physicianId, link }: EventOf<'link-changed'>['body'],
  at: string,
): Escalation {
  if (link.kind === 'lost' || link.kind === 'none') return leaveScreen(open, physicianId)
  const hasIt = (open.receipts[physicianId]?.accepted ?? null) !== null
  return link.kind === 'live' && hasIt ? receive(open, physicianId, 'onScreen', at) : open
}

function leaveScreen(open: Escalation, physicianId: string): Escalation {
  const receipts = open.receipts[physicianId]
  if (receipts === undefined || receipts.onScreen === null) return open
  return { ...open, receipts: { ...open.receipts, [physicianId]: { ...receipts, onScreen: null } } }
}

function take(open: Escalation, physicianId: string, at: string): Escalation {
  const accepted = receive(open, physicianId, 'accepted', at)
  const receipts = accepted.receipts[physicianId] ?? noReceipts
  return {
    ...accepted,
    receipts: { ...accepted.receipts, [physicianId]: { ...receipts, declined: null } },
    takenBy: open.takenBy ?? physicianId,
    unreachable: null,
  }
}

/** Receipts say how it stands: who declines has neither the call nor the room on screen, and may accept anew. */
function giveBack(open: Escalation, physicianId: string, at: string): Escalation {
  const before = open.receipts[physicianId] ?? noReceipts
  const receipts = {
    ...open.receipts,
    [physicianId]: { ...before, declined: before.declined ?? at, accepted: null, onScreen: null },
  }
  if (open.takenBy !== physicianId) return { ...open, receipts }
  const next = Object.entries(receipts)
    .filter(([, of]) => of.accepted !== null)
    .sort(([, a], [, b]) => ((a.accepted ?? '') < (b.accepted ?? '') ? -1 : 1))
  return { ...open, receipts, takenBy: next[0]?.[0] ?? null }
}
