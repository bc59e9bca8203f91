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

const noFrameWithinMs = 250

/**
 * Calls back once the frame that shows the present content has been painted. A window that is not shown paints
 * no frames: then it calls back at once, or when none has come for a quarter of a second.
 */
export function afterPaint(callback: () => void): void {
  if (document.visibilityState === 'hidden') {
    callback()
    return
  }
  let called = false
  const once = (): void => {
    if (called) return
    called = true
    callback()
  }
  requestAnimationFrame(() => requestAnimationFrame(once))
  setTimeout(once, noFrameWithinMs)
}
