import type Database from 'better-sqlite3'
import { type ChainHead, checkFollows, emptyChain, type LogEntry } from '../../domain/log/entry.ts'
import { ok, type Result } from '../../domain/result.ts'
import { sha256Hex } from './ed25519.ts'
import { explain, type LogProblem, problemOf } from './log-problems.ts'

/** What is wrong with the log, and the last entry before it that is as it should be. */
export type LogFault = { readonly after: ChainHead; readonly problem: LogProblem }

/** Reads entries in order and checks each: that it follows the one before, and that its row says what it says. */
export type CheckedReader = {
  readonly head: () => ChainHead
  /** Up to `limit` entries more; none at the end of the log. After a fault it is of no further use. */
  readonly next: (limit: number) => Result<readonly LogEntry[], LogFault>
}

type Row = { readonly seq: number; readonly hash: string; readonly entry: string }

/** @param from an entry that is taken as it stands; what follows it is checked */
export function readChecked(
  file: string,
  db: Database.Database,
  from: ChainHead = emptyChain,
): CheckedReader {
  const select = db.prepare<[number, number], Row>(
    'SELECT seq, hash, entry FROM log WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  let head = from
  let device: string | undefined

  const breachOf = (row: Row, entry: LogEntry): string | undefined => {
    device ??= head.seq === 0 ? entry.device : deviceOf(db, head.seq)
    const breach = checkFollows(head, entry, device ?? '', sha256Hex)
    if (breach !== undefined) return breach.kind
    return row.seq === entry.seq && row.hash === entry.hash
      ? undefined
      : 'its columns differ from its content'
  }
  const check = (row: Row): Result<LogEntry, string> => {
    const entry = parse(row.entry)
    if (entry === undefined) return { ok: false, error: `entry ${row.seq} is not readable` }
    const breach = breachOf(row, entry)
    return breach === undefined ? ok(entry) : { ok: false, error: `entry ${row.seq}: ${breach}` }
  }

  const fault = (problem: LogProblem): Result<never, LogFault> => ({
    ok: false,
    error: { after: head, problem },
  })

  return {
    head: () => head,
    next: (limit) => {
      const entries: LogEntry[] = []
      try {
        for (const row of select.all(head.seq, limit)) {
          const checked = check(row)
          if (!checked.ok) return fault(problemOf('chain-broken', file, checked.error))
          entries.push(checked.value)
          head = { seq: row.seq, hash: row.hash }
        }
        return ok(entries)
      } catch (error) {
        return fault(explain(file, error))
      }
    },
  }
}

function deviceOf(db: Database.Database, seq: number): string | undefined {
  const text = db.prepare<[number], string>('SELECT entry FROM log WHERE seq = ?').pluck().get(seq)
  return text === undefined ? undefined : parse(text)?.device
}

function parse(text: string): LogEntry | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? ((value as LogEntry | null) ?? undefined) : undefined
  } catch {
    return undefined
  }
}
