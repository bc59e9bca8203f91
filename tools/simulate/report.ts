import os from 'node:os'
import { rounded, type Summary, summarize } from '../../tests/bench/stats.ts'
import type { Choice } from './arguments.ts'
import type { Calls } from './calls.ts'
import type { Use } from './process-use.ts'
import type { CrowdTally } from './words.ts'

export type Outcome = {
  readonly choice: Choice
  readonly calls: Calls
  readonly echoesMs: readonly number[]
  /** Once everybody was connected. */
  readonly tally: CrowdTally
  /** Connections that were lost, and made again, while others were still connecting. */
  readonly lostBefore: number
  readonly hubs: readonly Use[]
  readonly enrolS: number
  readonly connectS: number
  readonly loadAverage: readonly [before: number, after: number]
}

/** Everything that was not as it must be, in words; none, and all is well. */
export function faultsOf({ calls, tally }: Outcome): readonly string[] {
  const { statuses, statusesAnswered, lost, refused } = tally
  const lostStatuses = statuses - statusesAnswered
  return [
    ...some(calls.unreached(), (words) => `a call for help did not reach its physician: ${words}`),
    ...some(calls.astray(), (words) => `a call for help reached somebody else: ${words}`),
    ...Object.entries(refused).map(([kind, count]) => `the hub refused ${count} messages: ${kind}`),
    ...Object.entries(lost).map(([reason, count]) => `${count} connections were lost: ${reason}`),
    ...(lostStatuses > 0 ? [`${lostStatuses} of ${statuses} heartbeats were not answered`] : []),
  ]
}

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** A hub that fails fails many times: the first are named, the others counted. */
function some(list: readonly string[], inWords: (one: string) => string): readonly string[] {
  const named = list.slice(0, maxNamed).map(inWords)
  return list.length > maxNamed ? [...named, `and ${list.length - maxNamed} more like it`] : named
}
const maxNamed = 10

export function figuresOf(outcome: Outcome) {
  const { choice, calls, echoesMs, tally, hubs, enrolS, connectS, loadAverage } = outcome
  const { rooms, physicians, seconds, seed } = choice
  const [page, bare] = [summaryOf(calls.tookMs()), summaryOf(echoesMs)]
  return {
    rooms,
    physicians,
    seconds,
    seed,
    store: choice.database === undefined ? 'SQLite' : 'PostgreSQL',
    escalations: calls.count(),
    heartbeats: tally.statusesAnswered,
    connectionsLost: sumOf(tally.lost),
    lostWhileConnecting: outcome.lostBefore,
    pressToPageMs: page,
    bareRoundTripMs: bare,
    ratioOfMedians: page && bare ? rounded(page.p50 / bare.p50) : null,
    hubs: hubs.map(({ maxMb, cores }) => ({ residentMb: Math.round(maxMb), cores: rounded(cores) })),
    enrolS: rounded(enrolS),
    connectS: rounded(connectS),
    machine: {
      processor: os.cpus()[0]?.model.trim() ?? os.arch(),
      cores: os.availableParallelism(),
      loadAverage: loadAverage.map(rounded),
    },
    faults: faultsOf(outcome),
  }
}
export type Figures = ReturnType<typeof figuresOf>

const summaryOf = (values: readonly number[]): Summary | null =>
  values.length === 0 ? null : summarize(values)

export function inWords(figures: Figures): string {
  const { pressToPageMs, bareRoundTripMs, ratioOfMedians, hubs, machine, faults } = figures
  const [before, after] = machine.loadAverage
  const lines = [
    `${figures.rooms} rooms and ${figures.physicians} physicians for ${figures.seconds} s on ${hubs.length === 1 ? 'one hub' : `${hubs.length} hubs`} (${figures.store}); seed ${figures.seed}`,
    `enrolled in ${figures.enrolS} s, connected in ${figures.connectS} s (${figures.lostWhileConnecting} connections lost meanwhile and made again); ${figures.heartbeats} heartbeats answered, ${figures.escalations} calls for help`,
    '',
    `  press → page            ${series(pressToPageMs)}`,
    `  bare Socket.IO, there and back  ${series(bareRoundTripMs)}`,
    `  ratio of the medians    ${ratioOfMedians ?? 'nothing to compare'}`,
    ...hubs.map(
      ({ residentMb, cores }, index) =>
        `  hub${hubs.length === 1 ? '' : ` ${index + 1}`}: resident memory ${residentMb} MB at the most, ${cores} of a core`,
    ),
    `  machine: ${machine.cores} × ${machine.processor}, load average ${before} before and ${after} after`,
    '',
    ...(faults.length === 0
      ? ['Every call for help reached its physician, and nobody else.']
      : faults.map((words) => `FAULT ${words}`)),
  ]
  return lines.join('\n')
}

const series = (of: Summary | null): string =>
  of === null
    ? 'not measured'
    : `p50 ${rounded(of.p50)}, p95 ${rounded(of.p95)}, p99 ${rounded(of.p99)}, at the worst ${rounded(of.max)} ms (n ${of.n})`
