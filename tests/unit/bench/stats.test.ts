import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median, percentile, rounded, summarize } from '../../bench/stats.ts'

describe('percentiles', () => {
  it('are values that were measured, by nearest rank', () => {
    const values = [50, 15, 40, 20, 35]
    expect([0, 0.05, 0.3, 0.4, 0.5, 0.95, 1].map((fraction) => percentile(values, fraction))).toEqual([
      15, 15, 20, 20, 35, 50, 50,
    ])
  })

  it('of few samples are the worst one at the high end', () => {
    const values = Array.from({ length: 25 }, (_, index) => index + 1)
    expect(percentile(values, 0.95)).toBe(24)
    expect(percentile(values, 0.99)).toBe(25)
  })

  it('do not change the series', () => {
    const values = [3, 1, 2]
    expect(median(values)).toBe(2)
    expect(values).toEqual([3, 1, 2])
  })

  it('of nothing, or of what is no number, are a mistake', () => {
    expect(() => median([])).toThrow('nothing was measured')
    expect(() => median([1, Number.NaN])).toThrow('not a number')
  })

  it('never decrease from one to the next, whatever was measured', () => {
    const series = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 })
    fc.assert(
      fc.property(series, (values) => {
        const { n, min, p50, p95, p99, max } = summarize(values)
        expect(n).toBe(values.length)
        expect([min, p50, p95, p99, max]).toEqual([min, p50, p95, p99, max].toSorted((a, b) => a - b))
        for (const value of [min, p50, p95, p99, max]) expect(values).toContain(value)
      }),
    )
  })
})

describe('rounding', () => {
  it('keeps three digits that mean something', () => {
    expect([0, 0.012345, 0.98765, 1.2345, 12.345, 99.95, 123.4, 20_389.07].map(rounded)).toEqual([
      0, 0.0123, 0.988, 1.23, 12.3, 100, 123, 20_389,
    ])
  })
})
