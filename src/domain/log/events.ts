import { z } from 'zod'
import { base64urlSchema, idSchema, instantSchema, sha256HexSchema } from '../ids.ts'
import { linkStateSchema } from '../link/link.ts'
import { cardsStandingSchema } from '../policy/cards-approval.ts'
import {
  contrastClassSchema,
  escalationTimingSchema,
  examSchema,
  gateCheckIdSchema,
} from '../policy/policy.ts'
import { roundSchema, signedStatementSchema } from '../statement/statement.ts'
import { checkpointReasonSchema, checkpointSchema, maxHoles, signedReceiptSchema } from './proof.ts'

export const escalationKindSchema = z.enum(['reaction', 'question'])
export type EscalationKind = z.infer<typeof escalationKindSchema>

export const pressOriginSchema = z.enum(['button', 'lock-screen', 'hotkey', 'tray'])
export type PressOrigin = z.infer<typeof pressOriginSchema>

export const gateFindingSchema = z.strictObject({
  check: gateCheckIdSchema,
  outcome: z.enum(['passed', 'overridden']),
  detail: z.string(),
})

export const injectedSchema = z.strictObject({
  agentId: idSchema,
  agent: z.string(),
  concentration: z.string(),
  volumeMl: z.number().positive(),
  route: z.enum(['IV', 'IA', 'IT', 'oral', 'intra-articular']),
  lot: z.string().max(40).nullable(),
})

/** The forms in which a session's record leaves the workstation. */
export const recordFormatSchema = z.enum(['pdf', 'jsonl', 'csv', 'fhir', 'dicom-sr'])
export type RecordFormat = z.infer<typeof recordFormatSchema>

const logHeadSchema = z.strictObject({ seq: z.int().min(1), hash: sha256HexSchema })

/** Entries that were in the log and are not any more, both ends included, and up to which of them the hub has them. */
export const lostRunSchema = z.strictObject({
  from: z.int().min(1),
  to: z.int().min(1),
  atHubUpTo: z.int().min(1).nullable(),
})
export type LostRun = z.infer<typeof lostRunSchema>

const pagerKindSchema = z.enum(['email', 'webhook', 'pagerduty', 'web-push'])

/** What a call goes by from its press to its end: times, and whom the site has the hub page apart from the consoles. */
export const callTermsSchema = z.strictObject({
  timing: escalationTimingSchema,
  /** Null: the site's supervisor. */
  pagers: z.array(z.strictObject({ physicianId: idSchema.nullable(), channel: pagerKindSchema })),
})
export type CallTerms = z.infer<typeof callTermsSchema>

/** One pager within a call, and how it stands: what the other side took, or why it did not, is in `detail`. */
export const outOfBandPageSchema = z.strictObject({
  escalationId: idSchema,
  pager: z.string().min(1).max(300),
  /** Null: the site's supervisor. */
  physicianId: idSchema.nullable(),
  name: z.string().max(80),
  channel: pagerKindSchema,
  /** `failing`: tried without success so far, and tried again. The last three are final until called again. */
  state: z.enum(['trying', 'failing', 'delivered', 'failed', 'stopped']),
  detail: z.string().max(200),
  at: instantSchema,
  round: roundSchema,
})
export type OutOfBandPage = z.infer<typeof outOfBandPageSchema>

/** Whom somebody supervises a session instead of, and why. */
export const insteadSchema = z.strictObject({
  physicianId: idSchema,
  why: z.enum(['console-gone', 'console-silent', 'not-eligible', 'handed-over']),
})
export type Instead = z.infer<typeof insteadSchema>

const event = <T extends string, B extends z.ZodRawShape>(type: T, body: B) =>
  z.strictObject({ type: z.literal(type), session: idSchema.nullable(), body: z.strictObject(body) })

/**
 * Every fact that the workstation's log can hold, by `type`. The fold ignores types it does not know, so a
 * newer log stays readable. Times inside bodies are wall clock; order is always by `seq`.
 */
export const eventSchema = z.discriminatedUnion('type', [
  event('app-started', { version: z.string(), runtime: z.string(), afterSeq: z.int().min(0) }),
  event('device-enrolled', { hub: z.string(), siteId: idSchema, roomId: idSchema }),
  event('policy-adopted', { version: z.int(), hash: z.string() }),
  event('technologist-signed-in', { technologistId: idSchema }),
  event('sign-in-refused', {
    technologistId: idSchema,
    reason: z.enum(['wrong-pin', 'unknown-name', 'throttled']),
  }),
  event('workstation-locked', { reason: z.enum(['by-hand', 'inactivity', 'restart']) }),
  event('technologist-signed-out', {}),

  event('session-opened', {
    exam: examSchema,
    contrastClass: contrastClassSchema,
    roomId: idSchema,
    policyVersion: z.int(),
    rulePack: idSchema,
    cardsEdition: z.string(),
    /** Older versions wrote none. */
    cards: z.exactOptional(cardsStandingSchema),
  }),
  event('screening-answered', {
    questionId: idSchema,
    text: z.string(),
    answer: z.enum(['yes', 'no']),
    leadsTo: z.enum(['go-on', 'tell-physician', 'physician-decides']),
    note: z.string().max(500),
  }),
  event('screening-completed', {}),
  event('responder-checked-in', {
    responderId: idSchema,
    name: z.string(),
    role: z.string(),
    blsValidUntil: z.string(),
  }),
  event('check-overridden', {
    check: gateCheckIdSchema,
    finding: z.string(),
    reason: z.string().min(3).max(500),
  }),
  event('injection-started', {
    ...injectedSchema.shape,
    physicianId: idSchema.nullable(),
    gate: z.array(gateFindingSchema),
  }),
  event('injection-stopped', {}),
  event('observation-started', { dueAt: instantSchema, durationMs: z.int() }),
  event('observation-ended', { early: z.string().max(500).nullable() }),
  event('injection-prepared', {}),
  event('session-closed', {
    disposition: z.enum(['released', 'transferred', 'other']),
    note: z.string().max(1000),
  }),
  event('session-abandoned', { reason: z.string().min(3).max(500) }),

  event('supervisor-chosen', {
    primary: idSchema.nullable(),
    standby: idSchema.nullable(),
    /** Only where the supervising physician of an open session was replaced by another. */
    instead: z.exactOptional(insteadSchema),
  }),
  /** The technologist heard from both who supervises now. `words` is what they tapped. */
  event('handover-confirmed', { offer: idSchema, words: z.string().max(500) }),
  event('link-changed', { physicianId: idSchema, link: linkStateSchema }),
  /** Two-way audio and video, or the physician's attention, was lost while contrast flowed: the next injection waits for review or override. */
  event('supervision-gap-opened', { physicianId: idSchema.nullable(), link: linkStateSchema }),
  event('supervision-gap-closed', { by: z.enum(['physician-review', 'override']) }),
  event('device-changed', {
    device: z.enum(['camera', 'microphone', 'speaker']),
    state: z.enum(['lost', 'fallback', 'returned', 'ready']),
    label: z.string().max(200),
  }),
  event('hub-connected', { skewMs: z.number() }),
  event('hub-lost', { reason: z.string() }),
  event('renderer-lost', { window: z.enum(['main', 'help']), reason: z.string() }),
  event('renderer-restored', { window: z.enum(['main', 'help']), afterMs: z.number() }),

  event('help-pressed', {
    escalationId: idSchema,
    kind: escalationKindSchema,
    origin: pressOriginSchema,
    drill: z.boolean(),
    roomId: idSchema.nullable(),
    /** Older versions wrote none. */
    terms: z.exactOptional(callTermsSchema),
    /** Which reaction cards the room had then, and whether they were approved; of reactions, where there was a policy. */
    cards: z.exactOptional(cardsStandingSchema),
  }),
  /** With `round`, everybody is asked anew; without, it was one more push at the same press. */
  event('help-pressed-again', { escalationId: idSchema, origin: pressOriginSchema, round: roundSchema }),
  /** Pressed to the local alarm's first tone and paint, as the window reports it. */
  event('help-shown', { escalationId: idSchema, window: z.enum(['main', 'help']), afterMs: z.number() }),
  event('physician-paged', {
    escalationId: idSchema,
    physicianId: idSchema,
    path: z.enum(['hub', 'peer']),
    level: z.enum(['primary', 'bench']),
    round: roundSchema,
  }),
  /** How far the hub has come with paging somebody apart from their console. `at` is the hub's clock. */
  event('paged-out-of-band', outOfBandPageSchema.shape),
  event('help-unreachable', { escalationId: idSchema, reason: z.string() }),
  event('help-cancelled', { escalationId: idSchema, reason: z.string().min(3).max(500) }),
  event('help-ended', { escalationId: idSchema, outcome: z.string().min(1).max(500) }),
  event('card-chosen', {
    escalationId: idSchema,
    cardId: idSchema,
    title: z.string(),
    edition: z.string(),
    /** Of the content, as in `cards`. Older versions wrote none. */
    hash: z.exactOptional(sha256HexSchema),
    approved: z.boolean(),
  }),
  event('phone-called', { escalationId: idSchema, label: z.string(), number: z.string() }),

  /** A physician's signed word, appended once. What it means is in `statement.kind`. */
  event('statement-received', { signed: signedStatementSchema, path: z.enum(['hub', 'peer']) }),
  event('order-read-back', { statementId: idSchema, words: z.string() }),
  /** The workstation signs that the entry before this one is where its chain had come to. */
  event('log-checkpointed', {
    reason: checkpointReasonSchema,
    checkpoint: checkpointSchema,
    publicKey: base64urlSchema,
    signature: base64urlSchema,
  }),
  event('hub-receipt-kept', { ...signedReceiptSchema.shape, hubPublicKey: base64urlSchema }),
  /** The first entry of a segment: the log before could not be used, and its files were set aside. */
  event('segment-begun', {
    segment: z.int().min(1),
    reason: z.string().regex(/^[a-z][a-z-]{0,63}$/),
    detail: z.string().max(500),
    setAside: z.string().max(200),
  }),
  /** What was found again of the segments before this one: where they end now, and what is missing. */
  event('log-salvaged', {
    from: logHeadSchema.nullable(),
    lost: z.array(lostRunSchema).max(1000),
    setAside: z.string().max(200),
  }),
  /** The hub signed once that it had the log further than it signs to have it now. */
  event('hub-lost-entries', {
    had: signedReceiptSchema,
    has: signedReceiptSchema,
    hubPublicKey: base64urlSchema,
  }),
  /**
   * The hub keeps entries of this log apart from its record: damaged on this disk, standing against another log of this
   * device, or stranded behind a damage (then the first and the last of them).
   */
  event('entries-quarantined', {
    why: z.enum(['damaged', 'fork', 'stranded']),
    seqs: z.array(z.int().min(1)).min(1).max(maxHoles),
  }),
  event('record-exported', { sessionId: idSchema, format: recordFormatSchema, sha256: z.string() }),
])
export type Event = z.infer<typeof eventSchema>
export type EventType = Event['type']
export type EventOf<T extends EventType> = Extract<Event, { type: T }>
