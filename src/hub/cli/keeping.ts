import { idSchema } from '../../domain/ids.ts'
import { type HoldScope, reasonSchema, scopeInWords } from '../../domain/retention/journal-events.ts'
import { durationInWords } from '../../domain/time.ts'
import { LogSevered } from '../../platform/node/log-spans.ts'
import { deviceOfSession, devicesWithLogs } from '../archiving.ts'
import type { Journal } from '../journal.ts'
import { type PurgeReport, stopInWords } from '../retention.ts'
import type { HubStore } from '../store.ts'
import { ArgumentProblem, readArguments, wanted } from './arguments.ts'
import { byOf, places, text, valueOrThrow, withData, yearsOf } from './data.ts'
import { print, say } from './print.ts'

/** `hold`, `holds`, `release` and `purge`: what ends or prolongs how long records are kept. */

export async function hold(args: readonly string[]): Promise<void> {
  const options = readArguments(args, {
    ...places,
    device: text,
    session: text,
    everything: { type: 'boolean' },
    reason: text,
    by: text,
  })
  const scope = scopeOf(options)
  const reason = reasonOf(options.reason)
  const by = byOf(options.by)
  await withData(options, async ({ retention, store, journal }) => {
    if (scope.kind === 'device' && (await store.devices.get(scope.device)) === null)
      throw new ArgumentProblem(`there is no device ${scope.device}: npm run hub -- devices lists them`)
    const { id } = await retention(yearsOf(undefined)).hold(scope, reason, by)
    print(id)
    // Set first: what a search takes, a purge would not wait for.
    if (scope.kind === 'session' && !(await isHere(scope.session, store, journal)))
      say(
        `no log here holds session ${scope.session}: is it written as in its record? The hold is in force all the same, for when it comes`,
      )
    say(`nothing of ${scopeInWords(scope)} is purged until: npm run hub -- release --hold ${id} --reason …`)
  })
}

export async function holds(args: readonly string[]): Promise<void> {
  await withData(readArguments(args, { ...places }), async ({ retention }) => {
    const all = await retention(yearsOf(undefined)).holds()
    for (const { id, scope, reason, by, at } of all)
      print(`${id}  ${scopeInWords(scope)}  since ${at}  by ${by}  ${reason}`)
    if (all.length === 0) say('no hold is in force')
  })
}

export async function release(args: readonly string[]): Promise<void> {
  const options = readArguments(args, { ...places, hold: text, reason: text, by: text })
  const id = wanted(options.hold, 'hold', 'h-0123abcd')
  const reason = reasonOf(options.reason)
  const by = byOf(options.by)
  await withData(options, async ({ retention }) => {
    const { scope } = valueOrThrow(await retention(yearsOf(undefined)).release(id, reason, by))
    say(`hold ${id} on ${scopeInWords(scope)} is lifted: what is old enough may be purged from now on`)
  })
}

export async function purge(args: readonly string[]): Promise<void> {
  const options = readArguments(args, {
    ...places,
    'dry-run': { type: 'boolean' },
    'retention-years': text,
    by: text,
  })
  const years = yearsOf(options['retention-years'])
  const isDry = options['dry-run'] === true
  const by = byOf(options.by)
  await withData(options, async ({ retention }) => {
    const { plan, purge: carryOut } = retention(years)
    for (const line of reportLines(isDry ? await plan() : await carryOut(by), isDry)) print(line)
    if (isDry) say('nothing was changed: the same command without --dry-run purges what is listed')
  })
}

export function reportLines({ rule, aheadMs, devices }: PurgeReport, isDry: boolean): readonly string[] {
  const lines = [`kept for ${rule.years} years: what is older than ${rule.before} may go`]
  if (aheadMs > oneDayMs)
    lines.push(
      `this computer's clock is ${durationInWords(aheadMs)} ahead of every workstation's: counted by theirs`,
    )
  for (const one of devices) {
    const { deviceId, from, to, entries } = one
    const what =
      to === null
        ? 'nothing goes'
        : `entries ${from} to ${to.seq} (${entries}) ${isDry ? 'would go' : 'are purged'}, the last ${to.hash}`
    lines.push(`${deviceId}  ${what}; ${stopInWords(one)}`)
  }
  if (devices.every(({ to }) => to === null)) lines.push('nothing to purge')
  return lines
}

const oneDayMs = 24 * 60 * 60 * 1000

async function isHere(session: string, store: HubStore, journal: Journal): Promise<boolean> {
  try {
    return (await deviceOfSession(store, session, await devicesWithLogs(store, journal))) !== undefined
  } catch (error) {
    if (error instanceof LogSevered) return false
    throw error
  }
}

function scopeOf(options: {
  readonly device?: string | undefined
  readonly session?: string | undefined
  readonly everything?: boolean | undefined
}): HoldScope {
  const { device, session, everything } = options
  const given = [device, session, everything].filter((one) => one !== undefined)
  if (given.length !== 1)
    throw new ArgumentProblem('say what is held: one of --device ID, --session ID, --everything')
  const id = device ?? session
  if (id === undefined) return { kind: 'everything' }
  if (!idSchema.safeParse(id).success)
    throw new ArgumentProblem(`"${id}" is no identifier of a device or session`)
  return device === undefined ? { kind: 'session', session: id } : { kind: 'device', device: id }
}

function reasonOf(given: string | undefined): string {
  const reason = reasonSchema.safeParse(given)
  if (reason.success) return reason.data
  throw new ArgumentProblem(
    '--reason TEXT is missing: 3 to 500 characters that say why, kept in the hub’s journal',
  )
}
