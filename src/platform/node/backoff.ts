/** Waiting times between attempts that never end: growing, jittered, capped. */
export type Backoff = {
  /** Milliseconds to wait before the next attempt. */
  readonly next: () => number
  /** After a success the next failure starts small again. */
  readonly reset: () => void
}

export type BackoffOptions = {
  readonly firstMs: number
  /** Short outages are the common ones: the wait stays at this for `plateauAttempts`, then grows to `maxMs`. */
  readonly plateauMs: number
  readonly plateauAttempts: number
  readonly maxMs: number
  /** 0 ≤ x < 1; injected so that tests are certain. */
  readonly random: () => number
}

export const hubBackoff = { firstMs: 250, plateauMs: 2000, plateauAttempts: 30, maxMs: 30_000 } as const

/**
 * Doubles from `firstMs`; each wait lies between half of that and all of it, so that a thousand rooms that lost
 * the same hub do not come back in the same instant.
 */
export function createBackoff(options: BackoffOptions): Backoff {
  const { firstMs, plateauMs, plateauAttempts, maxMs, random } = options
  let ceilingMs = firstMs
  let atPlateau = 0
  return {
    next: () => {
      const waitMs = Math.round(ceilingMs * (0.5 + random() / 2))
      if (ceilingMs < plateauMs) ceilingMs = Math.min(ceilingMs * 2, plateauMs)
      else if (atPlateau < plateauAttempts) atPlateau += 1
      else ceilingMs = Math.min(ceilingMs * 2, maxMs)
      return waitMs
    },
    reset: () => {
      ceilingMs = firstMs
      atPlateau = 0
    },
  }
}
