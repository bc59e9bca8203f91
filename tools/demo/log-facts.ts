import type { LogEntry } from '../../src/domain/log/entry.ts'
import { eventOf } from '../../src/domain/workstation/evolve.ts'

/** What two copies of one log have of each other. */
export type Comparison = {
  /** Entries of the workstation that the hub does not hold, or holds otherwise. */
  readonly lost: number
  /** Entries of the hub that the workstation does not have, or a second time. */
  readonly foreign: number
  /** Where the first difference is, for a person; null when there is none. */
  readonly first: string | null
}

/** Entry by entry, as text: what was stamped once must be the same bytes at both ends. */
export function compareLogs(workstation: readonly string[], hub: readonly string[]): Comparison {
  const atHub = new Set(hub)
  const here = new Set(workstation)
  const lost = workstation.filter((line) => !atHub.has(line)).length
  const foreign = hub.filter((line) => !here.has(line)).length + (hub.length - atHub.size)
  const at = workstation.findIndex((line, index) => line !== hub[index])
  const differs = at === -1 ? (hub.length > workstation.length ? workstation.length : -1) : at
  return { lost, foreign, first: differs === -1 ? null : `line ${differs + 1}` }
}

/** What the log itself says of one call for help, ms; undefined what it does not say. */
export type PressTimes = {
  readonly toLocalMs: number | undefined
  /** Until the alarm was painted on a physician's visible page, on the physician's own clock. */
  readonly toAlarmMs: number | undefined
  /** How each statement of this call came, in the order of the log. */
  readonly paths: readonly { readonly kind: string; readonly path: 'hub' | 'peer' }[]
}

export function pressTimes(entries: readonly LogEntry[], escalationId: string): PressTimes {
  let pressedAt: string | undefined
  let toLocalMs: number | undefined
  let toAlarmMs: number | undefined
  const paths: { kind: string; path: 'hub' | 'peer' }[] = []
  for (const entry of entries) {
    const event = eventOf(entry)
    if (event === undefined) continue
    if (event.type === 'help-pressed' && event.body.escalationId === escalationId) pressedAt = entry.at
    // Two windows show it; the first one is what a person sees and hears.
    if (event.type === 'help-shown' && event.body.escalationId === escalationId) {
      toLocalMs = Math.min(toLocalMs ?? Number.POSITIVE_INFINITY, event.body.afterMs)
    }
    if (event.type !== 'statement-received') continue
    const { statement } = event.body.signed
    if (!('escalationId' in statement) || statement.escalationId !== escalationId) continue
    paths.push({ kind: statement.kind, path: event.body.path })
    if (statement.kind === 'seen' && pressedAt !== undefined) {
      toAlarmMs ??= Date.parse(statement.at) - Date.parse(pressedAt)
    }
  }
  return { toLocalMs, toAlarmMs, paths }
}

/** Entries stamped while the hub was certainly dead, on the one clock of this machine. */
export const writtenBetween = (entries: readonly LogEntry[], fromMs: number, toMs: number): number =>
  entries.filter(({ at }) => Date.parse(at) > fromMs && Date.parse(at) < toMs).length

/** How long a link to this physician was said not to be live between two moments, ms; by the log's own entries. */
export function notLiveMs(
  entries: readonly LogEntry[],
  physicianId: string,
  fromMs: number,
  toMs: number,
): number {
  let since: number | null = null
  let total = 0
  for (const entry of entries) {
    const event = eventOf(entry)
    const atMs = Date.parse(entry.at)
    if (event?.type !== 'link-changed' || event.body.physicianId !== physicianId || atMs > toMs) continue
    if (since !== null) total += Math.max(0, atMs - Math.max(since, fromMs))
    since = event.body.link.kind === 'live' ? null : atMs
  }
  return since === null ? total : total + Math.max(0, toMs - Math.max(since, fromMs))
}
