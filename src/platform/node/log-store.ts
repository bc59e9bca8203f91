import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { type ChainHead, checkFollows, emptyChain, type LogEntry } from '../../domain/log/entry.ts'
import { ok, type Result } from '../../domain/result.ts'
import { sha256Hex } from './ed25519.ts'
import { applicationId, migrate, migrations } from './log-migrations.ts'
import { explain, isWritable, type LogProblem, problemOf } from './log-problems.ts'
import type { LogStore, SealedEntry } from './log-store-types.ts'
import { entriesOf, headAfter, sealDrafts } from './sealing.ts'

type Row = { readonly seq: number; readonly hash: string; readonly entry: string }
type Opened = { readonly db: Database.Database; readonly lock: Database.Database; readonly head: ChainHead }

/**
 * Opens (or begins) the log in an SQLite file, durable to the last commit, for this process alone. Every entry is
 * read and the whole chain checked before anything is written; whatever is wrong, the file is left as it is.
 * Other programs may read the file meanwhile.
 */
export function openLogStore(file: string): Result<LogStore, LogProblem> {
  const opened = openChecked(file)
  return opened.ok ? ok(storeOf(file, opened.value)) : opened
}

function openChecked(file: string): Result<Opened, LogProblem> {
  const open: Database.Database[] = []
  const refuse = (problem: LogProblem): Result<never, LogProblem> => {
    for (const db of open) db.close()
    return { ok: false, error: problem }
  }
  try {
    mkdirSync(dirname(file), { recursive: true })
    if (!isWritable(file)) return refuse(problemOf('database-read-only', file, 'no write permission'))
    const lock = new Database(`${file}.lock`, { timeout: 0 })
    open.push(lock)
    // Held by the operating system for as long as this process lives, however it ends.
    lock.exec('BEGIN EXCLUSIVE')
    const db = new Database(file, { timeout: 1000 })
    open.push(db)

    const version = Number(db.pragma('user_version', { simple: true }))
    const owner = Number(db.pragma('application_id', { simple: true }))
    const isEmpty = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0
    if (owner !== applicationId && !isEmpty) {
      return refuse(problemOf('database-foreign', file, `application id ${owner}`))
    }
    if (version > migrations.length) {
      const detail = `format ${version}, this version knows up to ${migrations.length}`
      return refuse(problemOf('database-newer', file, detail))
    }
    const check = db.pragma('quick_check(1)', { simple: true })
    if (check !== 'ok') return refuse(problemOf('database-corrupt', file, String(check)))
    const chain = isEmpty ? ok(emptyChain) : checkChain(file, db)
    if (!chain.ok) return refuse(chain.error)

    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    migrate(db)
    return ok({ db, lock, head: chain.value })
  } catch (error) {
    return refuse(explain(file, error))
  }
}

function checkChain(file: string, db: Database.Database): Result<ChainHead, LogProblem> {
  let head = emptyChain
  let device: string | undefined
  for (const row of db.prepare<[], Row>('SELECT seq, hash, entry FROM log ORDER BY seq').iterate()) {
    const entry = readEntry(row.entry)
    if (entry === undefined) return broken(file, `entry ${row.seq} is not readable`)
    device ??= entry.device
    const fault = checkFollows(head, entry, device, sha256Hex)
    if (fault !== undefined) return broken(file, `entry ${row.seq}: ${fault.kind}`)
    if (row.seq !== entry.seq || row.hash !== entry.hash) {
      return broken(file, `entry ${row.seq}: its columns differ from its content`)
    }
    head = { seq: entry.seq, hash: entry.hash }
  }
  return ok(head)
}

const broken = (file: string, detail: string): Result<never, LogProblem> => ({
  ok: false,
  error: problemOf('chain-broken', file, detail),
})

function readEntry(text: string): LogEntry | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function storeOf(file: string, { db, lock, head: found }: Opened): LogStore {
  const insert = db.prepare<[number, string, string, string, string | null, string | null, string]>(
    'INSERT INTO log (seq, hash, prev, type, session, once, entry) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const selectTexts = db
    .prepare<[number, number], string>('SELECT entry FROM log WHERE seq >= ? ORDER BY seq LIMIT ?')
    .pluck()
  const selectHash = db.prepare<[number], string>('SELECT hash FROM log WHERE seq = ?').pluck()
  const selectOnce = db.prepare<[string], number>('SELECT 1 FROM log WHERE once = ?').pluck()
  const selectMeta = db.prepare<[string], string>('SELECT value FROM meta WHERE name = ?').pluck()
  const putMeta = db.prepare<[string, string]>(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  const insertAll = db.transaction((sealed: readonly SealedEntry[]) => {
    for (const { entry, once } of sealed) {
      const { seq, hash, prev, type, session } = entry
      insert.run(seq, hash, prev, type, session, once, JSON.stringify(entry))
    }
  })

  let head = found
  const hashAt = (seq: number) => (seq === 0 ? emptyChain.hash : selectHash.get(seq))
  let acked = readAck(selectMeta.get('ack'), hashAt)
  const knows = (once: string) => selectOnce.get(once) !== undefined

  const appendSealed: LogStore['appendSealed'] = (sealed) => {
    const first = sealed[0]?.entry
    if (first === undefined) return ok(null)
    if (first.seq !== head.seq + 1 || first.prev !== head.hash) {
      throw new Error(`entry ${first.seq} was sealed from another head than ${head.seq}`)
    }
    try {
      insertAll.immediate(sealed)
    } catch (error) {
      return { ok: false, error: explain(file, error) }
    }
    head = headAfter(head, sealed)
    return ok(null)
  }

  return {
    durability: () => ({ kind: 'durable' }),
    head: () => head,
    append: (drafts) => {
      const sealed = sealDrafts(head, drafts, knows)
      const written = appendSealed(sealed)
      return written.ok ? ok(entriesOf(sealed)) : written
    },
    appendSealed,
    knows,
    entries: (fromSeq, limit) => selectTexts.all(fromSeq, limit).map((text) => JSON.parse(text)),
    texts: (fromSeq, limit) => selectTexts.all(fromSeq, limit),
    hashAt,
    acked: () => acked,
    setAcked: (ack) => {
      putMeta.run('ack', JSON.stringify(ack))
      acked = ack
    },
    unsyncedCount: () => head.seq - acked.seq,
    close: () => {
      db.close()
      lock.close()
    },
  }
}

/** What the hub has, unless that is not of this chain: then nothing, and the hub is told everything again. */
function readAck(text: string | undefined, hashAt: (seq: number) => string | undefined): ChainHead {
  if (text === undefined) return emptyChain
  const ack: unknown = JSON.parse(text)
  if (typeof ack !== 'object' || ack === null || !('seq' in ack) || !('hash' in ack)) return emptyChain
  const { seq, hash } = ack
  const isOurs = typeof seq === 'number' && typeof hash === 'string' && hashAt(seq) === hash
  return isOurs ? { seq, hash } : emptyChain
}
