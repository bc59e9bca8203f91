import type { LogEntry } from '../log/entry.ts'

/** Types that end a session; after them only entries that name the session still belong to its record. */
const endings: readonly string[] = ['session-closed', 'session-abandoned']

/**
 * What of a log belongs to the record of one session: everything, without a gap, from its opening to its end
 * (only one session is open at a time), then what was still said about it, such as the signature. Empty if the
 * session is not in the log. `docs/log-format.md` defines the file that these entries make.
 */
export function recordEntries(entries: Iterable<LogEntry>, sessionId: string): readonly LogEntry[] {
  const belonging: LogEntry[] = []
  let stage: 'before' | 'open' | 'ended' = 'before'
  for (const entry of entries) {
    const concerns = entry.session === sessionId
    if (stage === 'before' && concerns && entry.type === 'session-opened') stage = 'open'
    if (stage === 'open' || (stage === 'ended' && concerns)) belonging.push(entry)
    if (stage === 'open' && concerns && endings.includes(entry.type)) stage = 'ended'
  }
  return belonging
}
