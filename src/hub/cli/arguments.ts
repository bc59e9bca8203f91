import { parseArgs } from 'node:util'
import type { StorePlace } from '../open-store.ts'

/** Ends the command with words for the person at the terminal and an exit code. */
export class CommandProblem extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number) {
    super(message)
    this.name = 'CommandProblem'
    this.exitCode = exitCode
  }
}

/** What was typed cannot be done as it stands; the message says what to type instead. */
export class ArgumentProblem extends CommandProblem {
  constructor(message: string) {
    super(message, 2)
    this.name = 'ArgumentProblem'
  }
}

export const helpText = `The Scanside hub: signalling, paging, policy and the synced record of a site.

  npm run hub -- --data DIR [--port N] [options]      run the hub
  npm run hub -- code    --data DIR --room ID         a one-time code that enrols a workstation (24 hours)
  npm run hub -- invite  --data DIR --physician ID    a one-time invite for a physician (7 days)
  npm run hub -- devices --data DIR                   enrolled workstations and what the hub holds of them
  npm run hub -- incidents  --data DIR [--device ID] [--json]   what went wrong with logs: forks, broken chains
  npm run hub -- quarantine --data DIR --device ID [--json]     what is kept apart from a log, and why
  npm run hub -- revoke  --data DIR --device ID       shut a workstation out, within seconds
  npm run hub -- export  --data DIR --device ID | --session ID [--from X] [--to X]
                                                      its log, or the record of a session, as JSON Lines, to standard
                                                      output; X is an entry's sequence, a day or an instant (UTC)
  npm run hub -- export  --data DIR --out FOLDER --everything | --device ID | --session ID [--from X] [--to X]
                                                      the same in a folder with keys and a signed manifest, which
                                                      npm run verify checks; --replace replaces an earlier export
  npm run hub -- page-test --data DIR --pagers FILE --physician ID | --supervisor
                                                      a test page over every channel, and what came of each
  npm run hub -- hold    --data DIR --reason TEXT [--by NAME] --device ID | --session ID | --everything
                                                      a legal hold: nothing of it is purged
  npm run hub -- holds   --data DIR                   the holds in force
  npm run hub -- release --data DIR --hold ID --reason TEXT [--by NAME]
  npm run hub -- purge   --data DIR --dry-run [--retention-years N]
                                                      what is past its time; without --dry-run it is purged, as the
                                                      hub does by itself once a day

The commands work while the hub runs, too. With a PostgreSQL database say --database URL instead of --data DIR.

Options of the hub:
  --data DIR          where its database is (made if missing; keep it private, back it up)
  --database URL      a PostgreSQL database instead: postgres://USER@HOST:5432/NAME?sslmode=verify-full. Other accounts
                      can read what is on the command line: give the whole address as SCANSIDE_DATABASE instead, or
                      the password alone as PGPASSWORD or in ~/.pgpass
  --port N            default 8443 with a certificate, else 8080; 0 takes a free one
  --host ADDRESS      default 127.0.0.1; 0.0.0.0 listens on every interface
  --public-url URL    address of the console for browsers; passkeys are bound to it. Default http(s)://localhost:PORT
  --site FILE         JSON of the site: people, rooms, rules, cards (needed on the first start, then on changes)
  --tls-cert FILE     certificate chain, PEM
  --tls-key FILE      its private key, PEM
  --turn-url URL      turn: or turns: address of a coturn relay (may be repeated)
  --turn-secret-file FILE   coturn's static-auth-secret, in a file; or the variable SCANSIDE_TURN_SECRET
  --turn-secret TEXT  the same on the command line, where other accounts of this computer can read it
  --stun-url URL      stun: address (may be repeated)
  --relay-only        media goes through the relay alone, never directly (for sites whose network wants it so)
  --copy-to FOLDER    keeps a full copy of all logs there, on a disk or a share; the folder must be there
  --copy-every TIME   how often it is brought up to date: 24h (default), 30min, 2d
  --retention-years N how long records are kept; default 10, at least 7
  --pagers FILE       JSON: the mail server, webhooks and PagerDuty services by which people are paged who are not at
                      their consoles, with their secrets; readable by this account alone
  --pages DIR         the console's built pages; default out/physician
  --log-level LEVEL   silent, error, warn, info (default) or debug
`

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options']

/** @throws {ArgumentProblem} for anything that is not among the options. */
export function readArguments<T extends NonNullable<Options>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    const words = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)
    throw new ArgumentProblem(`${words}. See: npm run hub -- --help`)
  }
}

/** @throws {ArgumentProblem} if it is missing. */
export function wanted(value: string | undefined, option: string, example: string): string {
  if (value !== undefined && value !== '') return value
  throw new ArgumentProblem(`--${option} is missing; say for example --${option} ${example}`)
}

/** Where the data is: what was typed counts before the variable. @throws {ArgumentProblem} */
export function placeOf(options: {
  readonly data?: string | undefined
  readonly database?: string | undefined
}): StorePlace {
  const { data, database } = options
  if (data !== undefined && database !== undefined)
    throw new ArgumentProblem('--data and --database name two places for one hub’s data: give one of them')
  const address = database ?? (data === undefined ? process.env.SCANSIDE_DATABASE : undefined)
  if (address !== undefined && address !== '') return { kind: 'postgres', address }
  return { kind: 'sqlite', directory: wanted(data, 'data', './hub-data') }
}
