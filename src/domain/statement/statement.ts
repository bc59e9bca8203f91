import { z } from 'zod'
import { base64urlSchema, idSchema, instantSchema } from '../ids.ts'

/** A drug or action ordered by the physician, structured so that it can be read back word for word. */
export const orderSchema = z.strictObject({
  what: z.string().min(1).max(80),
  dose: z.string().max(40).nullable(),
  route: z.string().max(40).nullable(),
  when: z.string().min(1).max(40),
})
export type Order = z.infer<typeof orderSchema>

export const orderInWords = (order: Order): string =>
  [order.what, order.dose, order.route, order.when].filter((part) => part !== null && part !== '').join(' ')

const base = {
  /** Chosen at the source; the log appends a statement once however often it arrives. */
  id: idSchema,
  physicianId: idSchema,
  deviceId: idSchema,
  at: instantSchema,
}
/** What names one loss of supervision: whose it was, and when it began by the room's clock. */
export const gapSchema = z.strictObject({ openedAt: instantSchema, physicianId: idSchema.nullable() })
export type Gap = Readonly<z.infer<typeof gapSchema>>

/** Which press of a call for help is meant: absent for the first, 2 for "called again" once, and so on. */
export const roundSchema = z.exactOptional(z.int().min(2))

/** A first round is not said. */
export const roundOf = ({ round = 1 }: { readonly round?: number | undefined }): number => round

/** As members of an object: nothing for the first round, so that what knows no rounds still reads it. */
export const roundMember = (round: number): { readonly round?: number } => (round > 1 ? { round } : {})

const onEscalation = { ...base, escalationId: idSchema, round: roundSchema }
const onSession = { ...base, sessionId: idSchema }

/**
 * What a physician (or their console, for `delivered`) says about one room. Signed at its source with the
 * console's key, delivered at least once, appended once to the workstation's log with its signature.
 */
export const statementSchema = z.discriminatedUnion('kind', [
  /** The alarm has reached the console. */
  z.strictObject({ kind: z.literal('delivered'), ...onEscalation }),
  /** The alarm is painted on a visible page. */
  z.strictObject({ kind: z.literal('seen'), ...onEscalation }),
  z.strictObject({ kind: z.literal('accepted'), ...onEscalation }),
  z.strictObject({ kind: z.literal('declined'), ...onEscalation, reason: z.string().max(200) }),
  /** The physician's console decodes the room's picture and hears it. */
  z.strictObject({ kind: z.literal('on-screen'), ...onEscalation }),
  z.strictObject({
    kind: z.literal('ordered'),
    ...base,
    sessionId: idSchema.nullable(),
    escalationId: idSchema.nullable(),
    order: orderSchema,
  }),
  /** The physician's decision on a screening answer that only they may decide. */
  z.strictObject({
    kind: z.literal('decided'),
    ...onSession,
    questionId: idSchema,
    /** Sequence of the entry that holds the answer decided on; absent only in logs of before this was said. */
    answerSeq: z.exactOptional(z.int().min(1)),
    decision: z.enum(['go-on', 'do-not-inject']),
    note: z.string().max(500),
  }),
  z.strictObject({ kind: z.literal('records-confirmed'), ...onSession }),
  /** Whoever was brought in confirms that they supervise this session now, instead of `from`. */
  z.strictObject({ kind: z.literal('took-over'), ...onSession, from: idSchema }),
  /** The supervising physician asks `to` to take over this session, and supervises until they have it. */
  z.strictObject({ kind: z.literal('handover-offered'), ...onSession, to: idSchema }),
  /** `offer` is the statement that offered it. */
  z.strictObject({ kind: z.literal('handover-accepted'), ...onSession, offer: idSchema }),
  /** By whoever was asked; or by whoever asked, who withdraws it. */
  z.strictObject({ kind: z.literal('handover-declined'), ...onSession, offer: idSchema }),
  /** The physician has reviewed a loss of supervision in mid-injection. */
  z.strictObject({
    kind: z.literal('gap-reviewed'),
    ...base,
    /** Which loss; absent only in logs of before this was said. */
    gap: z.exactOptional(gapSchema),
    note: z.string().max(500),
  }),
  /** Closing signature under what was supervised, bound to the hash of the closing entry. */
  z.strictObject({
    kind: z.literal('signed'),
    ...onSession,
    closingHash: z.string().regex(/^[0-9a-f]{64}$/),
  }),
])
export type Statement = z.infer<typeof statementSchema>
export type StatementKind = Statement['kind']

/** The hub's word that a console's key speaks for a physician; the workstation knows the hub's key. */
export const consoleCertificateSchema = z.strictObject({
  certificate: z.strictObject({
    physicianId: idSchema,
    /** Ed25519, raw 32 bytes. */
    publicKey: base64urlSchema,
    issuedAt: instantSchema,
    expiresAt: instantSchema,
  }),
  /** Ed25519 of the hub over the canonical JSON of `certificate`. */
  signature: base64urlSchema,
})
export type ConsoleCertificate = z.infer<typeof consoleCertificateSchema>

/**
 * How far a clock may be off before a statement is refused for its time. Console and workstation clocks are not
 * ours and are wrong by whole time zones in practice; a physician's "accepted" must not be lost to that. The hub
 * takes statements only from a live session of the physician who makes them, on its own clock.
 */
export const clockToleranceMs = 24 * 60 * 60 * 1000

export const signedStatementSchema = z.strictObject({
  statement: statementSchema,
  /** Ed25519 of the console over the canonical JSON of `statement`. */
  signature: base64urlSchema,
  signer: consoleCertificateSchema,
})
export type SignedStatement = z.infer<typeof signedStatementSchema>
