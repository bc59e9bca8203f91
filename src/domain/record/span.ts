import type { LogEntry } from '../log/entry.ts'
import { endsSession } from '../log/session-end.ts'

/**
 * What of a log belongs to the record of one session, in order; empty if the session is not in the log. The rule is
 * in `docs/log-format.md`: what names the session, what named no session while it was open, what was so when it was
 * opened, and calls for help that were open meanwhile. Never what names another session: that is another patient's.
 */
export function recordEntries(entries: Iterable<LogEntry>, sessionId: string): readonly LogEntry[] {
  const span = createSpan(sessionId)
  for (const entry of entries) span.take(entry)
  return span.entries()
}

/** The same for a caller who has other things to do between two entries. */
export function createSpan(sessionId: string) {
  const standing = createStanding()
  const calls = createCalls()
  const belonging: LogEntry[] = []
  let stage: 'before' | 'open' | 'ended' = 'before'
  return {
    take: (entry: LogEntry): void => {
      const own = entry.session === sessionId
      if (stage === 'before' && own && entry.type === 'session-opened') {
        belonging.push(...inOrder([...standing.entries(), ...calls.entries()]))
        stage = 'open'
      }
      const ofCall = calls.take(entry, stage !== 'ended')
      if (stage === 'before') standing.take(entry)
      else if (own || (entry.session === null && (stage === 'open' || ofCall))) belonging.push(entry)
      // Afterwards only what names the session still belongs to its record.
      if (stage === 'open' && own && endsSession(entry.type)) stage = 'ended'
    },
    entries: (): readonly LogEntry[] => belonging,
  }
}

function inOrder(entries: readonly LogEntry[]): readonly LogEntry[] {
  const bySeq = new Map(entries.filter(({ session }) => session === null).map((entry) => [entry.seq, entry]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}

/** Of each of these the last word before the opening is so when the session is opened. */
export const standingTypes: readonly string[] = [
  'app-started',
  'device-enrolled',
  'policy-adopted',
  'technologist-signed-in',
  'supervisor-chosen',
]

/** The last word on each thing that is so until something else is said. */
function createStanding() {
  const last = new Map<string, LogEntry>()
  return {
    take: (entry: LogEntry): void => {
      if (entry.type === 'app-started') {
        // What was measured before a start says nothing about the links after it.
        for (const key of [...last.keys()]) if (key.startsWith('link-changed')) last.delete(key)
      }
      if (entry.type === 'link-changed') last.set(`link-changed ${entry.body.physicianId}`, entry)
      else if (standingTypes.includes(entry.type)) last.set(entry.type, entry)
    },
    entries: (): readonly LogEntry[] => [...last.values()],
  }
}

/** Calls for help that were pressed without a session, while they are open. */
function createCalls() {
  const open = new Map<string, LogEntry[]>()
  const callOfOrder = new Map<string, string>()
  return {
    /** @returns whether the entry is of such a call. @param starts whether a new call is followed */
    take: (entry: LogEntry, starts: boolean): boolean => {
      if (entry.session !== null) return false
      const { escalationId, orderId } = subjectOf(entry, callOfOrder)
      if (escalationId === undefined) return false
      if (starts && entry.type === 'help-pressed') open.set(escalationId, [])
      const call = open.get(escalationId)
      if (call === undefined) return false
      call.push(entry)
      if (orderId !== undefined) callOfOrder.set(orderId, escalationId)
      if (entry.type === 'help-ended' || entry.type === 'help-cancelled') open.delete(escalationId)
      return true
    },
    entries: (): readonly LogEntry[] => [...open.values()].flat(),
  }
}

type Subject = { readonly escalationId: string | undefined; readonly orderId: string | undefined }

/** Which call an entry is about, by its own word, its statement's, or the order that it reads back. */
function subjectOf({ body }: LogEntry, callOfOrder: ReadonlyMap<string, string>): Subject {
  const statement = memberOf(memberOf(body, 'signed'), 'statement')
  const escalationId = textIn(body, 'escalationId') ?? textIn(statement, 'escalationId')
  const readBack = textIn(body, 'statementId')
  return {
    escalationId: escalationId ?? (readBack === undefined ? undefined : callOfOrder.get(readBack)),
    orderId: textIn(statement, 'id'),
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

const textIn = (value: unknown, name: string): string | undefined => {
  const member = memberOf(value, name)
  return typeof member === 'string' ? member : undefined
}
