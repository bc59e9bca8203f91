import type { LogEntry } from '../log/entry.ts'
import type { Event, EventOf } from '../log/events.ts'
import type { Statement } from '../statement/statement.ts'
import type { SessionFacts, SessionState } from './state.ts'

export const sessionIdOf = (session: SessionState): string | null =>
  session.kind === 'none' ? null : session.facts.id

/** The session after one more event. An event that does not belong to the open session changes nothing. */
export function evolveSession(session: SessionState, event: Event, entry: LogEntry): SessionState {
  if (session.kind === 'none') return event.type === 'session-opened' ? opened(event, entry) : session
  const facts = session.facts
  if (event.type === 'order-read-back') return { ...session, facts: readBack(facts, event, entry.at) }
  if (event.session !== facts.id) return session
  switch (event.type) {
    case 'screening-answered':
      return { ...session, facts: answered(facts, event.body) }
    case 'screening-completed':
      return session.kind === 'screening'
        ? { kind: 'ready', facts: { ...facts, screeningCompleted: true } }
        : session
    case 'responder-checked-in':
      return { ...session, facts: { ...facts, responderId: event.body.responderId } }
    case 'check-overridden':
      return {
        ...session,
        facts: { ...facts, overrides: { ...facts.overrides, [event.body.check]: event.body.reason } },
      }
    case 'supervision-gap-opened': {
      // An override excused the earlier gap, not this one.
      const { 'supervision-gap': _spent, ...overrides } = facts.overrides
      return { ...session, facts: { ...facts, overrides } }
    }
    case 'injection-started': {
      const injection = { ...event.body, startedAt: entry.at, stoppedAt: null }
      return { kind: 'injecting', facts: { ...facts, injections: [...facts.injections, injection] } }
    }
    case 'injection-stopped':
      return { ...session, facts: { ...facts, injections: stopLast(facts.injections, entry.at) } }
    case 'observation-started':
      return { kind: 'observing', facts, dueAt: event.body.dueAt }
    case 'observation-ended':
      return { kind: 'closing', facts }
    case 'injection-prepared':
      // Each injection passes the gate by itself: overrides were given for the one before.
      return { kind: 'ready', facts: { ...facts, overrides: {} } }
    case 'statement-received':
      return { ...session, facts: heard(facts, event.body.signed.statement, entry.at) }
    case 'session-abandoned':
      return { kind: 'none' }
    default:
      return session
  }
}

function opened(event: EventOf<'session-opened'>, entry: LogEntry): SessionState {
  if (event.session === null) return { kind: 'none' }
  const facts: SessionFacts = {
    id: event.session,
    exam: event.body.exam,
    contrastClass: event.body.contrastClass,
    roomId: event.body.roomId,
    openedAt: entry.at,
    openedBy: entry.actor.kind === 'technologist' ? entry.actor.id : null,
    answers: {},
    decisions: {},
    screeningCompleted: false,
    responderId: null,
    recordsConfirmedBy: null,
    overrides: {},
    injections: [],
    orders: [],
  }
  return { kind: 'screening', facts }
}

function answered(facts: SessionFacts, answer: EventOf<'screening-answered'>['body']): SessionFacts {
  const { [answer.questionId]: decision, ...others } = facts.decisions
  // A physician agreed to go on with the earlier answer, not with this one. A "do not inject" stands until a
  // physician takes it back: no answer of the technologist can.
  const decisions = decision === 'do-not-inject' ? facts.decisions : others
  return { ...facts, decisions, answers: { ...facts.answers, [answer.questionId]: answer } }
}

function stopLast(injections: SessionFacts['injections'], at: string): SessionFacts['injections'] {
  return injections.map((injection, index) =>
    index === injections.length - 1 && injection.stoppedAt === null
      ? { ...injection, stoppedAt: at }
      : injection,
  )
}

function readBack(facts: SessionFacts, { body }: EventOf<'order-read-back'>, at: string): SessionFacts {
  return {
    ...facts,
    orders: facts.orders.map((order) =>
      order.statementId === body.statementId && order.readBackAt === null
        ? { ...order, readBackAt: at }
        : order,
    ),
  }
}

/** What a physician's word changes in the open session; the same word twice changes nothing more. */
function heard(facts: SessionFacts, statement: Statement, at: string): SessionFacts {
  switch (statement.kind) {
    case 'ordered': {
      if (facts.orders.some((order) => order.statementId === statement.id)) return facts
      const { id: statementId, physicianId, order } = statement
      return {
        ...facts,
        orders: [...facts.orders, { statementId, physicianId, at, order, readBackAt: null }],
      }
    }
    case 'decided':
      return statement.sessionId === facts.id
        ? { ...facts, decisions: { ...facts.decisions, [statement.questionId]: statement.decision } }
        : facts
    case 'records-confirmed':
      return statement.sessionId === facts.id
        ? { ...facts, recordsConfirmedBy: statement.physicianId }
        : facts
    default:
      return facts
  }
}
