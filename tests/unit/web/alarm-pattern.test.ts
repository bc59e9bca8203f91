import { describe, expect, it } from 'vitest'
import { alarmPattern, type Pulse, renderAlarm } from '../../../src/platform/web/alarm-pattern.ts'

const gaps = (pulses: readonly Pulse[]) =>
  pulses.slice(1).map((pulse, index) => {
    const before = pulses[index] ?? pulse
    return Math.round((pulse.atS - before.atS - before.durationS) * 1000)
  })
const endOf = (pulses: readonly Pulse[]) => Math.max(...pulses.map(({ atS, durationS }) => atS + durationS))

describe('the high priority burst', () => {
  const { pulses, repeatS } = alarmPattern('high')

  it('is ten pulses, three and two, twice', () => {
    expect(pulses).toHaveLength(10)
    expect(pulses.every(({ durationS }) => durationS >= 0.075 && durationS <= 0.2)).toBe(true)
    expect(gaps(pulses)).toEqual([100, 100, 350, 100, 600, 100, 100, 350, 100])
  })

  it('comes again after 2.5 to 15 seconds of silence', () => {
    expect(repeatS - endOf(pulses)).toBeCloseTo(2.5, 6)
  })
})

it('the medium priority burst is three slower pulses', () => {
  const { pulses, repeatS } = alarmPattern('medium')
  expect(pulses).toHaveLength(3)
  expect(pulses.every(({ durationS }) => durationS >= 0.125 && durationS <= 0.25)).toBe(true)
  expect(gaps(pulses)).toEqual([200, 200])
  expect(repeatS - endOf(pulses)).toBeCloseTo(5, 6)
})

describe('the rendered sound', () => {
  const sampleRate = 16_000
  const pattern = alarmPattern('high')
  const samples = renderAlarm(pattern, sampleRate)

  /** Strength of one frequency in the first pulse (Goertzel). */
  const strengthAt = (hz: number) => {
    const part = samples.subarray(0, Math.round((pattern.pulses[0]?.durationS ?? 0) * sampleRate))
    const turn = 2 * Math.cos((2 * Math.PI * hz) / sampleRate)
    let [last, beforeLast] = [0, 0]
    for (const sample of part) [last, beforeLast] = [sample + turn * last - beforeLast, last]
    return Math.sqrt(last ** 2 + beforeLast ** 2 - turn * last * beforeLast) / part.length
  }

  it('lasts one turn of the pattern, never clips and never starts with a click', () => {
    expect(samples).toHaveLength(Math.round(pattern.repeatS * sampleRate))
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    expect(loudest).toBeGreaterThan(0.5)
    expect(loudest).toBeLessThan(0.81)
    expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.01)
  })

  it('is silent between pulses and sounds in each', () => {
    const energy = (fromS: number, toS: number) =>
      samples
        .subarray(Math.round(fromS * sampleRate), Math.round(toS * sampleRate))
        .reduce((sum, sample) => sum + sample ** 2, 0)
    for (const { atS, durationS } of pattern.pulses) {
      expect(energy(atS, atS + durationS)).toBeGreaterThan(10)
      expect(energy(atS + durationS + 0.001, atS + durationS + 0.09)).toBe(0)
    }
  })

  it('has at least four harmonics between 300 and 4000 Hz, within 15 dB of each other', () => {
    const inBand = pattern.harmonics
      .map((multiple) => multiple * pattern.fundamentalHz)
      .filter((hz) => hz >= 300 && hz <= 4000)
    expect(inBand.length).toBeGreaterThanOrEqual(4)
    const strengths = inBand.map(strengthAt)
    const between = strengthAt(2.5 * pattern.fundamentalHz)
    expect(20 * Math.log10(Math.max(...strengths) / Math.min(...strengths))).toBeLessThan(15)
    expect(Math.min(...strengths)).toBeGreaterThan(5 * between)
  })
})
