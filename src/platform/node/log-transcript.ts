import { renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { emptyChain } from '../../domain/log/entry.ts'
import { ok, type Result } from '../../domain/result.ts'
import { syncFolder } from './atomic-file.ts'
import { attachEncrypted, type LogKey, openEncrypted } from './encrypted-database.ts'
import { identify, isEmpty } from './log-migrations.ts'
import { explain, type LogProblem, problemOf } from './log-problems.ts'
import { readChecked } from './log-reading.ts'

/** Where a copy lies until it is whole. It is encrypted from its first byte. */
export const copyOf = (file: string): string => `${file}.new`

const entriesAtOnce = 1000

/** How far it has come: between any two of them the process may die, and nothing is lost. */
export type TranscriptStep = 'copied' | 'verified' | 'replaced'

/**
 * Writes the log anew under another key (or under its first one) and puts it in the place of the old: copied,
 * read back whole and compared, made durable, renamed. The caller holds the lock, and has made both keys durable.
 */
export function transcribeLog(
  file: string,
  from: LogKey | null,
  to: LogKey,
  onStep: (step: TranscriptStep) => void = () => undefined,
): Result<null, LogProblem> {
  const copy = copyOf(file)
  let source: Database.Database | undefined
  try {
    removeCopy(file)
    source = openEncrypted(file, from, { timeout: 1000 })
    const foreign = identify(file, source)
    if (foreign !== null) return { ok: false, error: foreign }
    copyInto(copy, to, file, from, source)
    onStep('copied')
    // A process may have died between making the file and its tables.
    const wrong = isEmpty(source) ? null : compare(file, source, copy, to)
    if (wrong !== null) return { ok: false, error: wrong }
    onStep('verified')
    // Its WAL belongs to the old file alone. No other journal mode, whose own journal could outlive this process.
    const [closing] = source.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
    source.close()
    if (closing?.busy !== 0 || (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
      return { ok: false, error: problemOf('database-locked', file, 'its write-ahead log cannot be closed') }
    }
    renameSync(copy, file)
    syncFolder(dirname(file))
    onStep('replaced')
    return ok(null)
  } catch (error) {
    return { ok: false, error: explain(file, error) }
  } finally {
    source?.close()
    removeCopy(file)
  }
}

/** What a process that died has left. */
export function removeCopy(file: string): void {
  try {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${copyOf(file)}${end}`, { force: true })
  } catch {
    // It is encrypted, and the next copy says why it cannot be written.
  }
}

type Part = { readonly type: string; readonly name: string; readonly sql: string }

function copyInto(
  copy: string,
  to: LogKey,
  file: string,
  from: LogKey | null,
  source: Database.Database,
): void {
  const parts = source
    .prepare<[], Part>('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid')
    .all()
  const db = openEncrypted(copy, to)
  try {
    db.pragma('synchronous = FULL')
    attachEncrypted(db, 'source', file, from)
    db.transaction(() => {
      for (const { type, name, sql } of parts) {
        if (type !== 'table') continue
        db.exec(sql)
        db.exec(`INSERT INTO main."${name}" SELECT * FROM source."${name}"`)
      }
      // Only now: the triggers judge every entry, and these have been judged.
      for (const { type, sql } of parts) if (type !== 'table') db.exec(sql)
      for (const pragma of ['application_id', 'user_version']) {
        db.pragma(`${pragma} = ${Number(source.pragma(pragma, { simple: true }))}`)
      }
    })()
  } finally {
    db.close()
  }
}

/** Reads the copy as the next start will: every entry, from the first, and that it ends where the source ends. */
function compare(file: string, source: Database.Database, copy: string, to: LogKey): LogProblem | null {
  const db = openEncrypted(copy, to, { readonly: true })
  try {
    const reader = readChecked(file, db, emptyChain)
    for (;;) {
      const read = reader.next(entriesAtOnce)
      if (!read.ok) return read.error.problem
      if (read.value.length === 0) break
    }
    const last = source.prepare('SELECT coalesce(max(seq), 0) FROM log').pluck().get()
    const notes = (of: Database.Database) =>
      JSON.stringify(of.prepare('SELECT * FROM meta ORDER BY name').all())
    const isSame = last === reader.head().seq && notes(source) === notes(db)
    return isSame ? null : problemOf('io-error', file, 'its copy is not the same')
  } finally {
    db.close()
  }
}
