import { describe, expect, it } from 'vitest'
import { checkExport } from '../../../src/domain/log/check-export.ts'
import { type LogEntry, verifyChain } from '../../../src/domain/log/entry.ts'
import { segmentOf } from '../../../src/domain/log/segments.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import { sha256 } from './scenario.ts'
import { day, excerptOf, longer, proven, reseal, salvaged, textOf } from './signed-day.ts'

const list = proven()
const { sessionId } = day()
const last = list.length
const check = (entries: readonly LogEntry[]) =>
  checkExport(textOf(entries).trimEnd().split('\n'), exportChecks())
const fault = (entries: readonly LogEntry[]) => {
  const report = check(entries)
  return report.ok ? null : report.fault.message
}

describe('segments of a log', () => {
  it('have numbers of their own', () => {
    expect([0, 1, 1_000_000_000, 1_000_000_001, 3_000_000_000].map(segmentOf)).toEqual([-1, 0, 0, 1, 2])
  })

  it('follow each other where the log was salvaged, and the reader says what was lost', () => {
    expect(check(salvaged(list))).toMatchObject({
      ok: true,
      kind: 'log',
      count: last + 3,
      segments: [{ seq: 1_000_000_001, after: { seq: last, hash: list.at(-1)?.hash }, lost: [] }],
    })
    const short = check(salvaged(list, 5))
    expect(short).toMatchObject({
      ok: true,
      segments: [{ after: { seq: 5 }, lost: [{ from: 6, to: last, atHubUpTo: last - 1 }] }],
    })
  })

  it('may be all that is left, or not be salvaged yet', () => {
    expect(check(salvaged(list, 0))).toMatchObject({ ok: true, kind: 'piece', segments: [] })
    expect(check(salvaged(list).slice(0, -1))).toMatchObject({ ok: true, segments: [{ lost: null }] })
  })

  it('show an end that was cut off, unless a later salvage names it as lost', () => {
    const cut = salvaged(list).toSpliced(last - 2, 2)
    expect(fault(cut)).toContain(`ends at entry ${last} (`)
    const lost = [{ from: last - 1, to: last, atHubUpTo: null }]
    expect(fault(salvaged(cut, cut.length, { lost }, 2))).toBeNull()
    expect(fault(salvaged(cut, cut.length, { lost: [] }, 2))).toContain('was cut off')
  })

  it('may hold more of an earlier one than was recovered, where the salvage has it as lost', () => {
    const more = (over = {}) => longer(list, 5, over)
    expect(check(more())).toMatchObject({
      ok: true,
      segments: [{ after: { seq: last }, lost: [{ from: 6, to: last }] }],
    })
    expect(fault(more().toSpliced(9, last - 9))).toBeNull()
    const hash = 'f'.repeat(64)
    const lost = [{ from: 6, to: last - 1, atHubUpTo: null }]
    expect(fault(more({ lost }))).toContain('and here they end at entry')
    expect(fault(more({ from: { seq: 5, hash } }))).toContain('and here they end at entry')
    const all = [{ from: 1, to: last, atHubUpTo: null }]
    expect(fault(more({ from: null, lost: all }))).toBeNull()
    expect(fault(more({ from: null }))).toContain('no entry at all')
  })

  it('show another end than the salvage says', () => {
    const hash = 'f'.repeat(64)
    expect(fault(salvaged(list, last, { from: { seq: last, hash } }))).toContain('and here they end at entry')
    expect(fault(salvaged(list, last, { from: { seq: 3, hash: list[2]?.hash } }))).toContain('say')
    expect(fault(salvaged(list, last, { from: null }))).toContain('no entry at all')
  })

  it.each<[string, (entries: LogEntry[]) => readonly LogEntry[], string]>([
    ['another type', ([first, ...rest]) => [{ ...first!, type: 'app-started' }, ...rest], 'gap'],
    ['another number', ([first, ...rest]) => [{ ...first!, seq: first!.seq + 1 }, ...rest], 'gap'],
    ['a past', ([first, ...rest]) => [{ ...first!, prev: 'f'.repeat(64) }, ...rest], 'broken-link'],
    ['its first entry removed', ([, ...rest]) => rest, 'gap'],
  ])('are refused where the first entry has %s', (_name, spoil, kind) => {
    const entries = salvaged(list)
    const spoilt = [...list, ...spoil(entries.slice(last))]
    expect(verifyChain(spoilt, sha256)).toMatchObject({ ok: false, fault: { kind }, count: last })
  })

  it('begin nowhere else', () => {
    const [begun] = salvaged(list).slice(last)
    const inside = reseal([...list.slice(0, 4), begun!], 4)
    expect(verifyChain(inside, sha256)).toMatchObject({ fault: { kind: 'wrong-segment', seq: 5 } })
  })

  it('are shown where they meet in an excerpt, also long after the session', () => {
    const lines = excerptOf(salvaged(list), sessionId).map((line) => line.trimEnd())
    const report = checkExport(lines, exportChecks())
    expect(report).toMatchObject({
      ok: true,
      kind: 'excerpt',
      segments: [{ after: { seq: last }, lost: [] }],
    })
    const without = lines.filter((line) => !line.includes('"segment-begun"'))
    expect(checkExport(without, exportChecks()).ok).toBe(false)
  })

  it('are not left out of an excerpt as if they were a run of entries', () => {
    const lines = excerptOf(salvaged(list), sessionId).map((line) => line.trimEnd())
    const begun = lines.findIndex((line) => line.includes('"segment-begun"'))
    const over = JSON.parse(lines[begun - 1]!)
    const hidden = JSON.stringify({ elided: { ...over.elided, to: 1_000_000_001 } })
    const report = checkExport(lines.toSpliced(begun - 1, 2, hidden), exportChecks())
    expect(report).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining('are said to be left out here') },
    })
  })
})
