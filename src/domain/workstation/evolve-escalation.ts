import {
  allOffScreen,
  followingLink,
  hasPage,
  type ReceiptsById,
  saidOnScreen,
  withAcceptance,
  withDecline,
  withReceipt,
} from '../escalation/receipts.ts'
import type { LinkState } from '../link/link.ts'
import type { LogEntry } from '../log/entry.ts'
import type { Event, EventOf } from '../log/events.ts'
import { roundOf } from '../statement/statement.ts'
import { sessionIdOf } from './evolve-session.ts'
import type { Escalation, OutOfBandPaged, WorkstationState } from './state.ts'

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
    case 'help-pressed-again':
      return change(state, event.body.escalationId, (open) => ({
        ...askAnew(open, event.body.round, entry),
        lastPress: pressOf(entry),
      }))
    case 'app-started':
      return changeBoth(state, (open) => reach(open, open.round, (all) => allOffScreen(all, entry.at)))
    case 'link-changed': {
      const { physicianId, link } = event.body
      const followed = (open: Escalation) =>
        reach(open, open.round, (all) => followingLink(all, physicianId, link, entry.at))
      return changeBoth(state, (open) => (isUp(link) ? reconnected(followed(open)) : followed(open)))
    }
    case 'hub-connected':
      return changeBoth(state, reconnected)
    case 'physician-paged': {
      const { escalationId, physicianId, round } = event.body
      return change(state, escalationId, (open) =>
        reach(open, round, (all) => withReceipt(all, physicianId, 'paged', entry.at)),
      )
    }
    case 'paged-out-of-band': {
      const { escalationId, round: _, ...page } = event.body
      return change(state, escalationId, (open) => ({
        ...open,
        outOfBand: withPager(open.outOfBand, { ...page, since: entry.at }),
      }))
    }
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

const pressOf = ({ at, mono, boot }: LogEntry): Escalation['lastPress'] => ({ at, mono, boot })

const pressed = (event: EventOf<'help-pressed'>, entry: LogEntry): Escalation => ({
  id: event.body.escalationId,
  kind: event.body.kind,
  origin: event.body.origin,
  drill: event.body.drill,
  sessionId: event.session,
  roomId: event.body.roomId,
  terms: event.body.terms ?? null,
  pressedAt: entry.at,
  pressedMono: entry.mono,
  pressedBoot: entry.boot,
  receipts: {},
  round: 1,
  roundAt: entry.at,
  roundMono: entry.mono,
  roundBoot: entry.boot,
  lastPress: pressOf(entry),
  roundReceipts: {},
  orders: [],
  outOfBand: [],
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

const withPager = (all: Escalation['outOfBand'], page: OutOfBandPaged): Escalation['outOfBand'] =>
  all.some(({ pager }) => pager === page.pager)
    ? all.map((known) => (known.pager === page.pager ? page : known))
    : [...all, page]

/** The same call, its time and its facts; but what was answered before is no answer to this press. */
function askAnew(open: Escalation, round: number | undefined, entry: LogEntry): Escalation {
  if (round === undefined || round <= open.round) return open
  return {
    ...open,
    round,
    roundAt: entry.at,
    roundMono: entry.mono,
    roundBoot: entry.boot,
    roundReceipts: {},
    unreachable: null,
  }
}

/** A fact about the call, and about this round if it belongs to it. */
function reach(
  open: Escalation,
  round: number | undefined,
  to: (all: ReceiptsById) => ReceiptsById,
): Escalation {
  const receipts = to(open.receipts)
  return {
    ...open,
    receipts,
    roundReceipts: isCurrent(open, round) ? to(open.roundReceipts) : open.roundReceipts,
  }
}

const isUp = ({ kind }: LinkState): boolean => kind === 'warm' || kind === 'live' || kind === 'partial'

/** Whoever had been reached before the connection was lost is reached again. */
const reconnected = (open: Escalation): Escalation =>
  open.unreachable !== null && Object.values(open.roundReceipts).some(hasPage)
    ? { ...open, unreachable: null }
    : open

const isCurrent = (open: Escalation, round: number | undefined): boolean => roundOf({ round }) === open.round

function hear(
  state: WorkstationState,
  event: EventOf<'statement-received'>,
  entry: LogEntry,
): WorkstationState {
  const { statement } = event.body.signed
  switch (statement.kind) {
    case 'delivered':
    case 'seen': {
      const { physicianId, kind, round } = statement
      return change(state, statement.escalationId, (open) =>
        reached(
          reach(open, round, (all) => withReceipt(all, physicianId, kind, entry.at)),
          round,
        ),
      )
    }
    case 'on-screen': {
      const { physicianId, round } = statement
      const link = state.links[physicianId]
      return change(state, statement.escalationId, (open) =>
        reached(
          reach(open, round, (all) => saidOnScreen(all, physicianId, link, entry.at)),
          round,
        ),
      )
    }
    case 'accepted': {
      const { physicianId, round } = statement
      return change(state, statement.escalationId, (open) =>
        reached(
          reach(open, round, (all) => withAcceptance(all, physicianId, entry.at)),
          round,
        ),
      )
    }
    case 'declined': {
      const { physicianId, round } = statement
      return change(state, statement.escalationId, (open) => giveBack(open, physicianId, round, entry.at))
    }
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

const reached = (open: Escalation, round: number | undefined): Escalation =>
  isCurrent(open, round) ? { ...open, unreachable: null } : open

function giveBack(
  before: Escalation,
  physicianId: string,
  round: number | undefined,
  at: string,
): Escalation {
  // Declining an earlier press, and coming late: they have answered this one since.
  const isOvertaken = !isCurrent(before, round) && before.roundReceipts[physicianId]?.accepted != null
  if (isOvertaken) return before
  return reach(before, round, (all) => withDecline(all, physicianId, at))
}
