import { z } from 'zod'
import { base64urlSchema, idSchema, instantSchema, sha256HexSchema } from '../ids.ts'
import { endsSession } from './session-end.ts'

/** What a workstation signs, from time to time, of its own log: that its chain came to this. */
export const checkpointSchema = z.strictObject({
  purpose: z.literal('scanside-log-checkpoint'),
  device: idSchema,
  seq: z.int().min(1),
  hash: sha256HexSchema,
})
export type Checkpoint = z.infer<typeof checkpointSchema>

/** More holes than this a hub does not step over. */
export const maxHoles = 100
/** Entries of which a hub has the hash and not the content: what came under that hash was something else. */
export const holesSchema = z
  .array(z.strictObject({ seq: z.int().min(1), hash: sha256HexSchema }))
  .min(1)
  .max(maxHoles)
export type Hole = z.infer<typeof holesSchema>[number]

/**
 * What a hub signs of a device's log: that it has stored it up to this entry, without the `holes` that it names, by
 * its own clock at `at`. With `seq` 0: that it holds nothing.
 */
export const receiptSchema = z.strictObject({
  purpose: z.literal('scanside-log-receipt'),
  device: idSchema,
  seq: z.int().min(0),
  hash: sha256HexSchema,
  at: instantSchema,
  holes: holesSchema.exactOptional(),
})
export type Receipt = z.infer<typeof receiptSchema>

export const signedReceiptSchema = z.strictObject({ receipt: receiptSchema, signature: base64urlSchema })
export type SignedReceipt = z.infer<typeof signedReceiptSchema>

export const checkpointReasonSchema = z.enum(['session-end', 'count', 'time'])
export type CheckpointReason = z.infer<typeof checkpointReasonSchema>

/** Entries that prove others; they alone are no reason for more of them. */
export const isProof = (type: string): boolean => type === 'log-checkpointed' || type === 'hub-receipt-kept'

/** Entries and milliseconds after which what is not signed yet is signed. */
const signAfterEntries = 200
const signAfterMs = 15 * 60_000

/** What has been written since the last checkpoint. */
export type Unsigned = { readonly entries: number; readonly endsSession: boolean; readonly sinceMono: number }

export const nothingUnsigned: Unsigned = { entries: 0, endsSession: false, sinceMono: 0 }

export function addUnsigned(unsigned: Unsigned, types: readonly string[], mono: number): Unsigned {
  const facts = types.filter((type) => !isProof(type))
  if (facts.length === 0) return unsigned
  return {
    entries: unsigned.entries + facts.length,
    endsSession: unsigned.endsSession || facts.some(endsSession),
    sinceMono: unsigned.entries === 0 ? mono : unsigned.sinceMono,
  }
}

/** Why a checkpoint is due now, or undefined. */
export function checkpointDue(unsigned: Unsigned, mono: number): CheckpointReason | undefined {
  if (unsigned.endsSession) return 'session-end'
  if (unsigned.entries >= signAfterEntries) return 'count'
  if (unsigned.entries > 0 && mono - unsigned.sinceMono >= signAfterMs) return 'time'
  return undefined
}
