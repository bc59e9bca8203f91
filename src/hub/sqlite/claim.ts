import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { fail, ok, type Result } from '../../domain/result.ts'
import type { StoreProblem } from '../store-problem.ts'

/**
 * Makes this process the only hub of a directory until it ends, however it ends: an exclusive lock on a file beside
 * the database, kept by the operating system. Two hubs would each page and judge with half of what is known.
 */
export function claimDirectory(directory: string): Result<{ readonly release: () => void }, StoreProblem> {
  let lock: Database.Database | undefined
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    lock = new Database(join(directory, 'hub.lock'), { timeout: 0 })
    lock.pragma('journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    if (error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code))
      return fail(
        'data-in-use',
        `Another hub runs on ${directory}. Stop it first, or choose another directory with --data; several hubs need a PostgreSQL database: --database.`,
      )
    const detail = error instanceof Error ? error.message : String(error)
    return fail(
      'data-directory',
      `The hub cannot write to its data directory ${directory} (${detail}). Give this account write permission there, or choose another directory with --data.`,
    )
  }
  const held = lock
  return ok({ release: () => void held.close() })
}
