import type { LogEntry } from '../log/entry.ts'
import type { Event, EventOf } from '../log/events.ts'
import type { Statement } from '../statement/statement.ts'
import type { CallOver, Escalation, Observation, SessionFacts, SessionState } from './state.ts'

/** A call for help in the open session is over. */
export function withCallOver(
  session: SessionState,
  call: Escalation | undefined,
  event: EventOf<'help-ended'> | EventOf<'help-cancelled'>,
): SessionState {
  if (session.kind === 'none' || call?.sessionId !== session.facts.id) return session
  const { id, kind, drill, pressedAt } = call
  const [cancelled, outcome] =
    event.type === 'help-cancelled' ? [true, event.body.reason] : [false, event.body.outcome]
  const over: CallOver = { id, kind, drill, pressedAt, cancelled, outcome }
  return { ...session, facts: { ...session.facts, calls: [...session.facts.calls, over] } }
}

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
      return { ...session, facts: answered(facts, event.body, entry) }
    case 'screening-completed':
      return session.kind === 'screening'
        ? { kind: 'ready', facts: { ...facts, screeningCompleted: true }, observation: null }
        : session
    case 'responder-checked-in':
      return { ...session, facts: { ...facts, responderId: event.body.responderId } }
    case 'check-overridden':
      return { ...session, facts: { ...facts, overrides: overridden(facts.overrides, event.body) } }
    case 'injection-started': {
      const injection = { ...event.body, startedAt: entry.at, stoppedAt: null }
      // They are written into this injection; the next one passes the gate by itself.
      const overrides = {}
      return {
        kind: 'injecting',
        facts: { ...facts, overrides, injections: [...facts.injections, injection] },
      }
    }
    case 'injection-stopped':
      return { ...session, facts: { ...facts, injections: stopLast(facts.injections, entry.at) } }
    case 'observation-started':
      return { kind: 'observing', facts, observation: observationFrom(event, entry) }
    case 'observation-ended':
      return { kind: 'closing', facts }
    case 'injection-prepared':
      return {
        kind: 'ready',
        facts,
        observation: session.kind === 'observing' ? session.observation : null,
      }
    case 'statement-received':
      return { ...session, facts: heard(facts, event.body.signed.statement, entry.at) }
    case 'session-abandoned':
      return { kind: 'none' }
    default:
      return session
  }
}

const observationFrom = (
  { body: { durationMs } }: EventOf<'observation-started'>,
  { at, mono, boot }: LogEntry,
): Observation => ({ since: { at, mono, boot }, durationMs })

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
    answeredIn: {},
    decisions: {},
    screeningCompleted: false,
    responderId: null,
    recordsConfirmedBy: null,
    overrides: {},
    injections: [],
    orders: [],
    calls: [],
  }
  return { kind: 'screening', facts }
}

function answered(
  facts: SessionFacts,
  answer: EventOf<'screening-answered'>['body'],
  { seq, at }: LogEntry,
): SessionFacts {
  const { [answer.questionId]: decision, ...others } = facts.decisions
  // A physician agreed to go on with the earlier answer, not with this one. A "do not inject" stands until a
  // physician takes it back: no answer of the technologist can.
  const decisions = decision === 'do-not-inject' ? facts.decisions : others
  return {
    ...facts,
    decisions,
    answers: { ...facts.answers, [answer.questionId]: answer },
    answeredIn: { ...facts.answeredIn, [answer.questionId]: { seq, at } },
  }
}

const overridden = (
  overrides: SessionFacts['overrides'],
  { check, finding, reason }: EventOf<'check-overridden'>['body'],
): SessionFacts['overrides'] => ({ ...overrides, [check]: { finding, reason } })

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

/**
 * A decision settles the answer that it names, and not one that was given since. "Do not inject" is the exception that
 * errs on the safe side: said about an earlier answer it stands as it would have stood had it come in time, unless a
 * physician has decided on the later answer.
 */
function settles(facts: SessionFacts, decided: Extract<Statement, { kind: 'decided' }>): boolean {
  if (decided.sessionId !== facts.id) return false
  const answer = facts.answeredIn[decided.questionId]
  const isOnThisAnswer =
    answer !== undefined &&
    (decided.answerSeq === undefined ? decided.at >= answer.at : decided.answerSeq === answer.seq)
  if (isOnThisAnswer) return true
  return decided.decision === 'do-not-inject' && facts.decisions[decided.questionId] === undefined
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
      return settles(facts, statement)
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
