import type { ChainHead } from '../log/entry.ts'
import { endsSession } from '../log/session-end.ts'
import { epochMs } from '../time.ts'
import type { Holds } from './journal-events.ts'

/** 42 CFR 424.516(f): nothing younger is purged, whatever is configured. */
export const minimumYears = 7
/** The outer limit of the False Claims Act, and what Medicare Advantage asks. */
export const defaultYears = 10

/** So many calendar years before `instant`; from a leap day to the day before, so never a day too late. */
export function yearsBefore(instant: string, years: number): string {
  const date = `${String(Number(instant.slice(0, 4)) - years).padStart(4, '0')}${instant.slice(4)}`
  return isMissingLeapDay(date) ? date.replace('-02-29T', '-02-28T') : date
}

function isMissingLeapDay(instant: string): boolean {
  const year = Number(instant.slice(0, 4))
  const hasLeapDay = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return instant.slice(5, 10) === '02-29' && !hasLeapDay
}

/** The earlier of two clocks that know nothing of each other: one alone that jumped ahead makes nothing old. */
export const earlier = (a: string, b: string): string => (a < b ? a : b)

export type KeptEntry = {
  readonly seq: number
  readonly hash: string
  readonly receivedAt: string
  readonly entry: string
}

export type PurgeRule = {
  readonly years: number
  /** Only what is older than this may go. */
  readonly before: string
}

/** Why a purge goes no further. */
export type PurgeStop =
  | { readonly kind: 'young'; readonly seq: number; readonly since: string }
  | { readonly kind: 'held'; readonly hold: string; readonly seq: number | null }
  /** Its own time cannot be read: taken for young. */
  | { readonly kind: 'timeless'; readonly seq: number }
  /** It came damaged: neither its age nor what it belongs to is known, and what opened there may still be open. */
  | { readonly kind: 'hole'; readonly seq: number }
  | { readonly kind: 'end' }
  /** As much as goes at once. */
  | { readonly kind: 'more' }

export type PurgePlan = {
  /** The last entry that goes; null if none does. */
  readonly to: ChainHead | null
  readonly entries: number
  readonly stop: PurgeStop
}

type Cut = ChainHead & { readonly entries: number }
type Seen = {
  readonly type?: unknown
  readonly session?: unknown
  readonly at?: unknown
  readonly body?: unknown
}

/**
 * What the record of a later session needs of the time before it (`docs/log-format.md`); links are counted from the
 * start. That the device was enrolled stands with its key.
 */
const standingBefore = ['app-started', 'policy-adopted', 'technologist-signed-in', 'supervisor-chosen']

/** The hold that keeps the device's log whole, if one does. */
export function holdOfDevice(holds: Holds, device: string): string | null {
  for (const { id, scope } of holds.values())
    if (scope.kind === 'everything' || (scope.kind === 'device' && scope.device === device)) return id
  return null
}

/**
 * Finds how much of a log may be purged: a run of entries from its first on, none of them young by the hub's clock or
 * by its own, none that the record of a later session stands on, none of a record that is on hold, and no session or
 * call for help torn in two; what is left does not begin with a hole. An entry is never older
 * than one before it, so an entry whose clocks were behind does not go before its time.
 */
export function createPurgePlan(rule: PurgeRule, holds: Holds, atMost: number) {
  const holdBySession = new Map<string, string>()
  for (const { id, scope } of holds.values())
    if (scope.kind === 'session') holdBySession.set(scope.session, id)
  const open = new Set<string>()
  /** For each of these, how far a purge may go that leaves the last of them. */
  const cutBefore = new Map<string, Cut | null>()
  let cut: Cut | null = null
  /** The same as of the entry before: no hole follows it. */
  let safeCut: Cut | null = null
  let last: Cut | null = null
  let latest = ''
  let stop: PurgeStop | null = null

  function follow({ type, session, body }: Seen): void {
    if (typeof type !== 'string') return
    const call =
      typeof body === 'object' && body !== null && 'escalationId' in body ? body.escalationId : null
    if (type === 'session-opened') open.add(`session ${session}`)
    if (endsSession(type)) open.delete(`session ${session}`)
    if (type === 'help-pressed') open.add(`call ${call}`)
    if (type === 'help-ended' || type === 'help-cancelled') open.delete(`call ${call}`)
    if (standingBefore.includes(type)) cutBefore.set(type, cut)
  }
  /** What may go if others follow. */
  const severable = (): Cut | null => {
    let least = safeCut
    for (const one of cutBefore.values())
      if (least !== null && (one === null || one.seq < least.seq)) least = one
    return least
  }

  return {
    /** The log's next entry. False: no further one is asked for. */
    take({ seq, hash, receivedAt, entry }: KeptEntry): boolean {
      const seen = read(entry)
      if (Object.keys(seen).length === 0) {
        stop = { kind: 'hole', seq }
        return false
      }
      safeCut = cut
      const hold = typeof seen.session === 'string' ? holdBySession.get(seen.session) : undefined
      if (hold !== undefined) {
        stop = { kind: 'held', hold, seq }
        return false
      }
      if (typeof seen.at !== 'string' || Number.isNaN(epochMs(seen.at))) {
        stop = { kind: 'timeless', seq }
        return false
      }
      for (const at of [seen.at, receivedAt]) if (at > latest) latest = at
      if (latest >= rule.before) {
        stop = { kind: 'young', seq, since: latest }
        return false
      }
      follow(seen)
      last = { seq, hash, entries: (last?.entries ?? 0) + 1 }
      if (open.size === 0) cut = last
      if ((severable()?.entries ?? 0) < atMost) return true
      stop = { kind: 'more' }
      return false
    },
    result(): PurgePlan {
      // Read to its end, and all of it is old: nothing is torn by what is open there.
      const to = stop === null ? last : severable()
      return {
        to: to && { seq: to.seq, hash: to.hash },
        entries: to?.entries ?? 0,
        stop: stop ?? { kind: 'end' },
      }
    },
  }
}

function read(entry: string): Seen {
  // Written by the hub from JSON that it had read.
  const value: unknown = JSON.parse(entry)
  return typeof value === 'object' && value !== null ? value : {}
}
