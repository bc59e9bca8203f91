import { z } from 'zod'
import { idSchema, instantSchema, sha256HexSchema } from '../ids.ts'
import { signedCardsApprovedSchema, signedCardsWithdrawnSchema } from '../policy/cards-approval.ts'

/** What a legal hold keeps from every purge. */
export const holdScopeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('everything') }),
  z.strictObject({ kind: z.literal('device'), device: idSchema }),
  /** The session's whole record. */
  z.strictObject({ kind: z.literal('session'), session: idSchema }),
])
export type HoldScope = z.infer<typeof holdScopeSchema>

/** A person's words; they are kept for good, so they are asked to be words. */
export const reasonSchema = z.string().trim().min(3).max(500)
/** Who did it: a person by their account or as they were named. */
export const byNameSchema = z.string().trim().min(1).max(100)

const headSchema = z.strictObject({ seq: z.int().min(1), hash: sha256HexSchema })

const event = <T extends string, B extends z.ZodRawShape>(type: T, body: B) =>
  z.strictObject({ type: z.literal(type), body: z.strictObject(body) })

/** What a hub does to the records that it keeps, and what its site's medical directors said, as entries of its own journal. */
export const journalEventSchema = z.discriminatedUnion('type', [
  event('hold-set', { hold: idSchema, scope: holdScopeSchema, reason: reasonSchema, by: byNameSchema }),
  event('hold-released', { hold: idSchema, reason: reasonSchema, by: byNameSchema }),
  /** Entries `from` to `to.seq` of the device's log are here no more; both ends included. */
  event('records-purged', {
    device: idSchema,
    from: z.int().min(1),
    to: headSchema,
    entries: z.int().min(1),
    rule: z.strictObject({ years: z.int().min(7), before: instantSchema }),
    by: byNameSchema,
  }),
  event('export-made', {
    what: z.string().max(200),
    entries: z.int().min(0),
    /** Of the file, or of the folder's manifest. */
    sha256: sha256HexSchema,
    by: byNameSchema,
  }),
  event('copy-made', {
    folder: z.string().max(500),
    part: z.int().min(1),
    entries: z.int().min(0),
    /** Of the part's manifest. */
    sha256: sha256HexSchema,
  }),
  /** A medical director's signed word about the reaction cards. */
  event('cards-approved', { signed: signedCardsApprovedSchema }),
  event('cards-approval-withdrawn', { signed: signedCardsWithdrawnSchema }),
  event('copy-failed', { folder: z.string().max(500), reason: z.string().max(500) }),
])
export type JournalEvent = z.infer<typeof journalEventSchema>
export type JournalEventOf<T extends JournalEvent['type']> = Extract<JournalEvent, { type: T }>

export type Hold = {
  readonly id: string
  readonly scope: HoldScope
  readonly reason: string
  readonly by: string
  readonly at: string
}
/** The holds in force, by their name. */
export type Holds = ReadonlyMap<string, Hold>

export function withEvent(holds: Holds, event: JournalEvent, at: string): Holds {
  if (event.type === 'hold-set') {
    const { hold: id, scope, reason, by } = event.body
    return new Map(holds).set(id, { id, scope, reason, by, at })
  }
  if (event.type !== 'hold-released') return holds
  const left = new Map(holds)
  left.delete(event.body.hold)
  return left
}

export function scopeInWords(scope: HoldScope): string {
  switch (scope.kind) {
    case 'everything':
      return 'everything'
    case 'device':
      return `workstation ${scope.device}`
    case 'session':
      return `session ${scope.session}`
  }
}
