import type { LogEntry } from '../log/entry.ts'
import { type Event, type EventOf, eventSchema } from '../log/events.ts'
import { withoutLapsedOverrides } from '../session/overrides.ts'
import { evolveEscalations } from './evolve-escalation.ts'
import { evolveSession, sessionIdOf, withCallOver } from './evolve-session.ts'
import { betweenSessions, supervisorAfter, supervisorHearing } from './evolve-supervisor.ts'
import { openEscalations } from './queries.ts'
import type { SignInGuard, UnsignedSession, WorkstationState } from './state.ts'

/** Sign-in guards kept at once: enough for every name of a site, and bounded whatever is typed. */
const maxGuards = 64

export const initialState: WorkstationState = {
  operator: { kind: 'signed-out' },
  signIn: {},
  session: { kind: 'none' },
  supervisor: { primary: null, standby: null, takeover: null, handover: null },
  links: {},
  gap: null,
  reaction: null,
  question: null,
  unsigned: [],
}

/** What an entry means, or undefined if this version does not know its type or cannot read its body. */
export function eventOf(entry: LogEntry): Event | undefined {
  const parsed = eventSchema.safeParse({ type: entry.type, session: entry.session, body: entry.body })
  return parsed.success ? parsed.data : undefined
}

/** The state after one more entry. Total: an entry that this version cannot read changes nothing. */
export function evolve(state: WorkstationState, entry: LogEntry): WorkstationState {
  const event = eventOf(entry)
  if (event === undefined) return state
  return evolveEscalations(
    evolveWorkstation(withoutLapsedOverrides(state, event), event, entry),
    event,
    entry,
  )
}

export function fold(entries: Iterable<LogEntry>, from: WorkstationState = initialState): WorkstationState {
  let state = from
  for (const entry of entries) state = evolve(state, entry)
  return state
}

function evolveWorkstation(state: WorkstationState, event: Event, entry: LogEntry): WorkstationState {
  switch (event.type) {
    case 'app-started':
      // What was measured before a restart says nothing about now.
      return { ...state, links: {} }
    case 'technologist-signed-in': {
      const { technologistId } = event.body
      const { [technologistId]: _cleared, ...signIn } = state.signIn
      return { ...state, operator: { kind: 'signed-in', technologistId }, signIn }
    }
    case 'sign-in-refused':
      return { ...state, signIn: afterRefusal(state.signIn, event, entry.at) }
    case 'workstation-locked':
      return state.operator.kind === 'signed-in'
        ? { ...state, operator: { kind: 'locked', technologistId: state.operator.technologistId } }
        : state
    case 'technologist-signed-out':
      return { ...state, operator: { kind: 'signed-out' } }
    case 'supervisor-chosen':
      return { ...state, supervisor: supervisorAfter(state.supervisor, event, entry.at) }
    case 'handover-confirmed': {
      const { handover } = state.supervisor
      const isThis = handover?.stage === 'done' && handover.offer === event.body.offer
      return isThis ? { ...state, supervisor: { ...state.supervisor, handover: null } } : state
    }
    case 'link-changed':
      return { ...state, links: { ...state.links, [event.body.physicianId]: event.body.link } }
    case 'supervision-gap-opened':
      return {
        ...state,
        gap: { openedAt: entry.at, physicianId: event.body.physicianId },
        session: evolveSession(state.session, event, entry),
      }
    case 'supervision-gap-closed':
      return { ...state, gap: null }
    case 'help-ended':
    case 'help-cancelled': {
      const over = openEscalations(state).find(({ id }) => id === event.body.escalationId)
      return { ...state, session: withCallOver(state.session, over, event) }
    }
    case 'session-closed':
      return evolveClosing(state, event, entry)
    case 'statement-received':
      return evolveSignature(
        {
          ...state,
          session: evolveSession(state.session, event, entry),
          supervisor: supervisorHearing(state, event, entry.at),
        },
        event,
      )
    default: {
      const session = evolveSession(state.session, event, entry)
      return { ...state, session, supervisor: betweenSessions(state.supervisor, session) }
    }
  }
}

function afterRefusal(
  guards: WorkstationState['signIn'],
  { body }: EventOf<'sign-in-refused'>,
  at: string,
): WorkstationState['signIn'] {
  // An attempt that was not even looked at says nothing new, and must not lengthen the wait.
  if (body.reason === 'throttled') return guards
  const failures = (guards[body.technologistId]?.failures ?? 0) + 1
  const { [body.technologistId]: _earlier, ...others } = guards
  const kept = Object.entries<SignInGuard>(others)
    .sort(([, a], [, b]) => ((a.lastFailureAt ?? '') < (b.lastFailureAt ?? '') ? 1 : -1))
    .slice(0, maxGuards - 1)
  return { ...Object.fromEntries(kept), [body.technologistId]: { failures, lastFailureAt: at } }
}

function evolveClosing(
  state: WorkstationState,
  event: EventOf<'session-closed'>,
  entry: LogEntry,
): WorkstationState {
  if (state.session.kind === 'none' || sessionIdOf(state.session) !== event.session) return state
  const { facts } = state.session
  const unsigned: UnsignedSession = {
    sessionId: facts.id,
    accession: facts.exam.accession,
    closedAt: entry.at,
    closingHash: entry.hash,
    physicianId: facts.injections.at(-1)?.physicianId ?? state.supervisor.primary,
  }
  return {
    ...state,
    session: { kind: 'none' },
    supervisor: { ...state.supervisor, takeover: null, handover: null },
    unsigned: [...state.unsigned, unsigned],
  }
}

/** Whether this physician's signature closes that session. Without a physician on record, any may sign. */
export const signatureFits = (
  session: UnsignedSession,
  signature: { readonly sessionId: string; readonly closingHash: string; readonly physicianId: string },
): boolean =>
  session.sessionId === signature.sessionId &&
  session.closingHash === signature.closingHash &&
  (session.physicianId === null || session.physicianId === signature.physicianId)

function evolveSignature(state: WorkstationState, event: EventOf<'statement-received'>): WorkstationState {
  const { statement } = event.body.signed
  if (statement.kind !== 'signed') return state
  return { ...state, unsigned: state.unsigned.filter((session) => !signatureFits(session, statement)) }
}
