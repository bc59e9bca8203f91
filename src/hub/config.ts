import { createSecureContext } from 'node:tls'
import { z } from 'zod'
import { type PagerChannel, type PolicyContent, policyContentSchema } from '../domain/policy/policy.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import type { HubClock } from './clock.ts'
import type { StorePlace } from './open-store.ts'
import { type PagerSettings, pagerSettingsSchema } from './pagers/settings.ts'
import { pathInWords } from './refusal.ts'
import { whyTooShort } from './retention.ts'

export type HubConfig = {
  /** Directory of the SQLite database; made if missing. This or `database`. */
  readonly data?: string
  /** Address of a PostgreSQL database, which several hubs may share. */
  readonly database?: string
  /** Default 127.0.0.1. */
  readonly host?: string
  /** 0 takes a free port. */
  readonly port: number
  /** Address under which browsers open the console: passkeys are bound to it. Default `http(s)://localhost:port`. */
  readonly publicUrl?: string
  /** What the site has decided. May be left out once the hub has a policy. */
  readonly site?: PolicyContent
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly turn?: TurnConfig
  readonly stunUrls?: readonly string[]
  /** Media goes through the relay alone; needs `turn`. */
  readonly relayOnly?: boolean
  /** How long records are kept, in years; default 10, at least 7. */
  readonly retentionYears?: number
  /** The site's full copy: a folder that is there, and how often it is brought up to date. */
  readonly copy?: { readonly folder: string; readonly everyMs: number }
  /** By what people are paged who are not at their consoles, with its secrets. */
  readonly pagers?: PagerSettings
  readonly logLevel?: LogLevel
  /** Where structured logs go, a line each; default is the standard output. */
  readonly logTo?: (line: string) => void
  readonly clock?: HubClock
  /** The console's built pages; default `out/physician` beside `src`. */
  readonly pagesDir?: string
  readonly limits?: Partial<HubLimits>
}

/** Of a configuration that has been checked. */
export const storePlaceOf = ({ data = '', database }: HubConfig): StorePlace =>
  database === undefined ? { kind: 'sqlite', directory: data } : { kind: 'postgres', address: database }

export type TurnConfig = {
  readonly urls: readonly string[]
  /** coturn's `static-auth-secret`. */
  readonly secret: string
  readonly ttlS: number
}

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug'

/** Requests a minute; `perDevice` limits count each device of an address by itself. */
export type HubLimits = {
  readonly enrolPerAddress: number
  readonly tokenPerDevice: number
  readonly signInPerAddress: number
}
export const defaultLimits: HubLimits = { enrolPerAddress: 10, tokenPerDevice: 60, signInPerAddress: 120 }

const settingsSchema = z.object({
  data: z.string().min(1, 'name a directory').optional(),
  database: z.string().min(1, 'an address like postgres://user@localhost/scanside').optional(),
  host: z.string().min(1).optional(),
  port: z.int().min(0).max(65535),
  publicUrl: z.url({ protocol: /^https?$/, error: 'an address like https://hub.example.org' }).optional(),
  tls: z
    .object({
      cert: z.string().includes('-----BEGIN CERTIFICATE-----', 'a certificate in PEM form'),
      key: z.string().includes('PRIVATE KEY-----', 'a private key in PEM form'),
    })
    .optional(),
  turn: z
    .object({
      urls: z.array(z.string().regex(/^turns?:/, 'an address like turn:turn.example.org:3478')).min(1),
      secret: z.string().min(8, 'at least 8 characters'),
      ttlS: z
        .int()
        .min(60)
        .max(7 * 24 * 3600),
    })
    .optional(),
  stunUrls: z.array(z.string().regex(/^stuns?:/, 'an address like stun:stun.example.org:3478')).optional(),
  copy: z.object({ folder: z.string().min(1), everyMs: z.int().min(60_000, 'at least a minute') }).optional(),
  pagers: pagerSettingsSchema.optional(),
  logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']).optional(),
})

/** Finds everything that is wrong with a configuration, each with its path and what is wanted there. */
export function checkConfig(config: HubConfig): Result<HubConfig, Problem<'bad-config'>> {
  const settings = settingsSchema.safeParse(config)
  const problems = settings.success ? [] : problemLines(settings.error)
  if (settings.success && config.tls && !isKeyPair(config.tls))
    problems.push(
      'tls: key and certificate cannot be used together; check that they are a pair and not encrypted',
    )
  if ((config.data === undefined) === (config.database === undefined))
    problems.push('data: name a directory, or a database instead')
  if (config.relayOnly && config.turn === undefined)
    problems.push('relayOnly: needs turn, for there is no other way left')
  if (config.publicUrl?.includes('#') || config.publicUrl?.includes('?'))
    problems.push('publicUrl: without "?" and "#"')
  const tooShort = config.retentionYears === undefined ? undefined : whyTooShort(config.retentionYears)
  if (tooShort !== undefined) problems.push(`retentionYears: ${tooShort}`)
  if (config.site !== undefined) {
    const site = checkSite(config.site)
    if (!site.ok) problems.push(...site.error.lines.map((line) => `site.${line}`))
  }
  if (problems.length > 0)
    return fail('bad-config', `The hub's configuration is not usable:\n  ${problems.join('\n  ')}`)
  return ok(config)
}

function isKeyPair(tls: { readonly cert: string; readonly key: string }): boolean {
  try {
    createSecureContext({ ...tls })
    return true
  } catch {
    return false
  }
}

/** Checks a site's content: its form, and that every name in it leads somewhere. */
export function checkSite(
  content: unknown,
): Result<PolicyContent, Problem<'bad-site'> & { lines: readonly string[] }> {
  const parsed = policyContentSchema.safeParse(content)
  const lines = parsed.success ? danglingNames(parsed.data) : problemLines(parsed.error)
  if (parsed.success && lines.length === 0) return ok(parsed.data)
  return {
    ok: false,
    error: { kind: 'bad-site', message: `The site is not usable:\n  ${lines.join('\n  ')}`, lines },
  }
}

function danglingNames(site: PolicyContent): string[] {
  const physicians = new Set(site.physicians.map(({ id }) => id))
  const unknown = site.rooms.flatMap((room, index) =>
    room.bench
      .filter((id) => !physicians.has(id))
      .map((id) => `rooms.${index}.bench: "${id}" is nobody's id in physicians; add them or take the id off`),
  )
  const directors = (site.medicalDirectors ?? []).flatMap((id, index) => {
    const named = site.physicians.find((physician) => physician.id === id)
    const where = `medicalDirectors.${index}`
    if (named === undefined)
      return [`${where}: "${id}" is nobody's id in physicians; add them or take the id off`]
    return named.role === 'MD' || named.role === 'DO'
      ? []
      : [`${where}: ${named.name} is ${named.role}; a medical director is MD or DO`]
  })
  const isBrowserPushed = ({ kind }: PagerChannel) => kind === 'web-push'
  const supervisor = (site.site.supervisor?.pagers ?? []).flatMap((channel, index) =>
    isBrowserPushed(channel)
      ? [
          `site.supervisor.pagers.${index}: web-push reaches physicians only, who have a console; name another kind`,
        ]
      : [],
  )
  const lists = { rooms: site.rooms, physicians: site.physicians, technologists: site.technologists }
  const twice = Object.entries(lists).flatMap(([list, items]) => {
    const seen = new Set<string>()
    return items.flatMap(({ id }, index) => {
      if (!seen.has(id)) {
        seen.add(id)
        return []
      }
      return [`${list}.${index}.id: "${id}" is used twice; give each its own`]
    })
  })
  return [...unknown, ...directors, ...supervisor, ...outOfBandInOrder(site), ...twice]
}

function outOfBandInOrder({ escalation: { outOfBand } }: PolicyContent): string[] {
  if (outOfBand === undefined || outOfBand.supervisorAfterMs >= outOfBand.pagersAfterMs) return []
  return [
    `escalation.outOfBand.supervisorAfterMs: before pagersAfterMs (${outOfBand.pagersAfterMs}); the site's supervisor comes last`,
  ]
}

export const problemLines = (error: z.ZodError): string[] =>
  error.issues.map(({ path, message }) => `${pathInWords(path)}: ${message}`)
