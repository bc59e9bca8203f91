import { parentPort, workerData } from 'node:worker_threads'
import type Database from 'better-sqlite3'
import { openEncrypted } from './encrypted-database.ts'
import type { WalJob, WalJobData, WalOutcome } from './wal-job.ts'

// Started by `wal-job.ts` for one job, and over with it.

/** The log takes no entry while a job waits for a reader, ms. */
const patienceMs = 200

type Checkpointed = { readonly busy: number; readonly log: number; readonly checkpointed: number }

const jobs: Readonly<Record<WalJob, (db: Database.Database) => WalOutcome>> = {
  backfill: (db) => {
    db.pragma('wal_checkpoint(PASSIVE)')
    return { kind: 'done' }
  },
  'begin-anew': (db) => {
    const [done] = db.pragma('wal_checkpoint(TRUNCATE)') as Checkpointed[]
    if (done?.busy !== 0) return { kind: 'busy' }
    // The first write syncs the new header, so it is this one and not an entry on the main thread.
    db.pragma('synchronous = FULL')
    db.pragma(`user_version = ${Number(db.pragma('user_version', { simple: true }))}`)
    return { kind: 'done' }
  },
}

function run({ file, key, cipher, job, over }: WalJobData): WalOutcome {
  let db: Database.Database | undefined
  try {
    db = openEncrypted(file, key, { timeout: patienceMs, fileMustExist: true }, cipher)
    return jobs[job](db)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/^SQLITE_BUSY/.test(code)) return { kind: 'busy' }
    return { kind: 'failed', code, message: error instanceof Error ? error.message : String(error) }
  } finally {
    db?.close()
    const done = new Int32Array(over)
    Atomics.store(done, 0, 1)
    Atomics.notify(done, 0)
  }
}

parentPort?.postMessage(run(workerData))
