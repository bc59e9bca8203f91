import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyChain, type LogEntry, sealEntry, verifyChain } from '../../../src/domain/log/entry.ts'
import { observed, sha256 } from './scenario.ts'
import { runs } from './seeded.ts'

const chain = observed().entries

const fault = (entries: readonly LogEntry[]) => {
  const report = verifyChain(entries, sha256)
  return report.ok ? null : { kind: report.fault.kind, seq: report.fault.seq, held: report.count }
}

const index = fc.integer({ min: 0, max: chain.length - 1 })

describe('the chain', () => {
  it('holds for what was appended, and says where it ends', () => {
    const last = chain.at(-1)
    expect(verifyChain(chain, sha256)).toEqual({
      ok: true,
      head: { seq: last?.seq, hash: last?.hash },
      count: chain.length,
    })
  })

  it('can be followed from its middle', () => {
    const from = chain[9]
    if (from === undefined) throw new Error('the chain is longer than that')
    expect(verifyChain(chain.slice(10), sha256, { seq: from.seq, hash: from.hash }).ok).toBe(true)
  })

  it('is empty without entries', () => {
    expect(verifyChain([], sha256)).toEqual({ ok: true, head: emptyChain, count: 0 })
  })

  it('shows any single change', () => {
    const changes: readonly ((entry: LogEntry) => LogEntry)[] = [
      (entry) => ({ ...entry, at: '2026-11-24T09:30:00.001Z' }),
      (entry) => ({ ...entry, mono: entry.mono + 1 }),
      (entry) => ({ ...entry, boot: `${entry.boot}x` }),
      (entry) => ({ ...entry, actor: { kind: 'physician', id: 'p-else' } }),
      (entry) => ({ ...entry, type: 'something-else' }),
      (entry) => ({ ...entry, session: 'other' }),
      (entry) => ({ ...entry, body: { ...entry.body, added: true } }),
      (entry) => ({ ...entry, hash: sha256(entry.hash) }),
      (entry) => ({ ...entry, prev: sha256(entry.prev) }),
    ]
    fc.assert(
      fc.property(index, fc.constantFrom(...changes), (at, change) => {
        const tampered = chain.map((entry, i) => (i === at ? change(entry) : entry))
        expect(fault(tampered)).toMatchObject({ held: at, seq: at + 1 })
      }),
      runs(300),
    )
  })

  it('shows an entry that was changed and sealed again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: chain.length - 2 }), (at) => {
        const resealed = chain.map((entry, i) => {
          if (i !== at) return entry
          const { v: _v, seq, prev, hash: _hash, ...draft } = entry
          return sealEntry({ seq: seq - 1, hash: prev }, { ...draft, body: { forged: true } }, sha256)
        })
        expect(fault(resealed)).toEqual({ kind: 'broken-link', seq: at + 2, held: at + 1 })
      }),
      runs(100),
    )
  })

  it('shows a removal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: chain.length - 2 }), (at) => {
        expect(fault(chain.filter((_entry, i) => i !== at))).toEqual({ kind: 'gap', seq: at + 2, held: at })
      }),
      runs(100),
    )
  })

  it('shows two entries in the wrong order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: chain.length - 2 }), (at) => {
        const swapped = chain.with(at, chain[at + 1] as LogEntry).with(at + 1, chain[at] as LogEntry)
        expect(fault(swapped)).toEqual({ kind: 'gap', seq: at + 2, held: at })
      }),
      runs(100),
    )
  })

  it('shows an insertion', () => {
    fc.assert(
      fc.property(index, (at) => {
        const twice = chain.toSpliced(at, 0, chain[at] as LogEntry)
        expect(fault(twice)).toEqual({ kind: 'gap', seq: at + 1, held: at + 1 })
      }),
      runs(100),
    )
  })

  it('shows an entry of another device', () => {
    const foreign = { ...(chain[3] as LogEntry), device: 'd-other' }
    expect(fault(chain.with(3, foreign))).toEqual({ kind: 'foreign-device', seq: 4, held: 3 })
  })
})
