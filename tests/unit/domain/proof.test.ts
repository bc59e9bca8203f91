import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addUnsigned, checkpointDue, nothingUnsigned } from '../../../src/domain/log/proof.ts'

const minute = 60_000

test('the end of a session is signed at once', () => {
  for (const type of ['session-closed', 'session-abandoned'])
    expect(checkpointDue(addUnsigned(nothingUnsigned, ['help-ended', type], 5), 5)).toBe('session-end')
})

test('what is written is signed after fifteen minutes, or after two hundred entries', () => {
  const one = addUnsigned(nothingUnsigned, ['app-started'], 1000)
  expect(checkpointDue(one, 1000 + 15 * minute - 1)).toBeUndefined()
  expect(checkpointDue(one, 1000 + 15 * minute)).toBe('time')
  const later = addUnsigned(one, ['link-changed'], 1000 + 14 * minute)
  expect(checkpointDue(later, 1000 + 15 * minute)).toBe('time')
  const many = addUnsigned(later, Array<string>(198).fill('link-changed'), 2000)
  expect(checkpointDue(many, 2000)).toBe('count')
})

test('nothing is signed of nothing, and proofs ask for no further proof', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('log-checkpointed', 'hub-receipt-kept'), { maxLength: 500 }),
      fc.nat(),
      (types, mono) => checkpointDue(addUnsigned(nothingUnsigned, types, 0), mono) === undefined,
    ),
  )
})
