import type { LogEntry } from '../domain/log/entry.ts'
import { eventOf, signatureFits } from '../domain/workstation/evolve.ts'
import type { UnsignedSession } from '../domain/workstation/state.ts'

export type PastSession = {
  readonly sessionId: string
  readonly accession: string
  readonly closedAt: string
  /** Who signed it; null when it is not signed yet. */
  readonly signedBy: string | null
}

/** What is remembered of the log besides the state: a fold like it, and bounded. */
export type History = {
  /** Sessions whose record can be saved, newest first. */
  readonly recent: readonly PastSession[]
  /** Accession numbers of open or recent sessions. */
  readonly accessions: Readonly<Record<string, string>>
  /** The last entries, oldest first, for the timeline. */
  readonly tail: readonly LogEntry[]
  /** Calls for help that are over: the hub is told again after a reconnection. Oldest first. */
  readonly endings: readonly Ending[]
}

export type Ending = {
  readonly escalationId: string
  readonly outcome: 'cancelled' | 'ended'
  readonly words: string
  readonly at: string
}

export const emptyHistory: History = { recent: [], accessions: {}, tail: [], endings: [] }

const keptSessions = 30
const keptEndings = 10
const keptEntries = 120

/** Traffic that says nothing to a person reading what happened in the room. */
const quietTypes = new Set([
  'app-started',
  'policy-adopted',
  'sign-in-refused',
  'record-exported',
  'log-checkpointed',
  'hub-receipt-kept',
])

/** @param unsigned the sessions that waited for a signature before this entry */
export function evolveHistory(
  history: History,
  entry: LogEntry,
  unsigned: readonly UnsignedSession[],
): History {
  const tail = quietTypes.has(entry.type) ? history.tail : [...history.tail.slice(1 - keptEntries), entry]
  const next = { ...history, tail }
  const event = eventOf(entry)
  switch (event?.type) {
    case 'session-opened':
      return event.session === null
        ? next
        : { ...next, accessions: { ...next.accessions, [event.session]: event.body.exam.accession } }
    case 'session-closed':
      return event.session === null ? next : closed(next, event.session, entry.at)
    case 'session-abandoned':
      return event.session === null ? next : closed(next, event.session, entry.at)
    case 'statement-received': {
      const { statement } = event.body.signed
      // A signature of something else signs nothing; once one fits, the session waits for no other.
      if (statement.kind !== 'signed' || !unsigned.some((session) => signatureFits(session, statement))) {
        return next
      }
      const sign = (past: PastSession) =>
        past.sessionId === statement.sessionId ? { ...past, signedBy: statement.physicianId } : past
      return { ...next, recent: next.recent.map(sign) }
    }
    case 'help-cancelled': {
      const { escalationId, reason } = event.body
      return ended(next, { escalationId, outcome: 'cancelled', words: reason, at: entry.at })
    }
    case 'help-ended': {
      const { escalationId, outcome } = event.body
      return ended(next, { escalationId, outcome: 'ended', words: outcome, at: entry.at })
    }
    default:
      return next
  }
}

function closed(history: History, sessionId: string, closedAt: string): History {
  const { [sessionId]: accession = '', ...accessions } = history.accessions
  const past = { sessionId, accession, closedAt, signedBy: null }
  return { ...history, accessions, recent: [past, ...history.recent].slice(0, keptSessions) }
}

const ended = (history: History, ending: Ending): History => ({
  ...history,
  endings: [...history.endings, ending].slice(-keptEndings),
})
