import { Worker } from 'node:worker_threads'
import type { Cipher, LogKey } from './encrypted-database.ts'

/**
 * `backfill` copies what the write-ahead log holds into the database while others write. `begin-anew` takes the rest
 * with nobody writing, empties the write-ahead log and begins it again; done, everything written before is durable in
 * the database itself.
 */
export type WalJob = 'backfill' | 'begin-anew'

/** `busy`: somebody was reading, and nothing is wrong. */
export type WalOutcome =
  | { readonly kind: 'done' | 'busy' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** The log's database, which this process has open. */
export type WalOf = { readonly file: string; readonly key: LogKey; readonly cipher: Cipher }

export type WalJobData = WalOf & {
  readonly job: WalJob
  /** One 32-bit integer: 1 once the worker has let go of the file. */
  readonly over: SharedArrayBuffer
}

export type RunningJob = {
  readonly job: WalJob
  /** Rejects when the thread could not be started or died. */
  readonly outcome: Promise<WalOutcome>
  /** Holds this thread up until the worker has let go of the file, so long at most. */
  readonly wait: (ms: number) => void
}

/**
 * Does it on a thread of its own: each of these waits for the disk several times.
 * @param worker the file of `wal-worker.ts` as it was built
 */
export function startWalJob(worker: string, of: WalOf, job: WalJob): RunningJob {
  const over = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const data: WalJobData = { ...of, job, over }
  return {
    job,
    outcome: new Promise((resolve, reject) => {
      const thread = new Worker(worker, { workerData: data })
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.once('exit', (code) => reject(new Error(`its thread ended with ${code} before it was done`)))
    }),
    wait: (ms) => void Atomics.wait(new Int32Array(over), 0, 0, ms),
  }
}
