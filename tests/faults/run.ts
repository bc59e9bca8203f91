import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { findPostgres, startPostgres } from '../support/postgres-server.ts'
import { createTally, sumOf, type Tally } from './tally.ts'
import { torture } from './torture.ts'

const usage = `usage: npm run torture -- [--kills N] [--seed N] [--minutes N]

Kills writing workstations (SIGKILL, at random points of append, group, checkpoint, end, start, change of the key and
sync) and hubs in the middle of taking a batch (SQLite and, where there is a server, PostgreSQL), over a wire that
loses, cuts, delays and repeats; and starts workstations on damaged copies of what a kill has left. After each:
every acknowledged entry is there once, the chain holds, and in the end both ends have the same.

  --kills N     workstations to be killed, and a fifth as many hubs (default 1000)
  --seed N      repeats what was drawn in an earlier run: what is done, how long each kill waits, what is damaged
  --minutes N   ends after so long, with what was done by then (default 60)

Exit code 0: nothing was lost, doubled, changed or stuck. 1: something was, and is named.`

const hubKillsPerKill = 0.2
const progressEveryMs = 15_000

type Choice = { readonly kills: number; readonly seed: number; readonly minutes: number }

function readChoice(): Choice | 'help' | { readonly problem: string } {
  try {
    const text = { type: 'string' } as const
    const { values } = parseArgs({
      options: { kills: text, seed: text, minutes: text, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help === true) return 'help'
    const number = (name: 'kills' | 'seed' | 'minutes', otherwise: number) => {
      const value = values[name] === undefined ? otherwise : Number(values[name])
      if (Number.isSafeInteger(value) && value >= 1) return value
      throw new Error(`--${name} takes a whole number from 1 on, not "${values[name]}"`)
    }
    return {
      kills: number('kills', 1000),
      seed: number('seed', randomInt(1, 2 ** 31)),
      minutes: number('minutes', 60),
    }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

async function run({ kills, seed, minutes }: Choice): Promise<number> {
  const startedAt = performance.now()
  const elapsedS = () => (performance.now() - startedAt) / 1000
  const hubKills = Math.ceil(kills * hubKillsPerKill)
  console.log(
    `torture: seed ${seed} (npm run torture -- --seed ${seed} --kills ${kills} draws the same again)`,
  )
  const tally = createTally((words) => console.log(`FAULT ${words}`))
  const killed = () =>
    `${sumOf(tally, 'workstation killed')} of ${kills} workstations and ${sumOf(tally, 'hub killed')} of ${hubKills} hubs killed`
  const progress = setInterval(
    () => console.log(`  ${elapsedS().toFixed(0)} s: ${killed()}, ${tally.faults().length} faults`),
    progressEveryMs,
  )
  const bin = findPostgres()
  if (bin === null) console.log('PostgreSQL: SKIPPED, no server is here; all hubs are on SQLite')
  const server = bin === null ? null : await startPostgres(bin)
  try {
    const isOver = () => elapsedS() > minutes * 60
    await torture({ seed, kills, hubKills, database: server?.url ?? null, isOver }, tally)
  } catch (error) {
    tally.fault(error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    clearInterval(progress)
    await server?.stop()
  }
  console.log(`\n${table(tally)}\n\n${killed()} in ${elapsedS().toFixed(0)} s; seed ${seed}`)
  const faults = tally.faults().length
  console.log(
    faults === 0 ? 'Nothing was lost, doubled, changed or stuck.' : `${faults} FAULTS, named above.`,
  )
  return faults === 0 ? 0 : 1
}

function table(tally: Tally): string {
  const rows = [...tally.counts()].sort(([a], [b]) => (a < b ? -1 : 1))
  const width = Math.max(0, ...rows.map(([what]) => what.length))
  return rows.map(([what, times]) => `  ${what.padEnd(width)}  ${String(times).padStart(8)}`).join('\n')
}

const choice = readChoice()
if (choice === 'help') console.log(usage)
else if ('problem' in choice) {
  console.error(`${choice.problem}\n\n${usage}`)
  process.exitCode = 2
} else process.exit(await run(choice))
