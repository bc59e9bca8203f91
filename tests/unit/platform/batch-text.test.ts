import { describe, expect, it } from 'vitest'
import { createBatchText } from '../../../src/platform/node/batch-text.ts'

const written = (text: ReturnType<typeof createBatchText>) => text.read().toString('utf8')

describe('the text of a batch', () => {
  it('holds what was added, also where that is more than was expected', () => {
    const text = createBatchText(8)
    const parts = ['{"entries":[', '"Ärztin €"', ',', JSON.stringify('x'.repeat(50_000)), ']}']
    for (const part of parts) text.add(part)
    expect(written(text)).toBe(parts.join(''))
    expect(text.bytes()).toBe(Buffer.byteLength(parts.join('')))
  })

  it('is written where the one before it was, once that is done', () => {
    const first = createBatchText(100)
    first.add('first')
    const memory = first.read().buffer
    first.done()
    const second = createBatchText(100)
    second.add('2')
    expect(second.read().buffer).toBe(memory)
    expect(written(second)).toBe('2')
  })

  it('leaves alone what is still in use', () => {
    const first = createBatchText(100)
    first.add('first')
    const second = createBatchText(100)
    second.add('second')
    expect(written(first)).toBe('first')
    first.done()
    const third = createBatchText(100)
    third.add('third')
    expect([written(second), written(third)]).toEqual(['second', 'third'])
  })

  it('does not keep what one large entry took', () => {
    const large = createBatchText(100)
    large.add('x'.repeat(2_000_000))
    const memory = large.read().buffer
    large.done()
    const next = createBatchText(100)
    next.add('next')
    expect(next.read().buffer).not.toBe(memory)
  })
})
