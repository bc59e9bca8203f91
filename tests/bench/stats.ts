/** What is kept of a series of measurements, all in the unit of the series. */
export type Summary = {
  readonly n: number
  readonly min: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/**
 * The smallest measured value that at least `fraction` of the series does not exceed (nearest rank): never a value
 * that nobody measured. With few samples the high percentiles are the worst one.
 * @param fraction 0..1
 */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.ceil(fraction * sorted.length)
  const value = sorted[Math.min(Math.max(rank, 1), sorted.length) - 1]
  if (value === undefined) throw new Error('nothing was measured')
  if (sorted.some((each) => !Number.isFinite(each))) throw new Error('a measurement is not a number')
  return value
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

export function summarize(values: readonly number[]): Summary {
  return {
    n: values.length,
    min: percentile(values, 0),
    p50: median(values),
    p95: percentile(values, 0.95),
    p99: percentile(values, 0.99),
    max: percentile(values, 1),
  }
}

/** As many digits as mean something: three of them, and whole numbers from 100 on. */
export function rounded(value: number): number {
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value)
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return Number(value.toFixed(Math.min(digits, 20)))
}
