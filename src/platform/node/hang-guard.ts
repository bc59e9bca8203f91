import { Worker } from 'node:worker_threads'

/** What the guarding thread must know to end this process and start it again. */
export type GuardOrder = {
  /** One 32-bit counter that grows while the event loop turns. */
  readonly beats: SharedArrayBuffer
  readonly hungAfterMs: number
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  /** For the process that is started: it came after a hang. */
  readonly env: Readonly<Record<string, string>>
  /** The application log: one line more says what was done. */
  readonly logFile: string
}

export type HangGuard = {
  /** To be called at least once a second from the event loop. */
  readonly beat: () => void
  /** From now on it may stand still: it is ending. */
  readonly stop: () => void
}

/**
 * Ends this process, and starts it again, when its event loop has stood still for so long. The thread that does it shares
 * nothing with the loop but a counter, so whatever holds the loop up cannot hold it up.
 * @param worker the file of `hang-guard-worker.ts` as it was built
 * @param onUnguarded no thread could be started, or it has failed: the loop goes on without
 */
export function guardAgainstHang(
  worker: string,
  order: Omit<GuardOrder, 'beats'>,
  onUnguarded: (error: Error) => void,
): HangGuard {
  const beats = new SharedArrayBuffer(4)
  const counter = new Int32Array(beats)
  const workerData: GuardOrder = { ...order, beats }
  const thread = started(worker, workerData, onUnguarded)
  return {
    beat: () => void Atomics.add(counter, 0, 1),
    stop: () => void thread?.terminate(),
  }
}

/** The help button must be armed all the same where there is no thread to be had. */
function started(
  worker: string,
  workerData: GuardOrder,
  onUnguarded: (error: Error) => void,
): Worker | undefined {
  try {
    const thread = new Worker(worker, { workerData })
    thread.on('error', onUnguarded)
    thread.unref()
    return thread
  } catch (error) {
    onUnguarded(error instanceof Error ? error : new Error(String(error)))
    return undefined
  }
}
