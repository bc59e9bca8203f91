import type { WorkstationBridge } from '../contract/ipc.ts'

const aliveEveryMs = 500
const activityEveryMs = 1000

/** Tells the main process that this window's event loop turns, that it has painted, and that somebody is there. */
export function reportVitalSigns(bridge: WorkstationBridge, target: Window): () => void {
  const alive = (): void => bridge.report({ kind: 'alive' })
  alive()
  const timer = setInterval(alive, aliveEveryMs)

  let lastActivityAt = Number.NEGATIVE_INFINITY
  const activity = (): void => {
    const now = performance.now()
    if (now - lastActivityAt < activityEveryMs) return
    lastActivityAt = now
    bridge.report({ kind: 'activity' })
  }
  const gestures = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const
  for (const gesture of gestures) target.addEventListener(gesture, activity, { passive: true, capture: true })

  return () => {
    clearInterval(timer)
    for (const gesture of gestures) target.removeEventListener(gesture, activity, { capture: true })
  }
}

/** Calls back once the frame that shows the present content has been painted. */
export function afterPaint(callback: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(() => callback()))
}
