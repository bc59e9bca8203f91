import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  emptySample,
  ratesOf,
  remember,
  type StatsSample,
  sampleOf,
} from '../../../src/platform/web/media-stats.ts'

// Chromium 156, a room's side of a link, every half second: five reports while media flowed, then two held.
const recorded: Record<string, unknown>[][] = JSON.parse(
  readFileSync(new URL('recorded-stats.json', import.meta.url), 'utf8'),
)
const historyOf = (reports: readonly Record<string, unknown>[][]) =>
  reports.reduce<readonly StatsSample[]>((history, report) => remember(history, sampleOf(report, 0)), [])

const sample = (atMs: number, change: Partial<StatsSample> = {}): StatsSample => ({
  ...emptySample(atMs),
  ...change,
})

describe('a sample of a recorded report', () => {
  it('adds up the receiving side and takes the selected pair for the round trip', () => {
    expect(sampleOf(recorded[1] ?? [], 0)).toEqual({
      atMs: 1795503231857.415,
      framesDecoded: 14,
      audioBytes: 4292,
      packetsReceived: 95,
      packetsLost: 0,
      roundTripMs: 1,
    })
  })

  it('is empty at the given time for a connection that says nothing', () => {
    expect(sampleOf([], 42)).toEqual(emptySample(42))
    expect(sampleOf([null, 'x', { id: 3 }, { id: 'T', type: 'transport' }], 42)).toEqual(emptySample(42))
  })
})

describe('rates over recorded reports', () => {
  it('are those of the last second while media flows', () => {
    const { received, lossRatio } = ratesOf(historyOf(recorded.slice(0, 5)))
    // 21 frames and 5878 bytes in 1.052 s.
    expect(received.framesDecodedPerS).toBeCloseTo(19.95, 1)
    expect(received.audioBytesPerS).toBeCloseTo(5584.9, 1)
    expect(lossRatio).toBe(0)
  })

  it('say at the first silent half second that no sound arrives', () => {
    expect(ratesOf(historyOf(recorded.slice(0, 6))).received.audioBytesPerS).toBe(0)
  })

  it('are zero, and the loss unknown, after a second of nothing', () => {
    expect(ratesOf(historyOf(recorded))).toEqual({
      received: { framesDecodedPerS: 0, audioBytesPerS: 0 },
      lossRatio: null,
    })
  })
})

describe('rates', () => {
  it('need a span that can tell something', () => {
    const nothing = { received: { framesDecodedPerS: 0, audioBytesPerS: 0 }, lossRatio: null }
    expect(ratesOf([])).toEqual(nothing)
    expect(ratesOf([sample(0)])).toEqual(nothing)
    expect(ratesOf([sample(0), sample(200, { framesDecoded: 9 })])).toEqual(nothing)
  })

  it('count half a second from the opening on, when there is no more', () => {
    const { received } = ratesOf([sample(0), sample(500, { framesDecoded: 10, audioBytes: 2000 })])
    expect(received).toEqual({ framesDecodedPerS: 20, audioBytesPerS: 4000 })
  })

  it('are not torn by a picture that stands still for half a second', () => {
    const { received } = ratesOf([
      sample(0),
      sample(500, { framesDecoded: 10, audioBytes: 2000 }),
      sample(1000, { framesDecoded: 10, audioBytes: 4000 }),
    ])
    expect(received).toEqual({ framesDecodedPerS: 10, audioBytesPerS: 4000 })
  })

  it('give the share of expected packets that were lost, and no negative one when late packets come', () => {
    const lossy = [sample(0), sample(1000, { packetsReceived: 90, packetsLost: 10 })]
    expect(ratesOf(lossy).lossRatio).toBeCloseTo(0.1)
    const late = [
      sample(0, { packetsLost: 5 }),
      sample(1000, { packetsReceived: 50, packetsLost: 3, audioBytes: 1 }),
    ]
    expect(ratesOf(late).lossRatio).toBe(0)
  })
})

describe('the remembered samples', () => {
  it('forget what is too old and ignore what is not newer', () => {
    const history = [0, 500, 1000, 1500, 2000, 2500, 3000].reduce<readonly StatsSample[]>(
      (kept, atMs) => remember(kept, sample(atMs)),
      [],
    )
    expect(history.map(({ atMs }) => atMs)).toEqual([500, 1000, 1500, 2000, 2500, 3000])
    expect(remember(history, sample(3000))).toBe(history)
  })
})
