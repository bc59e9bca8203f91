/**
 * Calls back once what was just rendered has been painted on a visible page: the second animation frame after it
 * is visible. A hidden page has no frames, so this waits as long as it must. Returns the cancellation.
 */
export function whenPainted(view: Window, run: () => void): () => void {
  let cancelled = false
  let frame = 0
  const begin = () => {
    if (cancelled || view.document.visibilityState !== 'visible') return
    frame = view.requestAnimationFrame(() => {
      frame = view.requestAnimationFrame(() => {
        if (cancelled) return
        if (view.document.visibilityState !== 'visible') return
        stop()
        run()
      })
    })
  }
  const stop = () => {
    cancelled = true
    view.cancelAnimationFrame(frame)
    view.document.removeEventListener('visibilitychange', begin)
  }
  view.document.addEventListener('visibilitychange', begin)
  begin()
  return stop
}
