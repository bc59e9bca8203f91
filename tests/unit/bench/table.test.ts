import { expect, it } from 'vitest'
import { measured } from '../../bench/benchmark.ts'
import { markdownTable, plainTable } from '../../bench/table.ts'

const press = measured({
  name: 'press → alarm',
  unit: 'ms',
  samples: [40, 50, 60, 300],
  peer: { name: 'bare | echo', samples: [20, 25, 30] },
  note: 'how',
  target: { words: 'p99 ≤ 250 ms', isMet: ({ p99 = 0 }) => p99 <= 250 },
})
const size = measured({ name: 'bundle', unit: 'kB', samples: [123.456], note: 'how' })

it('a row says the median, its ratio to the median of the peer, and whether the target is met', () => {
  expect(press.row).toEqual({
    name: 'press → alarm',
    value: 50,
    unit: 'ms',
    peer: 'bare | echo',
    peerValue: 25,
    ratio: 2,
    note: 'how',
    n: 4,
    p50: 50,
    p95: 300,
    p99: 300,
    target: 'p99 ≤ 250 ms',
    met: false,
  })
  expect(press.samples).toEqual([40, 50, 60, 300])
})

it('a single measurement has no distribution, and no target where none is set', () => {
  expect(size.row).toEqual({
    name: 'bundle',
    value: 123,
    unit: 'kB',
    peer: null,
    peerValue: null,
    ratio: null,
    note: 'how',
    target: null,
    met: null,
  })
})

it('the table for a terminal keeps its columns', () => {
  const [head = '', first = '', second = ''] = plainTable([press.row, size.row]).split('\n')
  expect(first.indexOf('ms')).toBe(head.indexOf('unit'))
  expect(second.indexOf('kB')).toBe(head.indexOf('unit'))
  expect(first).toMatch(/50 {2}ms +4 +300 +300 +25 bare \| echo +2× +p99 ≤ 250 ms +MISSED$/)
  expect(second).toMatch(/^bundle +123 {2}kB$/)
})

it('the table for a page has as many cells in each line, whatever a name holds', () => {
  const lines = markdownTable([press.row, size.row]).split('\n')
  const cells = lines.map((line) => line.replaceAll('\\|', '').split('|').length)
  expect(new Set(cells).size).toBe(1)
  expect(lines[2]).toContain('25 bare \\| echo')
})
