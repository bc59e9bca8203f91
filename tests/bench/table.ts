import type { Row } from './benchmark.ts'

const headings = ['', 'value', 'unit', 'n', 'p95', 'p99', 'peer', 'ratio', 'target', '']
/** Of the columns above, those that hold numbers. */
const numeric = new Set([1, 3, 4, 5, 7])

const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? '' : value.toLocaleString('en-US', { maximumFractionDigits: 20 })

function cells(row: Row): readonly string[] {
  return [
    row.name,
    number(row.value),
    row.unit,
    number(row.n),
    number(row.p95),
    number(row.p99),
    row.peer === null ? '' : `${number(row.peerValue)} ${row.peer}`,
    row.ratio === null ? '' : `${number(row.ratio)}×`,
    row.target ?? '',
    row.met === null ? '' : row.met ? 'met' : 'MISSED',
  ]
}

/** For a terminal: columns side by side, numbers to the right. */
export function plainTable(rows: readonly Row[]): string {
  const lines = [headings, ...rows.map(cells)]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          numeric.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** For a page: what each number is and how it came about. */
export function markdownTable(rows: readonly Row[]): string {
  const line = (parts: readonly string[]) =>
    `| ${parts.map((part) => part.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    line(headings),
    line(headings.map((_, column) => (numeric.has(column) ? '---:' : '---'))),
    ...rows.map((row) => line(cells(row))),
  ].join('\n')
}
