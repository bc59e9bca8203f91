import { z } from 'zod'
import { idSchema, instantSchema, sha256HexSchema } from '../ids.ts'
import { canonicalWithout, type Json } from './canonical.ts'
import { typePattern } from './is-log-entry.ts'
import { beginsSegment, followedBy } from './segments.ts'

/** SHA-256 of the UTF-8 bytes of a text, in hexadecimal. Injected: node:crypto or WebCrypto. */
export type Sha256Hex = (text: string) => string

/** Who made an entry true. The log names people by identifier; the record resolves them through the policy. */
export const actorSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('system') }),
  z.strictObject({ kind: z.literal('technologist'), id: idSchema }),
  z.strictObject({ kind: z.literal('physician'), id: idSchema }),
  /** Somebody at the workstation while nobody was signed in: the help button needs no name. */
  z.strictObject({ kind: z.literal('unidentified') }),
])
export type Actor = z.infer<typeof actorSchema>

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
)

/**
 * One line of the log. `docs/log-format.md` is normative. Stamped once, at append, and re-sent verbatim.
 * A reader keeps entries whose `type` it does not know: the chain covers them all the same.
 */
export const logEntrySchema = z.strictObject({
  /** Version of this envelope. */
  v: z.literal(1),
  device: idSchema,
  /** 1 for a device's first entry, then without gaps within a segment. */
  seq: z.int().min(1),
  /** Wall clock of the workstation. Any clock is accepted; order is by `seq`. */
  at: instantSchema,
  /** Identifies one start of the process: `mono` may be compared only within it. */
  boot: idSchema,
  /** Milliseconds since that start, from a clock that never jumps. */
  mono: z.number().min(0),
  actor: actorSchema,
  /** What happened, in the past tense: see `events.ts`. */
  type: z.string().regex(typePattern),
  session: idSchema.nullable(),
  body: z.record(z.string(), json),
  /** `hash` of entry `seq - 1`, or 64 zeros for the first. */
  prev: sha256HexSchema,
  /** SHA-256 of the canonical JSON of all other members. */
  hash: sha256HexSchema,
})
export type LogEntry = z.infer<typeof logEntrySchema>

/** Where a chain ends: what the next entry must follow. */
export type ChainHead = { readonly seq: number; readonly hash: string }

export const emptyChain: ChainHead = { seq: 0, hash: '0'.repeat(64) }

export type EntryDraft = Omit<LogEntry, 'v' | 'seq' | 'prev' | 'hash'>

/** The hash that belongs to an entry, whatever hash it carries. */
export function hashEntry(entry: Omit<LogEntry, 'hash'>, sha256: Sha256Hex): string {
  return sha256(canonicalWithout(entry as unknown as { readonly [key: string]: Json }, 'hash'))
}

/** The entry that continues the chain at `head`. */
export function sealEntry(head: ChainHead, draft: EntryDraft, sha256: Sha256Hex): LogEntry {
  const unsealed = { ...draft, v: 1 as const, seq: head.seq + 1, prev: head.hash }
  return { ...unsealed, hash: hashEntry(unsealed, sha256) }
}

/** Why an entry cannot follow `head`. A fork is an incident and is never repaired. */
export type ChainFault =
  | { readonly kind: 'gap'; readonly seq: number; readonly expectedSeq: number }
  | { readonly kind: 'broken-link'; readonly seq: number }
  | { readonly kind: 'wrong-segment'; readonly seq: number }
  | { readonly kind: 'wrong-hash'; readonly seq: number }
  | { readonly kind: 'foreign-device'; readonly seq: number; readonly device: string }

export function checkFollows(
  head: ChainHead,
  entry: LogEntry,
  device: string,
  sha256: Sha256Hex,
): ChainFault | undefined {
  if (entry.device !== device) return { kind: 'foreign-device', seq: entry.seq, device: entry.device }
  const before = followedBy(head, entry)
  if (entry.seq !== before.seq + 1) return { kind: 'gap', seq: entry.seq, expectedSeq: before.seq + 1 }
  if (beginsSegment(entry.seq) !== (entry.type === 'segment-begun')) {
    return { kind: 'wrong-segment', seq: entry.seq }
  }
  if (entry.prev !== before.hash) return { kind: 'broken-link', seq: entry.seq }
  if (hashEntry(entry, sha256) !== entry.hash) return { kind: 'wrong-hash', seq: entry.seq }
  return undefined
}

export type ChainReport =
  | { readonly ok: true; readonly head: ChainHead; readonly count: number }
  | { readonly ok: false; readonly fault: ChainFault; readonly head: ChainHead; readonly count: number }

/** Follows a chain from `from`; stops at the first fault and says how far it held. */
export function verifyChain(
  entries: Iterable<LogEntry>,
  sha256: Sha256Hex,
  from: ChainHead = emptyChain,
): ChainReport {
  let head = from
  let count = 0
  let device: string | undefined
  for (const entry of entries) {
    device ??= entry.device
    const fault = checkFollows(head, entry, device, sha256)
    if (fault) return { ok: false, fault, head, count }
    head = { seq: entry.seq, hash: entry.hash }
    count += 1
  }
  return { ok: true, head, count }
}
