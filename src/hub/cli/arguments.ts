import { parseArgs } from 'node:util'

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
  npm run hub -- revoke  --data DIR --device ID       shut a workstation out, within seconds
  npm run hub -- export  --data DIR --device ID       its log as JSON Lines, to standard output

The commands work while the hub runs, too.

Options of the hub:
  --data DIR          where its database is (made if missing; keep it private, back it up)
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
