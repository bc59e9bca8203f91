/** How much of one kind may come at once, and how much a second after that. */
export type Allowance = { readonly burst: number; readonly perS: number }

/**
 * What each may still send. Counted by who it is (a device, a physician) and not by connection, so that a new socket or
 * a second page brings nobody a new allowance. Each hub counts what comes to it.
 */
export type Allowances = {
  /** True, and taken, while the allowance of this name lasts. */
  readonly take: (name: string, allowance: Allowance, amount?: number) => boolean
  /** Forgets those that are whole again: nothing of them is known that a new one would not have. */
  readonly sweep: () => void
  readonly size: () => number
}

export function createAllowances(nowMs: () => number): Allowances {
  type Bucket = { left: number; atMs: number; readonly allowance: Allowance }
  const buckets = new Map<string, Bucket>()
  const leftAt = ({ left, atMs, allowance }: Bucket, now: number) =>
    Math.min(allowance.burst, left + (Math.max(0, now - atMs) / 1000) * allowance.perS)

  return {
    take(name, allowance, amount = 1) {
      const now = nowMs()
      const bucket = buckets.get(name) ?? { left: allowance.burst, atMs: now, allowance }
      buckets.set(name, bucket)
      bucket.left = leftAt(bucket, now)
      bucket.atMs = now
      if (bucket.left < amount) return false
      bucket.left -= amount
      return true
    },
    sweep() {
      const now = nowMs()
      for (const [name, bucket] of buckets)
        if (leftAt(bucket, now) >= bucket.allowance.burst) buckets.delete(name)
    },
    size: () => buckets.size,
  }
}
