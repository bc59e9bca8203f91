import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { linksAfter, linksAfterAll } from '../../../src/hub/room-log.ts'
import { runs } from '../domain/seeded.ts'

const physicianId = fc.constantFrom('p-chen', 'p-rao', 'p-lee')
const link = fc.constantFrom<unknown>(
  { kind: 'warm' },
  { kind: 'connecting' },
  { kind: 'of-a-later-version' },
  null,
)
const entry = fc
  .oneof(
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant('link-changed'), body: fc.record({ physicianId, link }) }),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'app-started', body: {} }) },
    { weight: 1, arbitrary: fc.constant({ type: 'link-changed', body: null }) },
    { weight: 1, arbitrary: fc.constant({ type: 'workstation-locked', body: {} }) },
  )
  // The hub takes whatever is chained well; no more than type, session and body is read here.
  .map((members) => ({ session: null, ...members }) as unknown as LogEntry)
const before = { 'p-chen': { kind: 'warm' }, 'p-old': { kind: 'connecting' } } as const

describe('the links of a room after a batch', () => {
  it('are what they are after one entry at a time', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
        expect(linksAfterAll(before, entries)).toEqual(entries.reduce(linksAfter, before))
      }),
      runs(500),
    )
  })

  it('do not read what a later entry has made old', () => {
    let read = 0
    const watched = (kind: string) => ({
      type: 'link-changed',
      session: null,
      body: {
        physicianId: 'p-chen',
        get link() {
          read += 1
          return { kind }
        },
      },
    })
    const entries = Array.from({ length: 1000 }, (_, index) =>
      watched(index % 2 === 0 ? 'connecting' : 'warm'),
    )
    const links = linksAfterAll({}, entries as unknown as LogEntry[])
    expect(links).toEqual({ 'p-chen': { kind: 'warm' } })
    expect(read).toBeLessThan(20)
  })
})
