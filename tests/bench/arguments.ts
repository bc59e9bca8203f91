import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'

export type Choice =
  | {
      readonly kind: 'run'
      readonly benchmarks: readonly Benchmark[]
      /** Null: each its own number. */
      readonly samples: number | null
      readonly entries: number | null
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }

/** What the person asked for, or what was wrong with it. */
export function readArguments(args: readonly string[], all: readonly Benchmark[]): Choice {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        samples: { type: 'string' },
        entries: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) return { kind: 'help' }
    const names = values.only.flatMap((value) => value.split(','))
    const unknown = names.filter((name) => !all.some((each) => each.name === name))
    if (unknown.length > 0) {
      const known = all.map(({ name }) => name).join(', ')
      return { kind: 'wrong', message: `There is no benchmark ${unknown.join(', ')}. There are: ${known}.` }
    }
    const samples = wholeNumber(values.samples)
    const entries = wholeNumber(values.entries)
    if (samples === undefined) return notWhole('samples', values.samples)
    if (entries === undefined) return notWhole('entries', values.entries)
    const benchmarks = names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
    return { kind: 'run', benchmarks, samples, entries }
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) }
  }
}

/** Null where nothing was given, undefined where it is none. */
function wholeNumber(text: string | undefined): number | null | undefined {
  if (text === undefined) return null
  const number = Number(text)
  return Number.isInteger(number) && number >= 1 ? number : undefined
}

const notWhole = (option: string, given: string | undefined): Choice => ({
  kind: 'wrong',
  message: `--${option} takes a whole number from 1 on, not "${given}".`,
})

const size = ({ samples, entries }: Benchmark): string =>
  entries === undefined ? `n ${samples}` : `n ${samples}, ${entries.toLocaleString('en-US')} entries`

export function usage(all: readonly Benchmark[]): string {
  const width = Math.max(...all.map(({ name }) => name.length))
  return [
    'usage: npm run bench -- [--only NAME]… [--samples N] [--entries N]',
    '',
    'Measures Scanside with real processes on this machine, beside what does the same without it, prints a table',
    'and writes bench-output/bench.json (the rows) and bench-output/run.json (machine, load, every sample).',
    '',
    ...all.map((each) => `  ${each.name.padEnd(width)}  ${each.what} (${size(each)})`),
    '',
    '  --only NAME   this one alone; may be repeated, or hold several with commas between them',
    '  --samples N   so many measurements in each instead of its own number',
    '  --entries N   logs of so many entries, to see that it runs: what is said of a million is not true then',
    '',
    'Run it on a machine that does nothing else: the load average is printed and kept with the numbers.',
  ].join('\n')
}
