import type { PageEnd } from '../contract/room-view.ts'
import type { LinkState } from '../domain/link/link.ts'
import type { LogEntry } from '../domain/log/entry.ts'
import type { Statement } from '../domain/statement/statement.ts'
import { eventOf } from '../domain/workstation/evolve.ts'

/** What a room's log last said of its links, by physician. */
export type LinksOfRoom = Readonly<Record<string, LinkState>>

export function linksAfter(links: LinksOfRoom, entry: LogEntry): LinksOfRoom {
  if (entry.type === 'app-started') return {}
  const event = entry.type === 'link-changed' ? eventOf(entry) : undefined
  return event?.type === 'link-changed' ? { ...links, [event.body.physicianId]: event.body.link } : links
}

/** The same after many: each physician's last one counts, so that in catch-up only these are read. */
export function linksAfterAll(links: LinksOfRoom, entries: readonly LogEntry[]): LinksOfRoom {
  const start = entries.findLastIndex(({ type }) => type === 'app-started')
  const last = new Map<unknown, LogEntry>()
  for (let index = entries.length - 1; index > start; index -= 1) {
    const entry = entries[index] as LogEntry
    if (entry.type !== 'link-changed') continue
    const physicianId = entry.body?.physicianId
    // One that cannot be read says nothing, and what came before it still holds.
    if (!last.has(physicianId) && eventOf(entry) !== undefined) last.set(physicianId, entry)
  }
  return [...last.values()].reverse().reduce(linksAfter, start === -1 ? links : {})
}

/** Not stored: after a restart of the hub nothing speaks against a console's word until the room says more. */
export function createRoomLinks() {
  const byDevice = new Map<string, LinksOfRoom>()
  const of = (deviceId: string): LinksOfRoom => byDevice.get(deviceId) ?? {}
  return {
    of,
    take: (deviceId: string, entries: readonly LogEntry[]) =>
      void byDevice.set(deviceId, linksAfterAll(of(deviceId), entries)),
  }
}

/** What a log says about a call that another hub may be looking after. */
export const followed = new Set([
  'statement-received',
  'help-cancelled',
  'help-ended',
  'link-changed',
  'app-started',
])

export function endIn(line: LogEntry): PageEnd | null {
  const event = eventOf(line)
  if (event?.type === 'help-cancelled') {
    const { escalationId, reason } = event.body
    return { escalationId, outcome: 'cancelled', words: reason }
  }
  if (event?.type !== 'help-ended') return null
  const { escalationId, outcome } = event.body
  return { escalationId, outcome: 'ended', words: outcome }
}

/** The physician's word about this call that the entry holds, if it holds one. */
export function statementIn(line: LogEntry, escalationId: string): Statement | null {
  const event = eventOf(line)
  if (event?.type !== 'statement-received') return null
  const { statement } = event.body.signed
  return 'escalationId' in statement && statement.escalationId === escalationId ? statement : null
}
