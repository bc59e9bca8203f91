import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sessionRecord } from '../../../src/domain/record/session-record.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { timelineCsv } from '../../../src/domain/record/timeline-csv.ts'
import { fullStory } from './full-story.ts'
import { exam, samplePolicy } from './scenario.ts'
import { runs } from './seeded.ts'

const story = fullStory()
const record = sessionRecord(recordEntries(story.entries, story.sessionId), samplePolicy)

/** A reader after RFC 4180 that knows nothing of the writer. */
function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    if (text[at] !== '"') throw new Error(`a field that is not quoted at ${at}`)
    let value = ''
    for (at += 1; ; at += 1) {
      if (at >= text.length) throw new Error('a field without an end')
      if (text[at] === '"' && text[at + 1] === '"') at += 1
      else if (text[at] === '"') break
      value += text[at]
    }
    row.push(value)
    at += 1
    if (text[at] === ',') at += 1
    else if (text.startsWith('\r\n', at)) {
      rows.push(row)
      row = []
      at += 2
    } else throw new Error(`neither comma nor end of line at ${at}`)
  }
  return rows
}

const withoutMark = (text: string) => text.replace(/^\ufeff/, '')
const unguarded = (text: string) => text.replace(/^'/, '')

describe('the timeline as CSV', () => {
  it('has a line for every entry, in UTC and in site time', () => {
    const csv = timelineCsv(record)
    expect(csv.startsWith('\ufeff"Exam","Entry","UTC","Site time","Who","What"\r\n')).toBe(true)
    const [, ...rows] = readCsv(withoutMark(csv))
    expect(rows.length).toBe(record.timeline.length)
    expect(rows).toContainEqual([
      exam.accession,
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^2026-11-24T09:3\d:\d\d\.\d{3}Z$/),
      expect.stringMatching(/^2026-11-24 01:3\d:\d\d PST$/),
      'J. Ortiz',
      expect.stringMatching(/^Injection started: Iohexol .*100 mL IV, lot L-77$/),
    ])
  })

  it('names no patient but by the exam', () => {
    expect(timelineCsv(record)).not.toMatch(/Alvarez|MRN-104248|1968-05-04/)
  })

  it('gives back any text, and none that a spreadsheet would run', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', "'", ' =', '\n@', '＝', '"', ''), fc.string())
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(fc.array(fc.record({ who: nasty, words: nasty }), { minLength: 1 }), (lines) => {
        const timeline = lines.map((line, index) => ({
          ...line,
          seq: index + 1,
          at: record.openedAt,
          type: 'session-opened',
          actor: { kind: 'system' as const },
        }))
        const [, ...rows] = readCsv(withoutMark(timelineCsv({ ...record, timeline })))
        expect(rows.map((row) => row.slice(-2).map(unguarded))).toEqual(
          lines.map(({ who, words }) => [who, words]),
        )
        for (const text of rows.flat()) expect(text.trimStart()).not.toMatch(/^[=+\-@＝＋－＠]/)
      }),
      runs(100),
    )
  })
})
