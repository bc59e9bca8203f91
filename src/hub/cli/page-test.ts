import { readFileSync, statSync } from 'node:fs'
import { type Pager, pagersOf } from '../../domain/escalation/out-of-band.ts'
import { systemClock } from '../clock.ts'
import { problemLines } from '../config.ts'
import type { Notice } from '../pagers/pager.ts'
import { type PagerSettings, pagerSettingsSchema } from '../pagers/settings.ts'
import { ArgumentProblem, CommandProblem, readArguments } from './arguments.ts'
import { places, text, withData } from './data.ts'
import { print, say } from './print.ts'

/** @throws {CommandProblem} naming what is wrong where; never a value, which may be a secret. */
export function pagerSettingsOf(file: string): PagerSettings {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
    if (process.platform !== 'win32' && (statSync(file).mode & 0o007) !== 0)
      say(`hub: --pagers ${file} holds secrets, and every account of this computer can read it: chmod 600 it`)
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new ArgumentProblem(`--pagers ${file} cannot be read (${words})`)
  }
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch {
    // Its own words would repeat a piece of the file.
    throw new CommandProblem(`--pagers ${file} is not JSON. Correct it and start again.`, 1)
  }
  const parsed = pagerSettingsSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const lines = problemLines(parsed.error).map((line) => `  ${line}`)
  throw new CommandProblem(
    `--pagers ${file} is not usable. Correct these and start again:\n${lines.join('\n')}`,
    1,
  )
}

/** Sends a test over every channel of one person, and says what came of each. */
export async function pageTest(args: readonly string[]): Promise<void> {
  const options = { ...places, pagers: text, physician: text, supervisor: { type: 'boolean' } } as const
  const { pagers: file, physician, supervisor = false, ...place } = readArguments(args, options)
  if ((physician === undefined) === !supervisor)
    throw new ArgumentProblem('say whom to page: --physician ID, or --supervisor')
  const settings = file === undefined ? {} : pagerSettingsOf(file)
  await withData(place, async ({ store }) => {
    const content = (await store.policies.current())?.content
    const link = (await store.meta.get('public-url')) ?? 'http://localhost'
    const person = content?.physicians.find(({ id }) => id === physician)
    if (!supervisor && person === undefined) {
      const known = content?.physicians.map(({ id }) => id).join(', ') || 'none'
      throw new ArgumentProblem(`there is no physician "${physician}" in this site. Known: ${known}`)
    }
    const chief = content?.site.supervisor
    const name = person?.name ?? chief?.name ?? ''
    const pagers = supervisor
      ? pagersOf({ kind: 'supervisor', name }, chief?.pagers ?? [])
      : pagersOf({ kind: 'physician', physicianId: physician ?? '' }, person?.pagers ?? [])
    if (pagers.length === 0)
      throw new CommandProblem(
        supervisor
          ? 'the site names no supervisor to page: add site.supervisor to its file'
          : `the site names no pagers of ${physician}: add physicians[].pagers to its file`,
        1,
      )
    // Loaded only now, as the hub itself.
    const { openWays } = await import('../pagers/ways.ts')
    const ways = await openWays(settings, store, () => link)
    const site = content?.site.name ?? ''
    const outcomes = await Promise.all(
      pagers.map(async (pager) => {
        const began = performance.now()
        const outcome = await ways.send(pager.channel, testOf(pager, name, site, link), systemClock.nowMs())
        const ms = Math.round(performance.now() - began)
        print(`${outcome.ok ? 'delivered' : 'FAILED   '}  ${wordsOf(pager)}: ${outcome.words} (${ms} ms)`)
        return outcome.ok
      }),
    )
    const failed = outcomes.filter((ok) => !ok).length
    if (failed > 0) throw new CommandProblem(`${failed} of ${outcomes.length} pagers of ${name} failed`, 1)
    say(
      `${outcomes.length} of ${outcomes.length} pagers of ${name} took the test; ask them whether it arrived`,
    )
  })
}

const testOf = ({ key, to }: Pager, name: string, site: string, link: string): Notice => ({
  id: `test-${systemClock.nowMs()} ${key}`,
  about: 'test',
  call: null,
  site,
  to,
  name,
  callback: null,
  link,
})

function wordsOf({ channel }: Pager): string {
  switch (channel.kind) {
    case 'email':
      return `e-mail to ${channel.to}`
    case 'webhook':
      return `webhook ${channel.target}`
    case 'pagerduty':
      return `PagerDuty ${channel.service}`
    case 'web-push':
      return 'web push'
  }
}
