import { closeSync, fstatSync, fsync, fsyncSync, openSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { type ChainHead, emptyChain, type LogEntry } from '../../domain/log/entry.ts'
import { cipherIn, type LogKey } from './encrypted-database.ts'
import { explain, type LogProblem, problemOf } from './log-problems.ts'
import { type RunningJob, startWalJob, type WalJob, type WalOutcome } from './wal-job.ts'

/** Where the worker that takes the write-ahead log into the database is found. */
export type WalThread = {
  /** The file of `wal-worker.ts` as it was built. */
  readonly worker: string
  /** No thread can be started: from now on SQLite does it in between appends, which then wait for the disk. */
  readonly onMissing: (message: string) => void
}

export type WalKeeperOptions = {
  readonly file: string
  readonly key: LogKey
  /** The connection that writes. It does not sync at a commit. */
  readonly db: Database.Database
  /** Undefined: SQLite does it in between appends. */
  readonly thread: WalThread | undefined
  readonly head: () => ChainHead
  /** Told of the last entry that is durable. */
  readonly onDurable: (last: LogEntry) => void
}

/** Makes durable what was written, without holding this thread up. */
export type WalKeeper = {
  /** To be called after each write, with its last entry if it has any. */
  readonly written: (last?: LogEntry) => void
  /** A power failure takes nothing up to here. */
  readonly durableHead: () => ChainHead
  /** Why what is written does not become durable; null while it does. */
  readonly problem: () => LogProblem | null
  /** The write-ahead log is being begun anew: who writes now waits for the disk, and in vain. */
  readonly isHeld: () => boolean
  /** Called when more is durable, when that fails, and when it can be written again. */
  readonly onSettled: (listener: () => void) => void
  /** Tries again what failed. */
  readonly retry: () => void
  /** Waits until it can be written again: for the end of the process. */
  readonly release: () => void
  /** Everything written is durable then, if the disk takes it. */
  readonly close: () => void
}

/** What SQLite takes for its own: a longer write-ahead log makes reading slower. */
const longestWalPages = 1000
const pageBytes = 4096 + 24
/** A disk that has not answered for so long is said to be at fault, ms. */
const hungAfterMs = 5000
/** The end of the process waits no longer for another thread, ms. */
const releaseWithinMs = 3000

export function keepWal({ file, key, db, thread, head, onDurable }: WalKeeperOptions): WalKeeper {
  // SQLite does not lock this file, so that to open and close it lets go of no lock.
  const descriptor = openSync(`${file}-wal`, 'r+')
  const listeners: (() => void)[] = []
  let worker = thread?.worker
  let running: RunningJob | undefined
  let isClosed = false
  /** What a killed process has left in the write-ahead log may be in memory only. */
  let isDirty = true
  let syncingSince: number | undefined
  let failure: LogProblem | null = null
  let last: LogEntry | undefined
  let durable = emptyChain
  let checkpointAtBytes = longestWalPages * pageBytes

  const checkpointHere = () => db.pragma(`wal_autocheckpoint = ${longestWalPages}`)
  if (worker === undefined) checkpointHere()
  else db.pragma('wal_autocheckpoint = 0')

  const tell = () => {
    for (const listener of listeners) listener()
  }
  /** What is the end of the log now; to be settled once it is durable. */
  const mark = () => ({ at: head(), entry: last })
  const settle = ({ at, entry }: ReturnType<typeof mark>) => {
    if (at.seq > durable.seq) durable = { seq: at.seq, hash: at.hash }
    if (entry !== undefined) onDurable(entry)
  }

  /** One at a time: each covers what was written before it began, the next one what came meanwhile. */
  const sync = () => {
    if (!isDirty || syncingSince !== undefined || failure !== null || isClosed) return
    isDirty = false
    syncingSince = performance.now()
    const end = mark()
    fsync(descriptor, (error) => {
      syncingSince = undefined
      if (isClosed) return
      if (error === null) settle(end)
      // Which pages the operating system has dropped nobody knows: only the database itself can be believed now.
      else failure = explain(file, error)
      sync()
      if (failure === null) checkpointIfLong()
      tell()
    })
  }
  const checkpointIfLong = () => {
    if (worker === undefined || running !== undefined || walBytes() < checkpointAtBytes) return
    start('backfill')
  }
  const walBytes = () => fstatSync(descriptor).size

  const start = (job: WalJob) => {
    if (worker === undefined || running !== undefined || isClosed) return
    const end = mark()
    isDirty = isDirty && job === 'backfill'
    const own = startWalJob(worker, { file, key, cipher: cipherIn(db) }, job)
    running = own
    own.outcome.then(
      (outcome) => ended(job, outcome, end),
      (error: unknown) => missing(error),
    )
  }
  const ended = (job: WalJob, outcome: WalOutcome, end: ReturnType<typeof mark>) => {
    running = undefined
    if (isClosed) return
    checkpointAtBytes = walBytes() + longestWalPages * pageBytes
    if (job === 'backfill') {
      // One that failed took nothing away, and is made again when there is more.
      if (outcome.kind === 'done') start('begin-anew')
    } else if (outcome.kind === 'done') {
      failure = null
      checkpointAtBytes = longestWalPages * pageBytes
      settle(end)
    } else {
      isDirty = true
      if (outcome.kind === 'failed') failure = explain(file, Object.assign(new Error(), outcome))
    }
    sync()
    if (!isHeld()) tell()
  }
  const missing = (error: unknown) => {
    running = undefined
    worker = undefined
    isDirty = true
    if (isClosed) return
    checkpointHere()
    thread?.onMissing(error instanceof Error ? error.message : String(error))
    sync()
    tell()
  }
  /** Without a thread: as good as it can be done here. */
  const beginAnewHere = () => {
    const end = mark()
    try {
      const [done] = db.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[]
      if (done?.busy !== 0) return
      failure = null
      isDirty = false
      settle(end)
    } catch (error) {
      failure = explain(file, error)
    }
    tell()
  }
  const isHeld = () => running?.job === 'begin-anew'

  sync()
  return {
    written: (entry) => {
      last = entry ?? last
      isDirty = true
      sync()
    },
    durableHead: () => durable,
    problem: () => {
      if (failure !== null || syncingSince === undefined) return failure
      const waitedMs = performance.now() - syncingSince
      return waitedMs > hungAfterMs ? problemOf('io-error', file, 'the disk does not answer') : null
    },
    isHeld,
    onSettled: (listener) => void listeners.push(listener),
    retry: () => {
      if (failure === null) return
      if (worker === undefined) beginAnewHere()
      else start('begin-anew')
    },
    release: () => {
      if (!isHeld()) return
      running?.wait(releaseWithinMs)
      running = undefined
      isDirty = true
    },
    close: () => {
      isClosed = true
      // The connection that is closed last takes the write-ahead log into the database.
      running?.wait(releaseWithinMs)
      const isSettled = !isDirty && syncingSince === undefined
      try {
        if (!isSettled) fsyncSync(descriptor)
        if (failure === null && last !== undefined) onDurable(last)
      } catch {
        // The note beside the log then says less than the log may have.
      }
      // A sync on its way may find it closed, or another file in its place: that does no harm, and nobody listens.
      closeSync(descriptor)
    },
  }
}
