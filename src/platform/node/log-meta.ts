import type Database from 'better-sqlite3'
import { z } from 'zod'
import { type ChainHead, emptyChain } from '../../domain/log/entry.ts'
import { type SignedReceipt, signedReceiptSchema } from '../../domain/log/proof.ts'
import type { Checkpoint } from './log-store-types.ts'

const headSchema = z.object({ seq: z.int().min(0), hash: z.string() })
const checkpointSchema = headSchema.extend({ text: z.string() })
const salvageSchema = z.object({ segment: z.int().min(1) })
const findingSchema = z.object({ kind: z.string(), after: headSchema })

/** What a review has found wrong, for the next start: which kind, behind which good entry. */
export type Finding = z.infer<typeof findingSchema>

/** What is noted beside the log. None of it is part of the log, and what is not of its chain does not count. */
export type LogMeta = {
  /** The hash of an entry, as its row says; undefined where there is none. */
  readonly hashAt: (seq: number) => string | undefined
  /** How far the hub has the log; where that is not of this chain, the hub is told everything again. */
  readonly ack: () => ChainHead
  readonly putAck: (ack: ChainHead) => void
  /** The hub's last word, signed, on what it has: to be held against what it says later. */
  readonly receipt: () => SignedReceipt | undefined
  readonly putReceipt: (signed: SignedReceipt) => void
  readonly checkpoint: () => Checkpoint | undefined
  readonly putCheckpoint: (checkpoint: Checkpoint) => void
  readonly finding: () => Finding | undefined
  readonly putFinding: (finding: Finding | null) => void
  /** The segment before which entries of a damaged log are still to be recovered; undefined where none are. */
  readonly salvage: () => number | undefined
  readonly putSalvage: (segment: number | null) => void
}

export function openLogMeta(db: Database.Database): LogMeta {
  const selectHash = db.prepare<[number], string>('SELECT hash FROM log WHERE seq = ?').pluck()
  const select = db.prepare<[string], string>('SELECT value FROM meta WHERE name = ?').pluck()
  const upsert = db.prepare<[string, string]>(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  const remove = db.prepare<[string]>('DELETE FROM meta WHERE name = ?')
  const put = (name: string, value: unknown) => void upsert.run(name, JSON.stringify(value))
  const noted = <T>(name: string, schema: z.ZodType<T>) => schema.safeParse(parse(select.get(name))).data
  const hashAt = (seq: number) => (seq === 0 ? emptyChain.hash : selectHash.get(seq))
  const ours = <T extends ChainHead>(head: T | undefined) =>
    head !== undefined && hashAt(head.seq) === head.hash ? head : undefined

  return {
    hashAt,
    ack: () => ours(noted('ack', headSchema)) ?? emptyChain,
    putAck: (ack) => put('ack', ack),
    receipt: () => noted('receipt', signedReceiptSchema),
    putReceipt: (signed) => put('receipt', signed),
    checkpoint: () => ours(noted('checkpoint', checkpointSchema)),
    putCheckpoint: (checkpoint) => put('checkpoint', checkpoint),
    finding: () => noted('finding', findingSchema),
    putFinding: (finding) => {
      if (finding === null) remove.run('finding')
      else put('finding', finding)
    },
    salvage: () => noted('salvage', salvageSchema)?.segment,
    putSalvage: (segment) => {
      if (segment === null) remove.run('salvage')
      else put('salvage', { segment })
    },
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
