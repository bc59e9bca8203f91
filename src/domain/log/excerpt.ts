import { z } from 'zod'
import { base64urlSchema, idSchema, instantSchema, sha256HexSchema } from '../ids.ts'
import type { Json } from './canonical.ts'
import { type ChainHead, emptyChain, type LogEntry, type Sha256Hex } from './entry.ts'
import { beginsSegment } from './segments.ts'

/** The first line of an excerpt: of which session it is the record, and of which log it shows so many entries. */
export const excerptHeaderSchema = z.strictObject({
  excerpt: z.strictObject({
    v: z.literal(1),
    device: idSchema,
    session: idSchema,
    at: instantSchema,
    entries: z.int().min(1),
    head: z.strictObject({ seq: z.int().min(1), hash: sha256HexSchema }),
  }),
})
export type ExcerptHeader = z.infer<typeof excerptHeaderSchema>

/** Stands for the entries from `from` to `to` without their content. `hash` is that of the last of them. */
export const elidedSchema = z.strictObject({
  elided: z.strictObject({ from: z.int().min(1), to: z.int().min(1), hash: sha256HexSchema }),
})
export type Elided = z.infer<typeof elidedSchema>

/** The last line: a signature over everything before it, of the workstation itself or of the hub that has its log. */
export const excerptSealSchema = z.strictObject({
  seal: z.strictObject({ device: idSchema, by: z.literal('hub').optional(), sha256: sha256HexSchema }),
  /** Raw Ed25519 public key: the one after which the device is named, or the hub's. */
  key: base64urlSchema,
  /** Over the canonical JSON of `seal`. */
  signature: base64urlSchema,
})
export type ExcerptSeal = z.infer<typeof excerptSealSchema>

export type ExcerptSigner = {
  /** Whose key it is; default is the workstation's. */
  readonly by?: 'hub'
  readonly publicKey: string
  readonly sign: (value: Json) => string
}

export type ExcerptOf = {
  readonly device: string
  readonly session: string
  readonly at: string
  /** The end of the log at that moment. */
  readonly head: ChainHead
  /** As `recordEntries` picks them, and every entry that says where segments meet, in order. */
  readonly shown: readonly LogEntry[]
  /** The last entry before each segment that follows another, by the segment's first `seq`. */
  readonly ends: ReadonlyMap<number, ChainHead>
}

/** The lines of an excerpt, each with its line feed, as `docs/log-format.md` defines them. */
export function excerptLines(
  { device, session, at, head, shown, ends }: ExcerptOf,
  signer: ExcerptSigner,
  sha256: Sha256Hex,
): readonly string[] {
  // Named one by one: whoever hands in the last entry as the head must not give its content away.
  const { seq, hash } = head
  const header: ExcerptHeader = {
    excerpt: { v: 1, device, session, at, entries: shown.length, head: { seq, hash } },
  }
  const lines: (ExcerptHeader | Elided | LogEntry)[] = [header]
  let held = emptyChain
  for (const entry of shown) {
    const before = beginsSegment(entry.seq) ? ends.get(entry.seq) : { seq: entry.seq - 1, hash: entry.prev }
    if (before !== undefined && before.seq > held.seq) {
      lines.push(elided(held.seq + 1, before.seq, before.hash))
    }
    lines.push(entry)
    held = entry
  }
  if (head.seq > held.seq) lines.push(elided(held.seq + 1, head.seq, head.hash))
  const texts = lines.map((line) => `${JSON.stringify(line)}\n`)
  const by = signer.by === undefined ? {} : { by: signer.by }
  const seal = { device, ...by, sha256: sha256(texts.join('')) }
  const last: ExcerptSeal = { seal, key: signer.publicKey, signature: signer.sign(seal) }
  return [...texts, `${JSON.stringify(last)}\n`]
}

const elided = (from: number, to: number, hash: string): Elided => ({ elided: { from, to, hash } })
