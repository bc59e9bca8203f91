import { rounded, summarize } from './stats.ts'

/** One line of the table and of `bench.json`. */
export type Row = {
  readonly name: string
  /** The median where there is a distribution. */
  readonly value: number
  readonly unit: string
  /** What does the same without Scanside, measured in the same run. */
  readonly peer: string | null
  readonly peerValue: number | null
  /** `value / peerValue`. */
  readonly ratio: number | null
  /** How it was measured. */
  readonly note: string
  readonly n?: number
  readonly p50?: number
  readonly p95?: number
  readonly p99?: number
  /** Null: a row that explains another one and has no target of its own. */
  readonly target: string | null
  readonly met: boolean | null
}

/** A row with the series that it was made of: these are kept too. */
export type Measured = {
  readonly row: Row
  readonly samples: readonly number[]
  readonly peerSamples: readonly number[]
}

export type Target = { readonly words: string; readonly isMet: (row: Row) => boolean }

export type Benchmark = {
  readonly name: string
  /** One line for `--help`. */
  readonly what: string
  /** Measurements unless the command line says otherwise. */
  readonly samples: number
  /** Length of the log that it is about, unless the command line says otherwise. */
  readonly entries?: number
  readonly run: (run: Run) => Promise<readonly Measured[]>
}

export type Run = {
  readonly samples: number
  /** 0 where a benchmark is not about a log. */
  readonly entries: number
  /** For the progress line. */
  readonly at: (words: string) => void
}

/** Makes a row of a series, and of the peer's where there is one. */
export function measured(of: {
  readonly name: string
  readonly unit: string
  readonly note: string
  readonly samples: readonly number[]
  readonly peer?: { readonly name: string; readonly samples: readonly number[] }
  readonly target?: Target
  /** Percentiles of a throughput would be taken for those of a duration: leave them out. */
  readonly percentiles?: boolean
}): Measured {
  const { n, p50, p95, p99 } = summarize(of.samples)
  const peerValue = of.peer === undefined ? null : summarize(of.peer.samples).p50
  const row: Row = {
    name: of.name,
    value: rounded(p50),
    unit: of.unit,
    peer: of.peer?.name ?? null,
    peerValue: peerValue === null ? null : rounded(peerValue),
    ratio: peerValue === null ? null : rounded(p50 / peerValue),
    note: of.note,
    ...(n === 1 ? {} : { n, p50: rounded(p50) }),
    ...(n === 1 || of.percentiles === false ? {} : { p95: rounded(p95), p99: rounded(p99) }),
    target: of.target?.words ?? null,
    met: null,
  }
  return {
    row: of.target === undefined ? row : { ...row, met: of.target.isMet(row) },
    samples: of.samples,
    peerSamples: of.peer?.samples ?? [],
  }
}
