/** Random numbers that a seed repeats. */
export type Chance = {
  /** 0 ≤ x < 1. */
  readonly next: () => number
  /** A whole number, both ends included. */
  readonly int: (from: number, to: number) => number
  readonly pick: <T>(list: readonly T[]) => T
  readonly happens: (probability: number) => boolean
  /** Numbers of their own, so that what one part draws changes nothing for another. */
  readonly fork: (name: string) => Chance
}

export const chanceOf = (seed: number): Chance => from(seed, '')

function from(seed: number, path: string): Chance {
  let state = mix(seed, path)
  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    int,
    pick: (list) => {
      const picked = list[int(0, list.length - 1)]
      if (picked === undefined) throw new Error('nothing to pick from')
      return picked
    },
    happens: (probability) => next() < probability,
    fork: (name) => from(seed, `${path}/${name}`),
  }
}

function mix(seed: number, text: string): number {
  let hash = seed ^ 0x811c9dc5
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return hash
}
