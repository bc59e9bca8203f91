import type { SessionRecord } from './session-record.ts'
import { timeOf } from './site-time.ts'

const head = ['Exam', 'Entry', 'UTC', 'Site time', 'Who', 'What'] as const

/** Spreadsheets take text that begins like this for a formula to be run, also in its full-width forms. */
const startsFormula = /^[=+\-@＝＋－＠\t\r\n]/
/** What hides such a beginning, and what looks like our own guard. */
const isGuarded = (text: string): boolean => text.startsWith("'") || startsFormula.test(text.trimStart())

/**
 * The timeline as CSV by RFC 4180: CRLF, every field quoted. A field that a spreadsheet could run begins with an
 * apostrophe; one that begins with an apostrophe by itself gets another, so taking one away always gives the text.
 */
export function timelineCsv(record: SessionRecord): string {
  const time = timeOf(record)
  const rows = record.timeline.map(({ seq, at, who, words }) => [
    record.exam.accession,
    String(seq),
    at,
    time.words(at),
    who,
    words,
  ])
  // Without this mark a spreadsheet on Windows reads names with accents in another encoding.
  return `\ufeff${[head, ...rows].map(line).join('')}`
}

const line = (fields: readonly string[]): string => `${fields.map(field).join(',')}\r\n`

const field = (text: string): string => `"${(isGuarded(text) ? `'${text}` : text).replaceAll('"', '""')}"`
