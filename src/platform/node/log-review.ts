import type Database from 'better-sqlite3'
import { type ChainHead, emptyChain } from '../../domain/log/entry.ts'
import { ok, type Result } from '../../domain/result.ts'
import { cipherIn, type LogKey } from './encrypted-database.ts'
import type { Finding, LogMeta } from './log-meta.ts'
import { checkPages } from './log-pages.ts'
import { type LogProblem, problemOf } from './log-problems.ts'
import { type LogFault, readChecked } from './log-reading.ts'
import type { LogReview } from './log-store-types.ts'

/** A start reads no more entries than these; where the last checkpoint is farther away, the log is read while it runs. */
export const entriesReadAtStart = 1000
/** However near the checkpoint is: what was written last is what a crash or a torn write spoils. */
const alwaysChecked = 50

/** Where a log ends, and what is known to be wrong far before that: nobody vouches for it, and it can be written. */
export type CheckedEnd = { readonly head: ChainHead; readonly doubt: LogProblem | null }

/**
 * What a start must know before it writes: whether what an earlier review found wrong still is, and whether the end
 * of the log holds, from the checkpoint on.
 */
export function checkEnd(
  file: string,
  key: LogKey,
  db: Database.Database,
  meta: LogMeta,
): Result<CheckedEnd, LogProblem> {
  const doubt = stillWrong(file, key, db, meta)
  if (doubt !== null && !canGoOn(doubt, db, meta)) return { ok: false, error: doubt }
  const kept = meta.checkpoint()?.seq ?? 0
  const isFar = nthLast(db, entriesReadAtStart).seq > kept
  const near = nthLast(db, alwaysChecked)
  const fromSeq = doubt === null ? (isFar ? near.seq : Math.min(kept, near.seq)) : kept
  const hash = fromSeq === near.seq ? near.hash : meta.hashAt(fromSeq)
  if (hash === undefined) {
    return { ok: false, error: problemOf('chain-broken', file, `entry ${fromSeq} is missing`) }
  }
  const reader = readChecked(file, db, { seq: fromSeq, hash })
  for (;;) {
    const read = reader.next(entriesReadAtStart)
    if (!read.ok) return { ok: false, error: read.error.problem }
    if (read.value.length === 0) return ok({ head: reader.head(), doubt })
  }
}

/**
 * Whether work that was open can go on behind what is wrong, from a checkpoint of an entry behind it. Nothing is
 * written at a start into a file whose pages are damaged.
 */
function canGoOn({ kind }: LogProblem, db: Database.Database, meta: LogMeta): boolean {
  const faultySeq = (meta.finding()?.after.seq ?? 0) + 1
  const keptSeq = meta.checkpoint()?.seq ?? 0
  return kind === 'chain-broken' && keptSeq >= faultySeq && nthLast(db, entriesReadAtStart).seq <= keptSeq
}

/** A finding may have been a fault of memory, or the file has been restored: it is looked at again. */
function stillWrong(file: string, key: LogKey, db: Database.Database, meta: LogMeta): LogProblem | null {
  const finding = meta.finding()
  if (finding === undefined) return null
  const again = readChecked(file, db, finding.after).next(1)
  if (!again.ok) return again.error.problem
  return finding.kind === 'database-corrupt' ? pagesNow(file, key, db) : null
}

function pagesNow(file: string, key: LogKey, db: Database.Database): LogProblem | null {
  const pages = checkPages(file, key, cipherIn(db))
  for (;;) {
    const step = pages.next()
    if (step.done) return step.value
  }
}

/** The entry that has so many behind it; before the first one where there are fewer. Of the indexes any may be torn. */
const nthLast = (db: Database.Database, count: number): ChainHead =>
  db
    .prepare<[number], ChainHead>('SELECT seq, hash FROM log NOT INDEXED ORDER BY seq DESC LIMIT 1 OFFSET ?')
    .get(count) ?? emptyChain

/** @param writtenTo where the log ends now, as its writer knows */
export function reviewLog(
  file: string,
  key: LogKey,
  db: Database.Database,
  meta: LogMeta,
  writtenTo: () => ChainHead,
): LogReview {
  const reader = readChecked(file, db, emptyChain)
  let pages: ReturnType<typeof checkPages> | undefined
  let isClosed = false

  const note = (finding: Finding | null) => {
    try {
      meta.putFinding(finding)
    } catch {
      // The file may be damaged or just in use: then the next review finds out again, and a start looks again itself.
    }
  }
  const found = (fault: LogFault): Result<never, LogFault> => {
    const { kind } = fault.problem
    // Only what is in the file is kept for the next start; a disk that does not answer now may do so then.
    if (kind === 'chain-broken' || kind === 'database-corrupt') note({ kind, after: fault.after })
    return { ok: false, error: fault }
  }

  return {
    nextEntries: (limit) => {
      const read = reader.next(limit)
      if (!read.ok) return found(read.error)
      const after = reader.head()
      const isShort = read.value.length === 0 && after.seq < writtenTo().seq
      return isShort
        ? found({ after, problem: problemOf('chain-broken', file, `entry ${after.seq + 1} is missing`) })
        : read
    },
    nextPages: (limit) => {
      pages ??= checkPages(file, key, cipherIn(db))
      for (let page = 0; page < limit && !isClosed; page += 1) {
        const step = pages.next()
        if (!step.done) continue
        if (step.value !== null) return found({ after: reader.head(), problem: step.value })
        note(null)
        return ok('done')
      }
      return ok('more')
    },
    close: () => {
      isClosed = true
      pages?.return(null)
    },
  }
}
