import { callTerms } from '../escalation/out-of-band.ts'
import { timingOf } from '../escalation/timing.ts'
import type { Event } from '../log/events.ts'
import { isApproved, standingOf } from '../policy/cards-standing.ts'
import { fail, ok } from '../result.ts'
import { orderInWords, roundMember } from '../statement/statement.ts'
import { durationInWords } from '../time.ts'
import type { DecideContext, Decision } from './decide.ts'
import { findEscalation } from './evolve-escalation.ts'
import { sessionIdOf } from './evolve-session.ts'
import { elapsedSinceLastPress, elapsedSincePress, ordersOf } from './queries.ts'
import type { CommandOf, WorkstationState } from './state.ts'

const notOpen = (): Decision =>
  fail('not-open', 'This call for help is no longer open: it was cancelled or ended before.')

/**
 * A hand that trembles, a double click and a key held down are one press: each asks anew only if the press before it
 * lies this far back, since a new round voids the answers that are under way.
 */
const samePressWithinMs = 1000

/** Never rejects: whatever else is wrong, a press is a press. */
export function pressHelp(
  state: WorkstationState,
  { escalation: kind, origin, drill }: CommandOf<'press-help'>,
  context: DecideContext,
): Decision {
  const { roomId, newId, policy, cards, now } = context
  const open = state[kind]
  const session = sessionIdOf(state.session)
  const replacesDrill = open?.drill === true && !drill
  if (open !== null && !replacesDrill) {
    const round = elapsedSinceLastPress(open, context) >= samePressWithinMs ? roundMember(open.round + 1) : {}
    const body = { escalationId: open.id, origin, ...round }
    return ok([{ type: 'help-pressed-again', session: open.sessionId, body }])
  }
  const pressed: Event = {
    type: 'help-pressed',
    session,
    body: {
      escalationId: newId(),
      kind,
      origin,
      drill,
      roomId,
      terms: callTerms(policy, { kind, drill, roomId }),
      ...(kind === 'reaction' && cards !== null ? { cards: standingOf(cards, now) } : {}),
    },
  }
  if (open === null) return ok([pressed])
  // A real reaction during a practice must not pass for one more press of the practice.
  const ended: Event = {
    type: 'help-ended',
    session: open.sessionId,
    body: { escalationId: open.id, outcome: 'Drill ended by a real call for help' },
  }
  return ok([ended, pressed])
}

/** Works on a locked screen too: a button pressed there by mistake is taken back there. */
export function cancelHelp(
  state: WorkstationState,
  { escalationId, reason }: CommandOf<'cancel-help'>,
  context: DecideContext,
): Decision {
  const open = findEscalation(state, escalationId)
  if (open === undefined) return notOpen()
  const withinMs = timingOf(open, context.policy).cancelWithinMs
  if (elapsedSincePress(open, context) > withinMs) {
    return fail(
      'too-late',
      `A call can be cancelled within ${durationInWords(withinMs)} of the press, and that time is over. End it instead, and say how it ended.`,
    )
  }
  return ok([{ type: 'help-cancelled', session: open.sessionId, body: { escalationId, reason } }])
}

export function endHelp(state: WorkstationState, { escalationId, outcome }: CommandOf<'end-help'>): Decision {
  const open = findEscalation(state, escalationId)
  if (open === undefined) return notOpen()
  return ok([{ type: 'help-ended', session: open.sessionId, body: { escalationId, outcome } }])
}

export function chooseCard(
  state: WorkstationState,
  { escalationId, cardId }: CommandOf<'choose-card'>,
  { now, policy, cards }: DecideContext,
): Decision {
  const open = findEscalation(state, escalationId)
  if (open === undefined) return notOpen()
  const card = policy?.cards.items.find((listed) => listed.id === cardId)
  if (cards === null || card === undefined) {
    return fail('unknown-card', "That card is not in the site's set. Choose another one.")
  }
  if (open.cardId === cardId) return ok([])
  const standing = standingOf(cards, now)
  const { edition, hash } = standing
  return ok([
    {
      type: 'card-chosen',
      session: open.sessionId,
      body: {
        escalationId,
        cardId,
        title: card.title,
        edition,
        hash,
        approved: isApproved(standing),
      },
    },
  ])
}

export function markPhoneCalled(
  state: WorkstationState,
  { escalationId, number }: CommandOf<'mark-phone-called'>,
  { policy }: DecideContext,
): Decision {
  const open = findEscalation(state, escalationId)
  if (open === undefined) return notOpen()
  const listed = policy?.site.phones.find((phone) => phone.number === number)
  // A call that was made is a fact, whether or not its number is on the list.
  const label = listed?.label ?? (number === '911' ? 'Emergency services' : 'Telephone')
  return ok([{ type: 'phone-called', session: open.sessionId, body: { escalationId, label, number } }])
}

export function readBackOrder(
  state: WorkstationState,
  { statementId }: CommandOf<'read-back-order'>,
): Decision {
  const order = ordersOf(state).find((received) => received.statementId === statementId)
  if (order === undefined) {
    return fail('unknown-order', 'That order does not belong to the open session or call.')
  }
  if (order.readBackAt !== null) return ok([])
  return ok([
    {
      type: 'order-read-back',
      session: sessionIdOf(state.session),
      body: { statementId, words: orderInWords(order.order) },
    },
  ])
}
