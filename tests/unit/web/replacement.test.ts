import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  backoffMs,
  isHealthy,
  type LiveFacts,
  nextMove,
  replacementLimits,
} from '../../../src/platform/web/replacement.ts'

const well: LiveFacts = { transport: 'connected', silentMs: 400 }
const fresh = { ageMs: 100, answered: false }

describe('without a candidate', () => {
  it('waits while the live peer is well', () => {
    expect(nextMove({ live: well, candidate: null, dueInMs: 0 }).kind).toBe('wait')
  })

  it.each<[string, LiveFacts | null]>([
    ['there is none', null],
    ['it failed', { transport: 'failed', silentMs: 0 }],
    ['it was closed underneath', { transport: 'closed', silentMs: 0 }],
    [
      'nothing is heard for two seconds although ICE says connected',
      { transport: 'connected', silentMs: 2001 },
    ],
    ['ICE says disconnected and heartbeats stall', { transport: 'disconnected', silentMs: 1501 }],
  ])('attempts when %s, and not before the back-off is over', (_, live) => {
    expect(nextMove({ live, candidate: null, dueInMs: 0 }).kind).toBe('attempt')
    expect(nextMove({ live, candidate: null, dueInMs: 1 }).kind).toBe('wait')
  })

  it('does not take a word of ICE alone for a loss', () => {
    expect(
      nextMove({ live: { transport: 'disconnected', silentMs: 600 }, candidate: null, dueInMs: 0 }).kind,
    ).toBe('wait')
  })
})

describe('with a candidate', () => {
  const dead: LiveFacts = { transport: 'disconnected', silentMs: 5000 }

  it('waits for the answer and for the connection, each for its time', () => {
    const kinds = [
      { ageMs: 2400, answered: false },
      { ageMs: 2600, answered: false },
      { ageMs: 9900, answered: true },
      { ageMs: 10_100, answered: true },
    ].map((candidate) => nextMove({ live: dead, candidate, dueInMs: 0 }).kind)
    expect(kinds).toEqual(['wait', 'give-up-candidate', 'wait', 'give-up-candidate'])
  })

  it('keeps a live peer that came back before anybody answered, and goes on when somebody did', () => {
    expect(nextMove({ live: well, candidate: fresh, dueInMs: 0 }).kind).toBe('keep-live')
    expect(nextMove({ live: well, candidate: { ...fresh, answered: true }, dueInMs: 0 }).kind).toBe('wait')
  })
})

it('has no last attempt: a dead link with nothing pending and nothing due always tries', () => {
  const transport = fc.constantFrom<RTCPeerConnectionState>('failed', 'closed')
  fc.assert(
    fc.property(transport, fc.nat(), fc.integer({ min: -1_000_000, max: 0 }), (state, silentMs, dueInMs) => {
      const live = { transport: state, silentMs }
      expect(isHealthy(live)).toBe(false)
      expect(nextMove({ live, candidate: null, dueInMs }).kind).toBe('attempt')
    }),
  )
})

it('backs off with jitter, at once first and never longer than two seconds', () => {
  expect(backoffMs(0, 1)).toBe(0)
  expect([1, 2, 3, 4, 5].map((failures) => backoffMs(failures, 1))).toEqual([250, 500, 1000, 2000, 2000])
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (n, random) => {
        const wait = backoffMs(n, random)
        expect(wait).toBeGreaterThanOrEqual(replacementLimits.backoffFirstMs / 2)
        expect(wait).toBeLessThanOrEqual(replacementLimits.backoffMostMs)
      },
    ),
  )
})
