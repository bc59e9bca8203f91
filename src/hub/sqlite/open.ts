import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { fail, ok, type Result } from '../../domain/result.ts'
import type { StoreProblem } from '../store-problem.ts'
import { applicationId, migrate, migrations } from './migrations.ts'

/** The ends of the logs of some hundred rooms; what is read once, page after page, gains nothing by being kept, KiB. */
const cacheKib = 4096

/** Opens (or makes) the database in `directory`, readable by this account alone: it holds the hub's keys. */
export function openDatabase(directory: string): Result<Database.Database, StoreProblem> {
  const file = join(directory, 'hub.sqlite')
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  } catch (error) {
    return fail(
      'data-directory',
      `The hub cannot write to its data directory ${directory} (${detailOf(error)}). Give this account write permission there, or choose another directory with --data.`,
    )
  }
  let db: Database.Database | undefined
  try {
    db = new Database(file, { timeout: 5000 })
    const refusal = refuseUnknown(db, file)
    if (refusal) {
      db.close()
      return { ok: false, error: refusal }
    }
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    // What is purged is not left in the file's free pages.
    db.pragma('secure_delete = ON')
    db.pragma(`cache_size = -${cacheKib}`)
    migrate(db)
    return ok(db)
  } catch (error) {
    db?.close()
    return { ok: false, error: explain(error, file) }
  }
}

function refuseUnknown(db: Database.Database, file: string): StoreProblem | undefined {
  const version = Number(db.pragma('user_version', { simple: true }))
  const application = Number(db.pragma('application_id', { simple: true }))
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_master').pluck().get())
  if (tables > 0 && application !== applicationId)
    return {
      kind: 'database-foreign',
      message: `${file} is not a Scanside hub's database. Move it elsewhere or choose another directory with --data. Nothing was changed.`,
    }
  if (version > migrations.length)
    return {
      kind: 'database-newer',
      message: `${file} was written by a newer version of the hub (format ${version}; this version knows up to ${migrations.length}). Install that version or a later one. Nothing was changed.`,
    }
  return undefined
}

function explain(error: unknown, file: string): StoreProblem {
  const code = error instanceof Database.SqliteError ? error.code : ''
  const detail = detailOf(error)
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code))
    return {
      kind: 'database-corrupt',
      message: `${file} is damaged (${detail}). Do not delete it: copy its directory to a safe place and restore the last backup.`,
    }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return {
      kind: 'database-locked',
      message: `${file} is locked by another program. Close it and start again.`,
    }
  if (/^SQLITE_(READONLY|CANTOPEN)/.test(code))
    return {
      kind: 'database-read-only',
      message: `${file} cannot be written (${detail}). Give this account write permission to it and its directory.`,
    }
  return { kind: 'database-error', message: `${file} cannot be used (${detail}).` }
}

const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
