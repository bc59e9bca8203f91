import type { z } from 'zod'
import { damagedEntrySchema, type logRefusalSchema } from '../contract/hub.ts'
import { isId, isSha256Hex } from '../domain/ids.ts'
import {
  type ChainFault,
  type ChainHead,
  checkFollows,
  hashEntry,
  type LogEntry,
} from '../domain/log/entry.ts'
import { eventSchema } from '../domain/log/events.ts'
import { sha256Hex } from '../platform/node/ed25519.ts'
import { holeText, type Incident, type Quarantined, type StoredEntry } from './store.ts'

export type LogRefusal = z.infer<typeof logRefusalSchema>['error']
export type Fault = { readonly kind: LogRefusal['kind']; readonly seq: number; readonly words: string }

/**
 * All that the hub asks of an entry: a place in a chain. The rest is the room's, known to this version or not, and the
 * chain's functions read it as JSON.
 */
function isLink(value: unknown): value is LogEntry {
  if (typeof value !== 'object' || value === null) return false
  const { device, seq, prev, hash } = value as Readonly<Record<string, unknown>>
  return (
    isId(device) && Number.isSafeInteger(seq) && Number(seq) >= 1 && isSha256Hex(prev) && isSha256Hex(hash)
  )
}

/** What a workstation offers: an entry, or the text that lies on its disk in the place of one. */
export type Item =
  | { readonly kind: 'entry'; readonly seq: number; readonly hash: string; readonly entry: LogEntry }
  | { readonly kind: 'damaged'; readonly seq: number; readonly hash: string; readonly text: string }

export function readItems(raw: readonly unknown[]): readonly Item[] | Fault {
  const items: Item[] = []
  for (const [index, value] of raw.entries()) {
    if (isLink(value)) {
      items.push({ kind: 'entry', seq: value.seq, hash: value.hash, entry: value })
      continue
    }
    const damaged = damagedEntrySchema.safeParse(value).data?.damaged
    if (damaged === undefined) return malformed(index)
    items.push({ kind: 'damaged', ...damaged })
  }
  return items
}

export const isFault = (read: readonly Item[] | Fault): read is Fault => 'words' in read

/** What is known of a device's log before a batch of it is judged. */
export type Known = {
  readonly device: string
  /** The stored hash of an entry; undefined where nothing is stored. */
  readonly hashOf: (seq: number) => string | 'purged' | undefined
  readonly isHole: (seq: number) => boolean
  readonly mayStepOver: boolean
}

export type Verdict =
  /** The hub has it. */
  | { readonly kind: 'had' }
  /** The text of a place of which only the hash was known. */
  | { readonly kind: 'fills'; readonly row: StoredEntry }
  | { readonly kind: 'fresh'; readonly row: StoredEntry; readonly entry: LogEntry }
  /** Its content is not what its hash says, and the entries behind it follow that hash. */
  | { readonly kind: 'hole'; readonly row: StoredEntry }
  /** The same, of an entry that the hub has: only the copy is kept. */
  | { readonly kind: 'damaged-copy' }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** @param head where the chain has come to, with what was judged before */
export function judge(items: readonly Item[], index: number, head: ChainHead, known: Known): Verdict {
  const item = items[index] as Item
  const { seq, hash } = item
  if (item.kind === 'entry' && item.entry.device !== known.device)
    return failed(foreign(item.entry.device, seq))
  if (seq <= head.seq) return judgeAgain(item, known)
  try {
    if (item.kind === 'entry') {
      const fault = checkFollows(head, item.entry, known.device, sha256Hex)
      if (fault === undefined) return { kind: 'fresh', row: rowOf(item.entry), entry: item.entry }
      if (fault.kind !== 'wrong-hash') return failed(inWords(fault))
    } else if (seq !== head.seq + 1) {
      return failed(inWords({ kind: 'gap', seq, expectedSeq: head.seq + 1 }))
    }
    return known.mayStepOver && isFollowed(items, index, known.device)
      ? { kind: 'hole', row: { seq, hash, prev: head.hash, entry: holeText } }
      : failed(inWords({ kind: 'wrong-hash', seq }))
  } catch {
    return failed(shapeless(seq))
  }
}

function judgeAgain(item: Item, known: Known): Verdict {
  const { seq, hash } = item
  const stored = known.hashOf(seq)
  if (stored === 'purged') return { kind: 'had' }
  if (item.kind === 'damaged' || !hasItsHash(item.entry))
    return stored === hash ? { kind: 'damaged-copy' } : failed(inWords({ kind: 'wrong-hash', seq }))
  if (stored === undefined) return failed(late(seq))
  if (stored !== hash) return failed(forked(seq))
  return known.isHole(seq) ? { kind: 'fills', row: rowOf(item.entry) } : { kind: 'had' }
}

/** Whether the chain goes on over this place: the next sound entry follows the hashes that are claimed before it. */
function isFollowed(items: readonly Item[], index: number, device: string): boolean {
  for (let at = index; ; at += 1) {
    const [item, next] = [items[at], items[at + 1]]
    if (item === undefined || next === undefined || next.seq !== item.seq + 1) return false
    if (next.kind === 'damaged' || !hasItsHash(next.entry)) continue
    return next.entry.prev === item.hash && next.entry.device === device
  }
}

function hasItsHash(entry: LogEntry): boolean {
  try {
    return hashEntry(entry, sha256Hex) === entry.hash
  } catch {
    // Lone surrogates, or nesting too deep to hash: no canonical form, so no chain can hold it.
    return false
  }
}

/** An entry that is what its own hash says, whatever it follows; undefined if the text is none. */
export function readSound(text: string): LogEntry | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isLink(value) && hasItsHash(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A room's log was damaged: from where it goes on. What the hub holds beyond that stays, and is said. */
export function segmentIncident(
  { seq, type, body }: LogEntry,
  before: ChainHead,
): Omit<Incident, 'deviceId' | 'at'> {
  const event = eventSchema.safeParse({ type, session: null, body }).data
  const held = `The hub held this log up to entry ${before.seq} when it came.`
  if (event?.type === 'segment-begun') {
    const detail = `The log in the room could not be used (${event.body.reason}: ${event.body.detail}) and goes on in segment ${event.body.segment}, from entry ${seq}. ${held}`
    return { kind: type, seq, detail }
  }
  if (event?.type !== 'log-salvaged') return { kind: type, seq, detail: held }
  const { from, lost } = event.body
  const runs = lost.map((run) => `${run.from} to ${run.to}`).join(', ')
  const detail = `The room recovered what was before this segment up to ${from === null ? 'no entry' : `entry ${from.seq} (${from.hash})`}. ${runs === '' ? 'Nothing is known to be lost there.' : `Lost there: entries ${runs}.`} What the hub has of it stays.`
  return { kind: type, seq, detail }
}

const rowOf = (entry: LogEntry): StoredEntry => ({
  seq: entry.seq,
  hash: entry.hash,
  prev: entry.prev,
  entry: JSON.stringify(entry),
})

export const quarantinedOf = (
  item: Item,
  deviceId: string,
  at: string,
  reason: Quarantined['reason'],
): Quarantined => ({
  deviceId,
  seq: item.seq,
  hash: item.hash,
  at,
  reason,
  text: item.kind === 'damaged' ? item.text : JSON.stringify(item.entry),
})

const failed = (fault: Fault): Verdict => ({ kind: 'fault', fault })

export const foreign = (device: string, seq: number): Fault => ({
  kind: 'foreign-device',
  seq,
  words: `These are entries of the device ${device}, but the token is another’s.`,
})
export const forked = (seq: number): Fault => ({
  kind: 'fork',
  seq,
  words: `Entry ${seq} differs from the one that the hub holds. Two logs were written under one device; both must be kept and looked at.`,
})
const late = (seq: number): Fault => ({
  kind: 'fork',
  seq,
  words: `Entry ${seq} belongs to a segment that this log has left before it: what the hub holds of that segment ends earlier. Both must be kept and looked at.`,
})
const malformed = (index: number): Fault => ({
  kind: 'malformed',
  seq: 0,
  words: `entries.${index} lacks device, seq, prev or hash in their form; nothing of this batch was stored.`,
})
const shapeless = (seq: number): Fault => ({
  kind: 'malformed',
  seq,
  words: `Entry ${seq} has no canonical form.`,
})

function inWords(fault: ChainFault): Fault {
  switch (fault.kind) {
    case 'gap':
      return {
        kind: 'gap',
        seq: fault.seq,
        words: `Entry ${fault.seq} came where ${fault.expectedSeq} was due. Send from there.`,
      }
    case 'broken-link':
      return {
        kind: 'broken-chain',
        seq: fault.seq,
        words: `Entry ${fault.seq} does not follow the entry before it (prev).`,
      }
    case 'wrong-segment':
      return {
        kind: 'broken-chain',
        seq: fault.seq,
        words: `Entry ${fault.seq} has the number or the type of a segment’s first entry, and not both.`,
      }
    case 'wrong-hash':
      return { kind: 'broken-chain', seq: fault.seq, words: `Entry ${fault.seq} is not what its hash says.` }
    case 'foreign-device':
      return foreign(fault.device, fault.seq)
  }
}
