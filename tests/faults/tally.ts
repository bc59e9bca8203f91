/** What a run has counted, by kind; and everything that must not have happened. */
export type Tally = {
  readonly count: (what: string, times?: number) => void
  readonly fault: (words: string) => void
  readonly counts: () => ReadonlyMap<string, number>
  readonly faults: () => readonly string[]
}

export function createTally(onFault: (words: string) => void = () => undefined): Tally {
  const counts = new Map<string, number>()
  const faults: string[] = []
  return {
    count: (what, times = 1) => void counts.set(what, (counts.get(what) ?? 0) + times),
    fault: (words) => {
      faults.push(words)
      onFault(words)
    },
    counts: () => counts,
    faults: () => faults,
  }
}

/** The sum of all kinds whose name begins so. */
export const sumOf = (tally: Tally, prefix: string): number =>
  [...tally.counts()].reduce((sum, [what, times]) => (what.startsWith(prefix) ? sum + times : sum), 0)
