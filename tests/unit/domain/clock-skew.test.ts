import { expect, it } from 'vitest'
import { clockProblem, skewInWords } from '../../../src/domain/workstation/clock-skew.ts'

it('says how far a clock is off in words, and nothing of what cannot be measured', () => {
  const cases = [0, 999, -1000, 61_000, -3_600_000, 3652 * 86_400_000, Number.NaN].map(skewInWords)
  expect(cases).toEqual([
    undefined,
    undefined,
    '1 s ahead of the hub’s',
    '1 min 1 s behind the hub’s',
    '1 h ahead of the hub’s',
    '3652 days behind the hub’s',
    undefined,
  ])
})

it('tells a person from a minute on', () => {
  expect([59_000, -59_000, Number.NaN].map(clockProblem)).toEqual([null, null, null])
  expect(clockProblem(-60_000)?.message).toMatch(/^The clock of this computer is 1 min ahead of the hub’s\./)
})
