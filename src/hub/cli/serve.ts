import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { PolicyContent } from '../../domain/policy/policy.ts'
import { checkSite, type HubConfig, type LogLevel } from '../config.ts'
import type { Hub } from '../hub.ts'
import { ArgumentProblem, CommandProblem, placeOf, readArguments } from './arguments.ts'
import { yearsOf } from './data.ts'
import { pagerSettingsOf } from './page-test.ts'
import { say } from './print.ts'

const defaultTurnTtlS = 12 * 60 * 60

/** Runs the hub until SIGINT or SIGTERM, then stops it gracefully. */
export async function serve(args: readonly string[]): Promise<void> {
  const { hub, url } = await open(configOf(args))
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      hub.stop().catch((error: unknown) => {
        say(error instanceof Error ? (error.stack ?? error.message) : String(error))
        process.exitCode = 1
      })
    })
  say(`Scanside hub: the console is at ${url} (Ctrl+C stops it)`)
}

async function open(config: HubConfig): Promise<{ readonly hub: Hub; readonly url: string }> {
  // Loaded only now: help and typing errors need not wait for a whole server.
  const { createHub, HubError } = await import('../hub.ts')
  let hub: Hub | undefined
  try {
    hub = await createHub(config)
    return { hub, ...(await hub.start()) }
  } catch (error) {
    await hub?.stop()
    throw error instanceof HubError ? new CommandProblem(error.message, 1) : error
  }
}

function configOf(args: readonly string[]): HubConfig {
  const text = { type: 'string' } as const
  const many = { type: 'string', multiple: true } as const
  const options = readArguments(args, {
    data: text,
    database: text,
    port: text,
    host: text,
    'public-url': text,
    site: text,
    'tls-cert': text,
    'tls-key': text,
    'turn-url': many,
    'turn-secret': text,
    'turn-secret-file': text,
    'stun-url': many,
    'relay-only': { type: 'boolean' },
    'retention-years': text,
    'copy-to': text,
    'copy-every': text,
    pagers: text,
    pages: text,
    'log-level': text,
  })
  const tls = tlsOf(options['tls-cert'], options['tls-key'])
  const place = placeOf(options)
  return {
    ...(place.kind === 'sqlite' ? { data: place.directory } : { database: place.address }),
    port: portOf(options.port ?? (tls ? '8443' : '8080')),
    ...given('host', options.host),
    ...given('publicUrl', options['public-url']),
    ...given('site', options.site === undefined ? undefined : siteOf(options.site)),
    ...given('tls', tls),
    ...given('turn', turnOf(options['turn-url'], options['turn-secret'], options['turn-secret-file'])),
    ...given('stunUrls', options['stun-url']),
    ...given('relayOnly', options['relay-only']),
    ...given('pagers', options.pagers === undefined ? undefined : pagerSettingsOf(options.pagers)),
    ...given('pagesDir', options.pages),
    ...given('copy', copyOf(options['copy-to'], options['copy-every'])),
    retentionYears: yearsOf(options['retention-years']),
    // Checked with the rest of the configuration.
    ...given('logLevel', options['log-level'] as LogLevel | undefined),
  }
}

const given = <K extends string, V>(name: K, value: V | undefined): { [name in K]?: V } =>
  value === undefined ? {} : ({ [name]: value } as { [name in K]: V })

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new ArgumentProblem(`--port is a number from 0 to 65535, not "${text}"`)
}

function copyOf(folder: string | undefined, every: string | undefined): HubConfig['copy'] {
  if (folder === undefined && every === undefined) return undefined
  if (folder === undefined)
    throw new ArgumentProblem('--copy-every without --copy-to: say where the copy goes')
  const [, count, unit] = /^([1-9]\d{0,5})(min|h|d)$/.exec(every ?? '24h') ?? []
  const unitMs = { min: 60_000, h: 3_600_000, d: 86_400_000 }[unit ?? '']
  if (count === undefined || unitMs === undefined)
    throw new ArgumentProblem(`--copy-every is a number with min, h or d, such as 24h; not "${every}"`)
  return { folder: resolve(folder), everyMs: Number(count) * unitMs }
}

function tlsOf(cert: string | undefined, key: string | undefined): HubConfig['tls'] {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined)
    throw new ArgumentProblem('--tls-cert and --tls-key belong together: give both, or neither')
  return { cert: fileOf(cert, 'tls-cert'), key: fileOf(key, 'tls-key') }
}

function turnOf(
  urls: readonly string[] | undefined,
  secret: string | undefined,
  secretFile: string | undefined,
): HubConfig['turn'] {
  const found =
    secretFile === undefined
      ? (secret ?? process.env.SCANSIDE_TURN_SECRET)
      : fileOf(secretFile, 'turn-secret-file').trim()
  if (urls === undefined) {
    if (secret === undefined && secretFile === undefined) return undefined
    throw new ArgumentProblem('a TURN secret without --turn-url: say where the relay is')
  }
  if (found === undefined)
    throw new ArgumentProblem('--turn-url needs the relay’s secret: --turn-secret-file FILE')
  return { urls, secret: found, ttlS: defaultTurnTtlS }
}

function siteOf(file: string): PolicyContent {
  let content: unknown
  try {
    content = JSON.parse(fileOf(file, 'site'))
  } catch (error) {
    if (error instanceof ArgumentProblem) throw error
    const where = error instanceof Error ? error.message : String(error)
    throw new CommandProblem(`${file} is not JSON (${where}). Correct it and start again.`, 1)
  }
  const site = checkSite(content)
  if (site.ok) return site.value
  const lines = site.error.lines.map((line) => `  ${line}`).join('\n')
  throw new CommandProblem(
    `${file} is not a usable site. Correct these and start again; the policy in force stays as it is:\n${lines}`,
    1,
  )
}

function fileOf(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new ArgumentProblem(`--${option} ${file} cannot be read (${words})`)
  }
}
