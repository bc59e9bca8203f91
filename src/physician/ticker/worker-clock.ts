import type { Clock } from './clock.ts'

/** The browser's time, with timers that a hidden tab does not slow down. */
export function createWorkerClock(): Clock {
  const waiting = new Map<number, { readonly delayMs: number; readonly run: () => void }>()
  let lastId = 0
  let workerFailed = false
  const worker = new Worker(new URL('./ticker-worker.ts', import.meta.url), { type: 'module' })

  const fire = (id: number) => {
    const timer = waiting.get(id)
    waiting.delete(id)
    timer?.run()
  }
  worker.onmessage = ({ data }: MessageEvent<number>) => fire(data)
  worker.onerror = () => {
    // Where a worker may not start, the page's own slower timers are better than none.
    workerFailed = true
    for (const [id, { delayMs }] of waiting) setTimeout(() => fire(id), delayMs)
  }

  const after = (delayMs: number, run: () => void) => {
    lastId += 1
    const id = lastId
    waiting.set(id, { delayMs, run })
    if (workerFailed) setTimeout(() => fire(id), delayMs)
    else worker.postMessage({ id, delayMs })
    return () => void waiting.delete(id)
  }
  return {
    monoMs: () => performance.now(),
    instant: () => new Date().toISOString(),
    jitter: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
    after,
    every(periodMs, run) {
      let stopped = false
      const again = () => {
        if (stopped) return
        after(periodMs, again)
        run()
      }
      after(periodMs, again)
      return () => {
        stopped = true
      }
    },
  }
}
