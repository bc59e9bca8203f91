import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { checkExport } from '../../domain/log/check-export.ts'
import type { ChainHead } from '../../domain/log/entry.ts'
import { fail, ok, type Result } from '../../domain/result.ts'
import { fileErrorWords, syncFolder } from './atomic-file.ts'
import { type LogKey, openEncrypted, openEncryptedAgain } from './encrypted-database.ts'
import { exportChecks } from './export-checks.ts'
import { bytesOf, freeBytes, megabytes } from './free-space.ts'
import {
  type CopyJob,
  type CopyMade,
  type CopyProblem,
  copyBeside,
  copyNotMade,
  freshCopyBeside,
} from './log-copies.ts'
import { identify, migrate } from './log-migrations.ts'
import { checkPages } from './log-pages.ts'
import { explain } from './log-problems.ts'

const rowsAtOnce = 500
/** After each piece, so that a copy of years of log leaves the processor to whoever works. */
const pauseMs = 5
/** What the log may need until somebody has freed some space. */
const leftFreeBytes = 64 * 1024 * 1024

class Stopped extends Error {}
class NotMade extends Error {}

/**
 * Copies the log up to an entry, on connections that only read it and never for long, reads the copy whole, checks
 * its chain, its signatures and its pages, makes it durable, and only then puts it in the place of the one before. To be
 * run where nobody waits.
 */
export function copyLog({ file, key, upTo, stop }: CopyJob): Result<CopyMade, CopyProblem> {
  const copy = copyBeside(file)
  const fresh = freshCopyBeside(file)
  const flag = new Int32Array(stop)
  const goOn = () => {
    if (Atomics.wait(flag, 0, 0, pauseMs) !== 'timed-out') throw new Stopped()
  }
  try {
    mkdirSync(dirname(copy), { recursive: true, mode: 0o700 })
    removeDatabase(fresh)
    lookForRoom(file)
    writeCopy({ file, key, upTo, fresh, goOn })
    checkCopy({ key, upTo, fresh, goOn })
    goOn()
    if (!holdsAllOf(copy, fresh, key)) return holdsMore(copy)
    const bytes = bytesOf([fresh])
    sync(fresh)
    renameSync(fresh, copy)
    syncFolder(dirname(copy))
    return ok({ seq: upTo.seq, bytes })
  } catch (error) {
    if (error instanceof Stopped) return fail('log-copy-stopped', 'The daily copy of the log was put off')
    return copyNotMade(error instanceof NotMade ? error.message : fileErrorWords(error))
  } finally {
    removeDatabase(fresh)
  }
}

function lookForRoom(file: string): void {
  const needed = bytesOf([file, `${file}-wal`]) + leftFreeBytes
  const free = freeBytes(dirname(file))
  if (free >= needed) return
  throw new NotMade(
    `the disk has ${megabytes(free)} free, and ${megabytes(needed)} are needed: free some space`,
  )
}

type Writing = Pick<CopyJob, 'file' | 'key' | 'upTo'> & {
  readonly fresh: string
  /** @throws when it is to end */
  readonly goOn: () => void
}
type Row = Readonly<Record<'seq' | 'hash' | 'prev' | 'type' | 'session' | 'once' | 'entry', unknown>>

function writeCopy({ file, key, upTo, fresh, goOn }: Writing): void {
  const source = openEncryptedAgain(file, key)
  try {
    const foreign = identify(file, source)
    if (foreign !== null) throw new NotMade(foreign.message)
    const db = openEncrypted(fresh, key)
    try {
      // Worth nothing until it is whole, and then made durable at once.
      db.pragma('journal_mode = MEMORY')
      db.pragma('synchronous = OFF')
      migrate(db)
      insertRows(source, db, upTo, goOn)
      const note = db.prepare('INSERT INTO meta (name, value) VALUES (@name, @value)')
      for (const row of source.prepare('SELECT name, value FROM meta').all()) note.run(row)
    } finally {
      db.close()
    }
  } finally {
    source.close()
  }
}

/** Each piece is a reading of its own, so that the write-ahead log can be folded in meanwhile: entries never change. */
function insertRows(
  source: Database.Database,
  db: Database.Database,
  upTo: ChainHead,
  goOn: () => void,
): void {
  const columns = ['seq', 'hash', 'prev', 'type', 'session', 'once', 'entry']
  const select = source.prepare<[number, number, number], Row & { readonly seq: number }>(
    `SELECT ${columns.join(', ')} FROM log WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
  )
  const insert = db.prepare(`INSERT INTO log VALUES (${columns.map((column) => `@${column}`).join(', ')})`)
  const insertAll = db.transaction((rows: readonly Row[]) => rows.forEach((row) => void insert.run(row)))
  for (let last = 0; ; ) {
    goOn()
    const rows = select.all(last, upTo.seq, rowsAtOnce)
    if (rows.length === 0) return
    insertAll(rows)
    last = rows.at(-1)?.seq ?? last
  }
}

/** @throws {NotMade} what is wrong with it, and so, as a rule, with the log */
function checkCopy({ key, upTo, fresh, goOn }: Omit<Writing, 'file'>): void {
  const db = openEncrypted(fresh, key, { readonly: true, fileMustExist: true })
  try {
    const report = checkExport(linesOf(db, goOn), exportChecks(), [upTo])
    if (!report.ok) throw new NotMade(`it does not hold (${report.fault.message})`)
  } finally {
    db.close()
  }
  const pages = checkPages(fresh, key)
  for (let step = pages.next(); ; step = pages.next()) {
    if (!step.done) continue
    if (step.value !== null) throw new NotMade(step.value.message)
    return
  }
}

type Line = { readonly seq: number; readonly entry: string; readonly differs: 0 | 1 }

function* linesOf(db: Database.Database, goOn: () => void): Generator<string> {
  const select = db.prepare<[number, number], Line>(
    `SELECT seq, entry, (seq, hash, prev, type, session) IS NOT (entry ->> 'seq', entry ->> 'hash',
       entry ->> 'prev', entry ->> 'type', entry ->> 'session') AS differs
     FROM log WHERE seq > ? ORDER BY seq LIMIT ?`,
  )
  for (let last = 0; ; ) {
    goOn()
    const lines = select.all(last, rowsAtOnce)
    if (lines.length === 0) return
    for (const { seq, entry, differs } of lines) {
      if (differs === 1) throw new NotMade(`the columns of entry ${seq} differ from its content`)
      yield entry
      last = seq
    }
  }
}

/** Whether the newer copy goes on where the older ends; one that cannot be read holds nothing. */
function holdsAllOf(older: string, newer: string, key: LogKey): boolean {
  if (!existsSync(older)) return true
  const last = lastIn(older, key)
  if (last === undefined) return true
  const db = openEncrypted(newer, key, { readonly: true })
  try {
    return db.prepare('SELECT hash FROM log WHERE seq = ?').pluck().get(last.seq) === last.hash
  } finally {
    db.close()
  }
}

function lastIn(file: string, key: LogKey): ChainHead | undefined {
  try {
    const db = openEncrypted(file, key, { readonly: true })
    try {
      return db.prepare<[], ChainHead>('SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1').get()
    } finally {
      db.close()
    }
  } catch (error) {
    if (explain(file, error).kind === 'database-corrupt') return undefined
    throw error
  }
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const holdsMore = (copy: string) =>
  fail(
    'log-copy-holds-more',
    `The copy of the log in ${dirname(copy)} holds entries that the log does not have: an older log was put in its place, or its end was lost. Do not delete either: copy the folder of the log to a safe place and call your IT. The copy stays as it is.`,
  )

function removeDatabase(file: string): void {
  try {
    for (const end of ['', '-journal']) rmSync(`${file}${end}`, { force: true })
  } catch {
    // What writes the next one says why it cannot.
  }
}
