import { expect, it } from 'vitest'
import { steadyRate } from '../../bench/rate.ts'

const progress = [
  { done: 0, afterMs: 0 },
  { done: 100, afterMs: 1000 },
  { done: 400, afterMs: 2000 },
  { done: 1000, afterMs: 4000 },
]

it('a rate counts from where a part of the whole is done', () => {
  expect(steadyRate(progress, 0)).toBe(250)
  expect(steadyRate(progress, 0.25)).toBe(300)
})

it('a rate of nothing, or of a single step, is a mistake', () => {
  expect(() => steadyRate([], 0)).toThrow('too little')
  expect(() => steadyRate(progress.slice(0, 1), 0)).toThrow('too little')
  expect(() => steadyRate(progress, 1)).toThrow('too little')
})
