import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codec } from '../../../tools/electron-standin/codec.ts'

const roundTrip = (value: unknown) => codec.decode(codec.encode(value))

test('any plain value comes back as the structured clone would give it', () => {
  const anything = fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true })
  fc.assert(
    fc.property(anything, (value) => {
      expect(roundTrip(value)).toEqual(structuredClone(value))
    }),
  )
})

test('binary data keeps its type and bytes', () => {
  const whole = new Uint8Array([9, 1, 2, 3, 9])
  expect(roundTrip(whole.subarray(1, 4))).toEqual(new Uint8Array([1, 2, 3]))
  expect(roundTrip(new Float64Array([1.5, Number.NaN]))).toEqual(new Float64Array([1.5, Number.NaN]))
  expect(roundTrip(whole.buffer)).toEqual(whole.buffer)
  expect(roundTrip(Buffer.from('ab'))).toEqual(new Uint8Array([97, 98]))
})

test('errors, regular expressions and awkward keys survive', () => {
  const error = roundTrip(new RangeError('too far')) as Error
  expect([error.name, error.message]).toEqual(['RangeError', 'too far'])
  expect(roundTrip(/a.c/gi)).toEqual(/a.c/gi)
  const awkward = Object.fromEntries([
    ['__proto__', 1],
    ['\u0001', 'tag'],
  ])
  expect(Object.entries(roundTrip(awkward) as object)).toEqual(Object.entries(awkward))
})

test('what Electron cannot clone is refused, not dropped', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  for (const value of [() => 1, Symbol('s'), new WeakMap(), Promise.resolve(1), { deep: [() => 1] }]) {
    expect(() => codec.encode(value)).toThrow('An object could not be cloned.')
  }
  expect(() => codec.encode(cyclic)).toThrow('cyclic')
})
