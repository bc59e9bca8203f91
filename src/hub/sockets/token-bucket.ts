/** How many messages of one kind a socket may send at once, and how many a second after that. */
export type Allowance = { readonly burst: number; readonly perS: number }

/** True while the allowance lasts. */
export function createBucket({ burst, perS }: Allowance, nowMs: () => number): () => boolean {
  let left = burst
  let at = nowMs()
  return () => {
    const now = nowMs()
    left = Math.min(burst, left + (Math.max(0, now - at) / 1000) * perS)
    at = now
    if (left < 1) return false
    left -= 1
    return true
  }
}
