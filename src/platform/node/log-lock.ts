import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { ok, type Result } from '../../domain/result.ts'
import { explain, isWritable, type LogProblem, problemOf } from './log-problems.ts'

/** Else the garbage collector could let go of one that nobody mentions any more. */
const held = new Set<Database.Database>()

export type LogLock = { readonly release: () => void }

/**
 * Makes this process the only one that writes the log or its key, for as long as it lives, however it ends. The lock
 * is a database of its own, without content, so that others may read the log meanwhile. It has its first page, because
 * SQLite needs space to lock an empty file, and a start on a full disk has to look at the log all the same.
 */
export function lockLog(file: string): Result<LogLock, LogProblem> {
  let lock: Database.Database | undefined
  try {
    mkdirSync(dirname(file), { recursive: true })
    if (!isWritable(file)) {
      return { ok: false, error: problemOf('database-read-only', file, 'no write permission') }
    }
    lock = new Database(`${file}.lock`, { timeout: 0 })
    // What is locked stays so from one transaction to the next.
    lock.pragma('locking_mode = EXCLUSIVE')
    lock.pragma('journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
    if (lock.pragma('user_version', { simple: true }) === 0) {
      lock.exec('PRAGMA user_version = 1; COMMIT; BEGIN EXCLUSIVE')
    }
    const own = lock
    held.add(own)
    const release = () => {
      held.delete(own)
      own.close()
    }
    return ok({ release })
  } catch (error) {
    lock?.close()
    return { ok: false, error: explain(file, error) }
  }
}
