import { type RefObject, useEffect, useMemo, useState } from 'react'

/** Long enough for a hand that was under way to what lay here before, short for one that has read the words. */
const settledAfterMs = 800
const movedPx = 4

export type Settled = {
  readonly settled: boolean
  /** Looks anew, for the press that comes between a move and its frame. */
  readonly isSettled: () => boolean
}

/**
 * Whether an element has lain in one place for a while. Counted in frames, not from the mount: what appears in a
 * hidden window has been seen by nobody. Scrolling is no move: that the hand does itself.
 */
export function useSettled(ref: RefObject<HTMLElement | null>): Settled {
  const [settled, setSettled] = useState(false)
  const isSettled = useMemo(() => watchPlace(ref), [ref])
  useEffect(() => {
    const look = (): void => {
      setSettled(isSettled())
      frame = requestAnimationFrame(look)
    }
    let frame = requestAnimationFrame(look)
    return () => cancelAnimationFrame(frame)
  }, [isSettled])
  return { settled, isSettled }
}

function watchPlace(ref: RefObject<HTMLElement | null>): () => boolean {
  let last: Place | null = null
  let since = 0
  return () => {
    if (ref.current === null) return false
    const place = placeOf(ref.current)
    if (last === null || Math.abs(place.x - last.x) > movedPx || Math.abs(place.y - last.y) > movedPx) {
      last = place
      since = performance.now()
    }
    return performance.now() - since >= settledAfterMs
  }
}

type Place = { readonly x: number; readonly y: number }

function placeOf(element: HTMLElement): Place {
  let x = 0
  let y = 0
  for (let at: Element | null = element; at instanceof HTMLElement; at = at.offsetParent) {
    x += at.offsetLeft
    y += at.offsetTop
  }
  return { x, y }
}
