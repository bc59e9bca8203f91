import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

export const usage = `usage: npm run simulate -- [options]

Holds simulated rooms and physicians on a real hub, over real sockets, each with a key or a session of its own: every
room says its status every five seconds, and every second one of them calls for help. Says how long a page takes to
reach its physician, beside a bare Socket.IO round trip in the same run, and what the hub needs for all of it.

  --rooms N        simulated rooms, each with a primary and a standby physician (default 5000)
  --physicians N   simulated physicians, all on call (default 500)
  --seconds N      for how long, once everybody is connected (default 60)
  --seed N         repeats which room calls when, and what its status is
  --database URL   a PostgreSQL database for the hub instead of SQLite; an empty one, for the site in it is replaced
  --hubs N         so many hubs on that database, rooms and physicians by turns (default 1)
  --json           prints the figures as JSON

Exit code 0: every call for help reached its primary physician, and nobody else. 1: one did not, a message was refused
or a connection was lost, each of which is named. 2: it cannot be done here, and why.`

export type Choice = {
  readonly rooms: number
  readonly physicians: number
  readonly seconds: number
  readonly seed: number
  readonly database: string | undefined
  readonly hubs: number
  readonly json: boolean
}

/** What was asked for cannot be done; the words say what to do instead. */
export class SimulationProblem extends Error {}

const defaults = { rooms: 5000, physicians: 500, seconds: 60, hubs: 1 } as const
const most = { rooms: 100_000, physicians: 100_000, seconds: 7 * 24 * 3600, hubs: 16, seed: 2 ** 31 } as const

/** @throws {SimulationProblem} */
export function readChoice(args: readonly string[]): Choice | 'help' {
  const text = { type: 'string' } as const
  const options = {
    rooms: text,
    physicians: text,
    seconds: text,
    seed: text,
    database: text,
    hubs: text,
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const values = parsed()
  if (values.help === true) return 'help'
  const number = (name: keyof typeof most, otherwise: number) => {
    const value = values[name] === undefined ? otherwise : Number(values[name])
    if (Number.isSafeInteger(value) && value >= 1 && value <= most[name]) return value
    throw new SimulationProblem(
      `--${name} takes a whole number from 1 to ${most[name]}, not "${values[name]}".`,
    )
  }
  const choice: Choice = {
    rooms: number('rooms', defaults.rooms),
    physicians: number('physicians', defaults.physicians),
    seconds: number('seconds', defaults.seconds),
    seed: number('seed', randomInt(1, 2 ** 31)),
    database: values.database,
    hubs: number('hubs', defaults.hubs),
    json: values.json ?? false,
  }
  if (choice.physicians < 2)
    throw new SimulationProblem('--physicians takes at least 2: each room has a primary and a standby.')
  if (choice.hubs > 1 && choice.database === undefined)
    throw new SimulationProblem(
      'Several hubs share a PostgreSQL database: name it with --database, or leave --hubs out.',
    )
  return choice

  function parsed() {
    try {
      return parseArgs({ args: [...args], options }).values
    } catch (error) {
      const words = error instanceof Error ? error.message.split('. ')[0] : String(error)
      throw new SimulationProblem(`${words}. See: npm run simulate -- --help`)
    }
  }
}
