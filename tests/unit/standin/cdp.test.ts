import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitAtNul } from '../../../tools/electron-standin/cdp.ts'

test('messages survive however the pipe cuts them', () => {
  const message = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''))
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat(64)), (messages, cuts) => {
      const received: string[] = []
      const receive = splitAtNul((text) => received.push(text))
      let rest = Buffer.from(messages.map((text) => `${text}\0`).join(''))
      for (const cut of cuts) {
        receive(rest.subarray(0, cut))
        rest = rest.subarray(cut)
      }
      receive(rest)
      expect(received).toEqual(messages)
    }),
  )
})
