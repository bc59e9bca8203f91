import type Database from 'better-sqlite3'
import type { ChainHead } from '../../domain/log/entry.ts'
import { beforeSegment, segmentOf } from '../../domain/log/segments.ts'
import type { Outline } from '../../domain/record/candidates.ts'
import { ok, type Result } from '../../domain/result.ts'
import { isNoDatabase, type LogKey, openEncrypted } from './encrypted-database.ts'
import { openEndNote } from './log-end.ts'
import { type LogLock, lockLog } from './log-lock.ts'
import { openLogMeta } from './log-meta.ts'
import { identify, isEmpty, migrate } from './log-migrations.ts'
import { explain, type LogProblem, problemOf } from './log-problems.ts'
import { type CheckedEnd, checkEnd, reviewLog } from './log-review.ts'
import type { LogStore, SealedEntry } from './log-store-types.ts'
import { entriesOf, headAfter, sealDrafts } from './sealing.ts'
import { keepWal, type WalThread } from './wal-keeper.ts'

/** Longer than a checkpoint by another program takes, shorter than anybody notices, ms. */
const busyPatienceMs = 20
/** Appends touch the ends of table and indexes alone, and a sync reads each page once, KiB. */
const cacheKib = 2048

type Opened = {
  readonly db: Database.Database
  readonly key: LogKey
  readonly lock: LogLock
  readonly end: CheckedEnd
  readonly thread: WalThread | undefined
}

export type LogStoreOptions = {
  /** Which segment a new log begins with: a later one if it follows a damaged log. */
  readonly segment?: number | undefined
  readonly thread?: WalThread | undefined
}

/**
 * Opens (or begins) the log in an encrypted SQLite file, for this process alone. A commit writes and does not wait for
 * the disk; what it wrote is durable a little later, in order, and `durableHead` says how far. The end of the chain is
 * checked before anything is written, the whole of it by `review` while the store is in use; whatever is wrong, what is
 * in the log is left as it is. Other programs that have the key may read the file meanwhile.
 */
export const openLogStore = (file: string, key: LogKey): Result<LogStore, LogProblem> =>
  openLogStoreWith(file, () => ok(key))

/** @param settleKey asked once nobody else can write the log or its key any more */
export function openLogStoreWith(
  file: string,
  settleKey: () => Result<LogKey, LogProblem>,
  { segment = 0, thread }: LogStoreOptions = {},
): Result<LogStore, LogProblem> {
  const lock = lockLog(file)
  if (!lock.ok) return lock
  const opened = openChecked(file, settleKey, segment)
  if (!opened.ok) {
    lock.value.release()
    return opened
  }
  try {
    return ok(storeOf(file, { ...opened.value, lock: lock.value, thread }))
  } catch (error) {
    opened.value.db.close()
    lock.value.release()
    return { ok: false, error: explain(file, error) }
  }
}

function openChecked(
  file: string,
  settleKey: () => Result<LogKey, LogProblem>,
  segment: number,
): Result<Omit<Opened, 'lock' | 'thread'>, LogProblem> {
  let db: Database.Database | undefined
  const refuse = (problem: LogProblem): Result<never, LogProblem> => {
    db?.close()
    return { ok: false, error: problem }
  }
  try {
    const key = settleKey()
    if (!key.ok) return key
    db = openEncrypted(file, key.value, { timeout: 1000 })
    const notOurs = identify(file, db)
    if (notOurs !== null) return refuse(notOurs)
    const isNew = isEmpty(db) || isWithoutEntries(db)
    const end = isNew
      ? ok({ head: beforeSegment(segment), doubt: null })
      : checkEnd(file, key.value, db, openLogMeta(db))
    if (!end.ok) return refuse(end.error)

    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    migrate(db)
    if (isNew && segment > 0) openLogMeta(db).putSalvage(segment)
    // From now on whoever writes does not wait for the disk.
    db.pragma('synchronous = NORMAL')
    // The process must not stand still for a program that holds the file: what fails is kept and tried again.
    db.pragma(`busy_timeout = ${busyPatienceMs}`)
    db.pragma(`cache_size = -${cacheKib}`)
    return ok({ db, key: key.value, end: end.value })
  } catch (error) {
    return refuse(
      isNoDatabase(error) ? problemOf('database-corrupt', file, keyDoesNotFit) : explain(file, error),
    )
  }
}

const isWithoutEntries = (db: Database.Database): boolean =>
  db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'log'").pluck().get() === 1 &&
  db.prepare('SELECT EXISTS (SELECT 1 FROM log NOT INDEXED)').pluck().get() === 0

const keyDoesNotFit =
  'its beginning does not fit its key: either the file is damaged, or it is not the one that belongs to the key file beside it'

function storeOf(file: string, { db, key, lock, end, thread }: Opened): LogStore {
  const insert = db.prepare<[number, string, string, string, string | null, string | null, string]>(
    'INSERT INTO log (seq, hash, prev, type, session, once, entry) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const selectTexts = db
    .prepare<[number, number], string>('SELECT entry FROM log WHERE seq >= ? ORDER BY seq LIMIT ?')
    .pluck()
  const selectOutlines = db.prepare<[number, number], Outline>(
    'SELECT seq, type, session FROM log WHERE seq >= ? ORDER BY seq LIMIT ?',
  )
  const selectLast = db.prepare<[number], ChainHead>(
    'SELECT seq, hash FROM log WHERE seq <= ? ORDER BY seq DESC LIMIT 1',
  )
  const selectOnce = db.prepare<[string], number>('SELECT 1 FROM log WHERE once = ?').pluck()
  const insertOne = ({ entry, once }: SealedEntry) => {
    const { seq, hash, prev, type, session } = entry
    insert.run(seq, hash, prev, type, session, once, JSON.stringify(entry))
  }
  const insertAll = db.transaction((sealed: readonly SealedEntry[]) => sealed.forEach(insertOne))

  let { head } = end
  const endNote = openEndNote(file)
  const meta = openLogMeta(db)
  let acked = meta.ack()
  let receipt = meta.receipt()
  const wal = keepWal({ file, key, db, thread, head: () => head, onDurable: endNote.put })
  /** What may be lost without harm, and cannot be written just now. */
  const waiting = new Map<string, () => void>()
  const putLightly = (name: string, put: () => void) => {
    if (wal.isHeld()) waiting.set(name, put)
    else put()
  }
  wal.onSettled(() => {
    if (wal.isHeld()) return
    const puts = [...waiting.values()]
    waiting.clear()
    for (const put of puts) {
      try {
        put()
      } catch {
        // The hub is asked again at the next connection.
      }
    }
  })
  const knows = (once: string) => selectOnce.get(once) !== undefined

  const countAfter = (seq: number): number => {
    let count = 0
    for (let segment = Math.max(0, segmentOf(seq)); segment <= segmentOf(head.seq); segment += 1) {
      const [before, after] = [beforeSegment(segment).seq, beforeSegment(segment + 1).seq]
      const last = segment === segmentOf(head.seq) ? head.seq : (selectLast.get(after)?.seq ?? 0)
      count += Math.max(0, last - Math.max(before, seq))
    }
    return count
  }
  const recovered = db.transaction((sealed: readonly SealedEntry[]) => {
    // A fact that has come again meanwhile is in the log already under its name.
    for (const one of sealed) insertOne(one.once !== null && knows(one.once) ? { ...one, once: null } : one)
  })
  const salvage: LogStore['salvage'] = () => {
    const segment = meta.salvage()
    if (segment === undefined) return null
    return {
      segment,
      insert: (sealed) => {
        recovered.immediate(sealed)
        wal.written()
      },
      result: () => {
        const text = db
          .prepare<[number], string>("SELECT entry FROM log WHERE seq > ? AND type = 'log-salvaged' LIMIT 1")
          .pluck()
          .get(beforeSegment(segment).seq)
        return text === undefined ? undefined : JSON.parse(text)
      },
      finish: () => meta.putSalvage(null),
    }
  }

  const appendSealed: LogStore['appendSealed'] = (sealed) => {
    const [first] = sealed
    const last = sealed.at(-1)
    if (first === undefined || last === undefined) return ok(null)
    const { seq, prev } = first.entry
    if (seq !== head.seq + 1 || prev !== head.hash) {
      throw new Error(`entry ${seq} was sealed from another head than ${head.seq}`)
    }
    try {
      // A single statement is a transaction by itself, and most appends are one entry.
      if (sealed.length === 1) insertOne(first)
      else insertAll.immediate(sealed)
    } catch (error) {
      return { ok: false, error: explain(file, error) }
    }
    head = headAfter(head, sealed)
    wal.written(last.entry)
    return ok(null)
  }

  return {
    durability: () => {
      const problem = wal.problem()
      if (problem !== null) return { kind: 'volatile', problem, isRetried: true }
      return end.doubt === null ? { kind: 'durable' } : { kind: 'doubted', problem: end.doubt, resumes: true }
    },
    head: () => head,
    durableHead: wal.durableHead,
    onSettled: wal.onSettled,
    isHeld: wal.isHeld,
    release: wal.release,
    retry: wal.retry,
    append: (drafts) => {
      const sealed = sealDrafts(head, drafts, knows)
      const written = appendSealed(sealed)
      return written.ok ? ok(entriesOf(sealed)) : written
    },
    appendSealed,
    knows,
    entries: (fromSeq, limit) => selectTexts.all(fromSeq, limit).map((text) => JSON.parse(text)),
    texts: (fromSeq, limit) => selectTexts.all(fromSeq, limit),
    outlines: (fromSeq, limit) => selectOutlines.all(fromSeq, limit),
    hashAt: meta.hashAt,
    acked: () => acked,
    setAcked: (ack) => {
      putLightly('ack', () => meta.putAck(ack))
      acked = ack
    },
    receipt: () => receipt,
    setReceipt: (signed) => {
      putLightly('receipt', () => meta.putReceipt(signed))
      receipt = signed
    },
    countAfter,
    unsyncedCount: () => countAfter(acked.seq),
    lastUpTo: (seq) => selectLast.get(seq),
    salvage,
    checkpoint: meta.checkpoint,
    putCheckpoint: (checkpoint) => {
      try {
        meta.putCheckpoint(checkpoint)
        return ok(null)
      } catch (error) {
        return { ok: false, error: explain(file, error) }
      }
    },
    review: () => reviewLog(file, key, db, meta, () => head),
    close: () => {
      wal.close()
      db.close()
      endNote.close()
      lock.release()
    },
  }
}
