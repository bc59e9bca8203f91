import { describe, expect, it } from 'vitest'
import { readArguments, usage } from '../../bench/arguments.ts'
import type { Benchmark } from '../../bench/benchmark.ts'

const benchmark = (name: string, entries?: number): Benchmark => ({
  name,
  ...(entries === undefined ? {} : { entries }),
  what: `what ${name} measures`,
  samples: 5,
  run: async () => [],
})
const all = [benchmark('append'), benchmark('start-up'), benchmark('bundle-size')]
const namesOf = (args: readonly string[]) => {
  const choice = readArguments(args, all)
  return choice.kind === 'run' ? choice.benchmarks.map(({ name }) => name) : choice
}

describe('the command line of the benchmarks', () => {
  it('runs all of them, each with its own number, unless told otherwise', () => {
    expect(readArguments([], all)).toEqual({ kind: 'run', benchmarks: all, samples: null, entries: null })
    expect(readArguments(['--samples', '3'], all)).toMatchObject({ samples: 3, entries: null })
    expect(readArguments(['--entries', '20000'], all)).toMatchObject({ samples: null, entries: 20_000 })
  })

  it('runs those that are named, in their own order', () => {
    expect(namesOf(['--only', 'bundle-size', '--only', 'append'])).toEqual(['append', 'bundle-size'])
    expect(namesOf(['--only', 'start-up,append'])).toEqual(['append', 'start-up'])
  })

  it('says what is wrong and what there is', () => {
    expect(namesOf(['--only', 'appendd'])).toEqual({
      kind: 'wrong',
      message: 'There is no benchmark appendd. There are: append, start-up, bundle-size.',
    })
    for (const number of ['0', '1.5', 'many'])
      for (const option of ['--samples', '--entries'])
        expect(namesOf([option, number])).toEqual({
          kind: 'wrong',
          message: `${option} takes a whole number from 1 on, not "${number}".`,
        })
    expect(namesOf(['--onyl', 'append'])).toMatchObject({
      kind: 'wrong',
      message: expect.stringContaining('--onyl'),
    })
  })

  it('explains itself', () => {
    expect(readArguments(['--only', 'append', '--help'], all)).toEqual({ kind: 'help' })
    expect(usage([benchmark('verify', 1_000_000)])).toContain('what verify measures (n 5, 1,000,000 entries)')
    for (const { name, what } of all) expect(usage(all)).toMatch(new RegExp(`${name} +${what} \\(n 5\\)`))
  })
})
