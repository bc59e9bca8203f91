import { z } from 'zod'
import { idSchema, instantSchema } from '../ids.ts'
import { linkStateSchema } from '../link/link.ts'
import { contrastClassSchema, examSchema, gateCheckIdSchema } from '../policy/policy.ts'
import { signedStatementSchema } from '../statement/statement.ts'

export const escalationKindSchema = z.enum(['reaction', 'question'])
export type EscalationKind = z.infer<typeof escalationKindSchema>

export const pressOriginSchema = z.enum(['button', 'lock-screen', 'hotkey', 'tray'])
export type PressOrigin = z.infer<typeof pressOriginSchema>

const gateFindingSchema = z.strictObject({
  check: gateCheckIdSchema,
  outcome: z.enum(['passed', 'overridden']),
  detail: z.string(),
})

const injectedSchema = z.strictObject({
  agentId: idSchema,
  agent: z.string(),
  concentration: z.string(),
  volumeMl: z.number().positive(),
  route: z.enum(['IV', 'IA', 'IT', 'oral', 'intra-articular']),
  lot: z.string().max(40).nullable(),
})

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

  event('supervisor-chosen', { primary: idSchema.nullable(), standby: idSchema.nullable() }),
  event('link-changed', { physicianId: idSchema, link: linkStateSchema }),
  /** Two-way audio and video was lost while contrast flowed: the next injection waits for review or override. */
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
  }),
  event('help-pressed-again', { escalationId: idSchema, origin: pressOriginSchema }),
  /** Pressed to the local alarm's first tone and paint, as the window reports it. */
  event('help-shown', { escalationId: idSchema, window: z.enum(['main', 'help']), afterMs: z.number() }),
  event('physician-paged', {
    escalationId: idSchema,
    physicianId: idSchema,
    path: z.enum(['hub', 'peer']),
    level: z.enum(['primary', 'bench']),
  }),
  event('help-unreachable', { escalationId: idSchema, reason: z.string() }),
  event('help-cancelled', { escalationId: idSchema, reason: z.string().min(3).max(500) }),
  event('help-ended', { escalationId: idSchema, outcome: z.string().min(1).max(500) }),
  event('card-chosen', {
    escalationId: idSchema,
    cardId: idSchema,
    title: z.string(),
    edition: z.string(),
    approved: z.boolean(),
  }),
  event('phone-called', { escalationId: idSchema, label: z.string(), number: z.string() }),

  /** A physician's signed word, appended once. What it means is in `statement.kind`. */
  event('statement-received', { signed: signedStatementSchema, path: z.enum(['hub', 'peer']) }),
  event('order-read-back', { statementId: idSchema, words: z.string() }),
  event('record-exported', { sessionId: idSchema, format: z.enum(['pdf', 'jsonl']), sha256: z.string() }),
])
export type Event = z.infer<typeof eventSchema>
export type EventType = Event['type']
export type EventOf<T extends EventType> = Extract<Event, { type: T }>
