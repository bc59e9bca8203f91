import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createSealer } from '../../../src/hub/sharing/sealed.ts'
import type { Envelope } from '../../../src/hub/sharing/words.ts'

const secret = randomBytes(32)
const envelope: Envelope = {
  from: 'h-1',
  n: 7,
  to: 'h-2',
  word: { kind: 'send', id: 's', event: 'statement', message: { words: 'é “quoted” \u{1f489}' } },
}

it('opens what hubs with the same secret have sealed', () => {
  const sealed = createSealer(secret).seal(envelope)
  expect(createSealer(secret).open(sealed)).toEqual(envelope)
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toMatch(/h-1|statement|quoted/)
  expect(createSealer(secret).seal(envelope)).not.toBe(sealed)
})

it('opens nothing else', () => {
  const { seal, open } = createSealer(secret)
  expect(open(createSealer(randomBytes(32)).seal(envelope))).toBeUndefined()
  for (const forged of ['', '#1', JSON.stringify(envelope), 'AAAA', randomBytes(200).toString('base64')])
    expect(open(forged)).toBeUndefined()
  const bytes = Buffer.from(seal(envelope), 'base64')
  for (const [index] of bytes.entries()) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(open(changed.toString('base64'))).toBeUndefined()
  }
  for (const length of [1, 12, 27, 28, bytes.length - 1])
    expect(open(bytes.subarray(0, length).toString('base64'))).toBeUndefined()
})
