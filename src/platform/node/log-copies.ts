import { existsSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ChainHead } from '../../domain/log/entry.ts'
import { fail, type Problem, type Result } from '../../domain/result.ts'
import type { LogKey } from './encrypted-database.ts'

/** A log and what opens it. */
export type CopiedLog = { readonly file: string; readonly key: LogKey }

/** `stop` holds one number: anything but 0 ends the copying. */
export type CopyJob = CopiedLog & { readonly upTo: ChainHead; readonly stop: SharedArrayBuffer }

export type CopyMade = { readonly seq: number; readonly bytes: number }

/** `holds-more`: the copy of before has entries that the log has not, and stays. */
export type CopyProblem = Problem<'log-copy-stopped' | 'log-copy-not-made' | 'log-copy-holds-more'>

export type CopyUnderWay = {
  readonly done: Promise<Result<CopyMade, CopyProblem>>
  readonly stop: () => void
}

/** The one verified copy of a log that is kept beside it. */
export type LogCopies = {
  /** Wall clock, ms; null where there is none. */
  readonly madeAtMs: () => number | null
  /** Since when there is something to copy, wall clock, ms. */
  readonly logSinceMs: () => number
  /** @param upTo an entry that is durable: a copy must not have what a power failure takes from the log */
  readonly make: (upTo: ChainHead) => CopyUnderWay
}

/** Where the copy of a log lies; it has the log's key. */
export const copyBeside = (log: string): string => join(dirname(log), 'copy', basename(log))

/** While it is being made. */
export const freshCopyBeside = (log: string): string => `${copyBeside(log)}.new`

/** @returns whether there is none any more */
export function removeLogCopies(log: string): boolean {
  try {
    for (const file of [copyBeside(log), freshCopyBeside(log)]) {
      rmSync(`${file}-journal`, { force: true })
      rmSync(file, { force: true })
    }
    return true
  } catch {
    return false
  }
}

/**
 * Copies on a thread of its own: nothing on the main one waits for what is read, written or checked.
 * @param worker the file of `log-copy-worker.ts` as it was built
 */
export function openLogCopies(log: CopiedLog, keyFile: string, worker: string): LogCopies {
  const timeOf = (file: string) => (existsSync(file) ? statSync(file).mtimeMs : null)
  return {
    madeAtMs: () => timeOf(copyBeside(log.file)),
    logSinceMs: () => timeOf(keyFile) ?? 0,
    make: (upTo) => {
      const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
      const flag = new Int32Array(stop)
      return {
        done: onThread({ ...log, upTo, stop }, worker),
        stop: () => {
          Atomics.store(flag, 0, 1)
          Atomics.notify(flag, 0)
        },
      }
    },
  }
}

function onThread(job: CopyJob, worker: string): Promise<Result<CopyMade, CopyProblem>> {
  return new Promise((resolve) => {
    const failed = (why: string) => resolve(copyNotMade(why))
    try {
      const thread = new Worker(worker, { workerData: job })
      // Nobody waits for it at the end of the process.
      thread.unref()
      thread.once('message', resolve)
      thread.once('error', ({ message }) => failed(message))
      thread.once('exit', (code) => failed(`its thread ended with ${code}`))
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error))
    }
  })
}

export const copyNotMade = (why: string) =>
  fail(
    'log-copy-not-made',
    `The daily copy of the log was not made: ${why}. The copy of the day before, if there is one, stays.`,
  )
