import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBackoff, hubBackoff } from '../../../src/platform/node/backoff.ts'
import { pinMatches } from '../../../src/platform/node/pin.ts'
import { testSite } from '../../support/site.ts'

describe('the wait between attempts', () => {
  it('grows, is jittered between half and whole, and is never more than the most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 60, maxLength: 60 }),
        (random) => {
          const numbers = random.values()
          const backoff = createBackoff({ ...hubBackoff, random: () => numbers.next().value ?? 0 })
          const waits = random.map(() => backoff.next())
          expect(waits[0]).toBeGreaterThanOrEqual(hubBackoff.firstMs / 2)
          expect(waits[0]).toBeLessThanOrEqual(hubBackoff.firstMs)
          expect(Math.max(...waits)).toBeLessThanOrEqual(hubBackoff.maxMs)
          expect(waits.at(-1)).toBeGreaterThanOrEqual(hubBackoff.maxMs / 2)
        },
      ),
    )
  })

  it('stays short through a short outage, and begins small after a success', () => {
    const backoff = createBackoff({ ...hubBackoff, random: () => 0.999 })
    let passedMs = 0
    let wait = 0
    while (passedMs < 50_000) {
      wait = backoff.next()
      passedMs += wait
      expect(wait).toBeLessThanOrEqual(hubBackoff.plateauMs)
    }
    backoff.reset()
    expect(backoff.next()).toBeLessThanOrEqual(hubBackoff.firstMs)
  })
})

describe('a PIN', () => {
  const verifier = testSite().technologists[0]!.pin

  it.each([
    ['2468', true],
    ['2469', false],
    ['', false],
    ['24680', false],
  ])('%s fits: %s', async (pin, fits) => {
    expect(await pinMatches(pin, verifier)).toBe(fits)
  })

  it('fits no verifier that scrypt refuses', async () => {
    expect(await pinMatches('2468', { ...verifier, N: 16_385 })).toBe(false)
  })
})
