import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logEntrySchema } from '../../../src/domain/log/entry.ts'
import { isLogEntry } from '../../../src/domain/log/is-log-entry.ts'
import { runs } from './seeded.ts'

const hash = 'a'.repeat(64)
const entry = {
  v: 1,
  device: 'd-1',
  seq: 7,
  at: '2026-11-30T12:00:00.000Z',
  boot: 'b-1',
  mono: 12.5,
  actor: { kind: 'technologist', id: 't-ortiz' },
  type: 'link-changed',
  session: null,
  body: { physicianId: 'p-chen', doses: [1, null, true, { mg: 0.3 }] },
  prev: hash,
  hash,
}
const asSchema = (value: unknown): boolean => logEntrySchema.safeParse(value).success

/** Near what is right and beside it, for any member. */
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    ...[
      '',
      'd-1',
      ' d-1',
      'd-1\n',
      'x'.repeat(64),
      'x'.repeat(65),
      'Type',
      'type',
      hash.toUpperCase(),
      `${hash}0`,
    ],
    ...['2026-11-30T12:00:00.000Z', '2026-02-29T12:00:00.000Z', '2028-02-29T12:00:00.000Z'],
    ...['2026-11-30T12:00:00Z', '2026-11-30T25:00:00.000Z', '2026-11-30T12:00:00.000+01:00'],
    ...[0, 1, -1, 1.5, -0, 2 ** 53, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, 1e300],
    ...[null, [], {}, { a: { b: Number.POSITIVE_INFINITY } }, [[1]], { kind: 'system' }, { kind: 'nobody' }],
    ...[
      { kind: 'system', id: 'x' },
      { kind: 'physician' },
      { kind: 'physician', id: '' },
      { kind: 'unidentified' },
    ],
    ...[
      { kind: 'physician', id: 'p-chen', more: 1 },
      { kind: 'technologist', id: 't-1' },
    ],
  ),
)

describe('the quick look at an entry', () => {
  it('takes what the schema takes', () => {
    expect(asSchema(entry)).toBe(true)
    expect(isLogEntry(entry)).toBe(true)
  })

  it.each(Object.keys(entry))('says the same as the schema, whatever stands as %s', (member) => {
    fc.assert(
      fc.property(odd, (value) => {
        const changed = { ...entry, [member]: value }
        expect(isLogEntry(changed)).toBe(asSchema(changed))
      }),
      runs(300),
    )
  })

  it.each(Object.keys(entry))(
    'refuses an entry without %s, or with another member in its place',
    (member) => {
      const { [member as keyof typeof entry]: value, ...rest } = entry
      for (const changed of [rest, { ...rest, more: value }, { ...entry, more: value }]) {
        expect(asSchema(changed)).toBe(false)
        expect(isLogEntry(changed)).toBe(false)
      }
    },
  )

  it('says the same as the schema of what is no object', () => {
    fc.assert(
      fc.property(odd, (value) => {
        expect(isLogEntry(value)).toBe(asSchema(value))
      }),
      runs(300),
    )
  })
})
