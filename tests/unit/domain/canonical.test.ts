import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, canonicalWithout, type Json } from '../../../src/domain/log/canonical.ts'
import { runs } from './seeded.ts'

/** RFC 8785, appendix B: IEEE 754 bits and what ECMAScript writes for them. */
const numbers: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
]

const json = fc.jsonValue({ noUnicodeString: false }).map((value) => value as Json)

describe('canonical JSON', () => {
  it.each(numbers)('writes the number %s as %s (RFC 8785, appendix B)', (bits, written) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(written)
  })

  it('writes the sample of RFC 8785, section 3.2.2', () => {
    const sample = {
      // biome-ignore lint/correctness/noPrecisionLoss: the vector has more digits than a double holds
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(sample)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts members by UTF-16 code units (RFC 8785, section 3.2.3)', () => {
    const sample = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    expect(Object.values(JSON.parse(canonicalJson(sample)))).toHaveLength(7)
    const order = [...canonicalJson(sample).matchAll(/:"([^"]+)"/g)].map((match) => match[1])
    expect(order).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  it('is the same whatever the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.infiniteStream(fc.nat()), (members, keys) => {
        const shuffled = Object.entries(members)
          .map((member) => ({ member, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ member }) => member)
        expect(canonicalJson(Object.fromEntries(shuffled))).toBe(canonicalJson(members))
      }),
      runs(300),
    )
  })

  it('leaves out one member of an object, and none of the same name inside it', () => {
    const key = fc.oneof(fc.constantFrom('hash', 'a', 'z'), fc.string({ unit: 'grapheme' }))
    const object = fc.dictionary(key, fc.oneof(json, fc.dictionary(key, json)), { maxKeys: 40 })
    fc.assert(
      fc.property(object, (value) => {
        const { hash: _left, ...rest } = value
        expect(canonicalWithout(value as { [key: string]: Json }, 'hash')).toBe(canonicalJson(rest as Json))
      }),
      runs(300),
    )
    expect(canonicalWithout({ hash: 1, body: { hash: 2 } }, 'hash')).toBe('{"body":{"hash":2}}')
  })

  it('sorts many members as few', () => {
    const keys = Array.from({ length: 200 }, (_, index) => `k${(index * 37) % 200}`)
    const object = Object.fromEntries(keys.map((key, index) => [key, index]))
    expect(Object.keys(JSON.parse(canonicalJson(object)))).toEqual([...keys].sort())
  })

  it('means what plain JSON means', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      runs(300),
    )
  })

  it('writes every text and number as JSON.stringify does', () => {
    const ascii = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code))
    for (const text of [...ascii, ascii.join('')]) expect(canonicalJson(text)).toBe(JSON.stringify(text))
    const strings = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(fc.oneof(strings, fc.double({ noNaN: true, noDefaultInfinity: true })), (value) => {
        expect(canonicalJson(value)).toBe(JSON.stringify(value))
        expect(canonicalJson({ [String(value)]: 1 })).toBe(JSON.stringify({ [String(value)]: 1 }))
      }),
      runs(1000),
    )
  })

  it.each([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a function', () => 1],
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate in a name', { 'a\ud800': 1 }],
    ['a member that is undefined', { a: undefined }],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value as unknown as Json)).toThrow(/canonical JSON has no/)
  })
})
