import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createKnownHashes } from '../../../src/domain/log/known-hashes.ts'
import { runs } from './seeded.ts'

const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'))
  .filter((hex) => /[1-9a-f]/.test(hex))

it('gives back each hash as it came, and nothing where none was', () => {
  const seq = fc.oneof(
    fc.integer({ min: 1, max: 3000 }),
    fc.integer({ min: 1_000_000_000, max: 1_000_003_000 }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(seq, hash)), seq, (added, asked) => {
      const known = createKnownHashes()
      for (const each of added) known.add(...each)
      const expected = new Map(added)
      for (const each of [asked, ...expected.keys()]) expect(known.get(each)).toBe(expected.get(each))
    }),
    runs(300),
  )
})
