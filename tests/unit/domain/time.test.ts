import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMs, durationInWords, epochMs, instantAt, isValidOn, msBetween } from '../../../src/domain/time.ts'
import { runs } from './seeded.ts'

describe('time without a clock', () => {
  it('agrees with Date in both directions over four thousand years', () => {
    const ms = fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) })
    fc.assert(
      fc.property(ms, (at) => {
        const written = new Date(at).toISOString()
        expect(instantAt(at)).toBe(written)
        expect(epochMs(written)).toBe(at)
      }),
      runs(2000),
    )
  })

  it.each([
    '2024-02-29T23:59:59.999Z',
    '2026-12-31T23:59:59.999Z',
    '2000-02-29T00:00:00.000Z',
    '1900-03-01T00:00:00.000Z',
  ])('steps over the end of a month or year: %s', (instant) => {
    expect(addMs(instant, 1)).toBe(new Date(Date.parse(instant) + 1).toISOString())
    expect(msBetween(instant, addMs(instant, 1))).toBe(1)
  })

  it('does not take anything else for an instant', () => {
    expect(epochMs('yesterday')).toBeNaN()
    expect(epochMs('2026-11-24T09:30:00+01:00')).toBeNaN()
  })

  it('counts the last day of validity in', () => {
    expect(isValidOn('2026-11-24', '2026-11-24T23:59:59.999Z')).toBe(true)
    expect(isValidOn('2026-11-24', '2026-11-25T00:00:00.000Z')).toBe(false)
  })

  it.each([
    [0, '0.0 s'],
    [440, '0.4 s'],
    [1000, '1 s'],
    [61_000, '1 min 1 s'],
    [1_200_000, '20 min'],
    [3_723_000, '1 h 2 min 3 s'],
    [-5, '0.0 s'],
  ])('says %i ms as %s', (ms, words) => {
    expect(durationInWords(ms)).toBe(words)
  })
})
