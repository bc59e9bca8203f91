import { describe, expect, it } from 'vitest'
import { checkSite } from '../../../src/hub/config.ts'
import { readChoice } from '../../../tools/simulate/arguments.ts'
import { createCalls } from '../../../tools/simulate/calls.ts'
import { assertEnoughFiles } from '../../../tools/simulate/file-limit.ts'
import { faultsOf, figuresOf, inWords, type Outcome } from '../../../tools/simulate/report.ts'
import { simulatedSite } from '../../../tools/simulate/site.ts'

describe('the options of a simulation', () => {
  it('are five thousand rooms and five hundred physicians on one hub, unless said otherwise', () => {
    expect(readChoice([])).toMatchObject({ rooms: 5000, physicians: 500, seconds: 60, hubs: 1, json: false })
    expect(readChoice(['--rooms', '10', '--seed', '7'])).toMatchObject({ rooms: 10, seed: 7 })
    expect(readChoice(['--help'])).toBe('help')
  })

  it.each([
    [['--rooms', '0'], '--rooms takes a whole number from 1'],
    [['--seconds', 'ten'], 'not "ten"'],
    [['--physicians', '1'], 'at least 2'],
    [['--hubs', '2'], 'name it with --database'],
    [['--room', '5'], "Unknown option '--room'"],
  ])('%s are refused in words', (args, words) => {
    expect(() => readChoice(args)).toThrow(words)
  })
})

it('says how many files are missing, and what to do', () => {
  expect(() => assertEnoughFiles(5500, 20_000)).not.toThrow()
  expect(() => assertEnoughFiles(5500, 4096)).toThrow(/may open 4096 files.*ulimit -n 5800.*--rooms 3416/s)
  expect(() => assertEnoughFiles(5500, Number.POSITIVE_INFINITY)).not.toThrow()
})

it('makes a site that a hub takes, in which every physician has as many rooms', () => {
  const { content, rooms } = simulatedSite(600, 20)
  expect(checkSite(content)).toMatchObject({ ok: true })
  const primaries = Map.groupBy(rooms, ({ primary }) => primary)
  expect([...primaries.values()].map(({ length }) => length)).toEqual(Array.from({ length: 20 }, () => 30))
  expect(rooms.filter(({ primary, standby }) => primary === standby)).toEqual([])
})

describe('the outcome of a simulation', () => {
  function outcomeOf(change: (calls: ReturnType<typeof createCalls>) => void, over: Partial<Outcome> = {}) {
    const calls = createCalls()
    for (const n of [1, 2, 3]) calls.begin(`e-${n}`, 'p-1')
    change(calls)
    const choice = readChoice([])
    if (choice === 'help') throw new Error('no help was asked for')
    return {
      choice,
      calls,
      echoesMs: [1, 2, 3],
      tally: { statuses: 10, statusesAnswered: 10, lost: {}, refused: {} },
      lostBefore: 0,
      hubs: [{ maxMb: 512.4, cores: 0.4567 }],
      enrolS: 1,
      connectS: 2,
      loadAverage: [1, 2],
      ...over,
    } as const satisfies Outcome
  }
  const arrived = (calls: ReturnType<typeof createCalls>) => {
    // In either order, and once more.
    calls.paged('e-1', 'p-1', 1004)
    calls.pressed('e-1', 1000)
    calls.pressed('e-2', 2000)
    calls.paged('e-2', 'p-1', 2002)
    calls.paged('e-2', 'p-1', 2900)
    calls.pressed('e-3', 3000)
    calls.paged('e-3', 'p-1', 3006)
  }

  it('has no fault when every call arrived where it should', () => {
    const outcome = outcomeOf(arrived)
    expect(faultsOf(outcome)).toEqual([])
    expect(figuresOf(outcome)).toMatchObject({
      escalations: 3,
      pressToPageMs: { n: 3, p50: 4, max: 6 },
      ratioOfMedians: 2,
      hubs: [{ residentMb: 512, cores: 0.457 }],
    })
    expect(inWords(figuresOf(outcome))).toContain('Every call for help reached its physician')
  })

  it('names each call that did not arrive, and each that arrived elsewhere', () => {
    const outcome = outcomeOf((calls) => {
      arrived(calls)
      calls.begin('e-4', 'p-2')
      calls.pressed('e-4', 4000)
      calls.paged('e-4', 'p-1', 4001)
    })
    expect(faultsOf(outcome)).toEqual([
      'a call for help did not reach its physician: e-4, for p-2',
      'a call for help reached somebody else: p-1 was paged for e-4',
    ])
    expect(inWords(figuresOf(outcome))).toContain('FAULT a call for help did not reach')
  })

  it('names what was refused, lost or not answered', () => {
    const tally = {
      statuses: 10,
      statusesAnswered: 8,
      lost: { 'ping timeout': 1 },
      refused: { 'too-fast': 2 },
    }
    expect(faultsOf(outcomeOf(arrived, { tally }))).toEqual([
      'the hub refused 2 messages: too-fast',
      '1 connections were lost: ping timeout',
      '2 of 10 heartbeats were not answered',
    ])
  })
})
