import { z } from 'zod'
import { daySchema, idSchema, instantSchema } from '../ids.ts'
import { cardsApprovalSchema } from './cards-approval.ts'

/** Units in names or values, field's terms (DICOM modality codes, 42 CFR 410.32). */
export const modalitySchema = z.enum(['CT', 'MR'])
export type Modality = z.infer<typeof modalitySchema>

export const contrastClassSchema = z.enum(['iodinated', 'gadolinium-based'])
export type ContrastClass = z.infer<typeof contrastClassSchema>

const phoneSchema = z.strictObject({
  label: z.string().min(1).max(40),
  number: z.string().min(1).max(24),
  kind: z.enum(['emergency', 'code-team', 'front-desk', 'supervisor', 'other']),
})

/**
 * A way to page somebody apart from the console. It names what the hub is told in its own configuration, where
 * addresses of other services and every secret are: workstations read this.
 */
export const pagerChannelSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('email'), to: z.email({ error: 'an address like rao@example.org' }) }),
  z.strictObject({ kind: z.literal('webhook'), target: idSchema }),
  z.strictObject({ kind: z.literal('pagerduty'), service: idSchema }),
  /** Every browser in which this physician has let the console send pages. */
  z.strictObject({ kind: z.literal('web-push') }),
])
export type PagerChannel = z.infer<typeof pagerChannelSchema>

const pagersSchema = z.array(pagerChannelSchema).max(8)

/** Whom to page last, over everything: not a physician of the bench, but who finds one. */
const supervisorSchema = z.strictObject({ name: z.string().min(1).max(80), pagers: pagersSchema.min(1) })

const roomSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(60),
  modality: modalitySchema,
  /** Where the room is called back; without it, the front desk's. */
  phone: z.exactOptional(z.string().min(1).max(24)),
  /** Physicians who may supervise this room, in the order in which they are called. */
  bench: z.array(idSchema).max(50),
})
export type Room = z.infer<typeof roomSchema>

const physicianSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(80),
  role: z.enum(['MD', 'DO', 'NP', 'PA']),
  licenses: z.array(z.strictObject({ state: z.string().length(2), validUntil: daySchema })),
  modalities: z.array(modalitySchema),
  pagers: z.exactOptional(pagersSchema),
})
export type Physician = z.infer<typeof physicianSchema>

/** What is needed to check a PIN offline; never the PIN. Parameters as in RFC 7914. */
export const pinVerifierSchema = z.strictObject({
  algorithm: z.literal('scrypt'),
  salt: z.string().regex(/^[0-9a-f]{32,}$/),
  N: z.int().min(16384),
  r: z.int().min(1),
  p: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type PinVerifier = z.infer<typeof pinVerifierSchema>

const technologistSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(80),
  /** Professional credential as ARRT writes it, for example `RT(R)(CT)`. */
  title: z.string().max(40),
  pin: pinVerifierSchema,
})
export type Technologist = z.infer<typeof technologistSchema>

const responderSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(80),
  role: z.enum(['MD', 'DO', 'NP', 'PA', 'RN', 'CNS']),
  blsValidUntil: daySchema,
})
export type Responder = z.infer<typeof responderSchema>

const agentSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1),
  brand: z.string().min(1),
  class: contrastClassSchema,
  concentration: z.strictObject({ value: z.number().positive(), unit: z.enum(['mg I/mL', 'mmol/mL']) }),
  /** Volumes outside are asked again; they are not a dose recommendation. */
  volumeMl: z.strictObject({ usual: z.number().positive(), max: z.number().positive() }),
})
export type ContrastAgent = z.infer<typeof agentSchema>

const screeningQuestionSchema = z.strictObject({
  id: idSchema,
  text: z.string().min(1),
  classes: z.array(contrastClassSchema).min(1),
  /** What a "yes" leads to; a "no" goes on. */
  yes: z.enum(['go-on', 'tell-physician', 'physician-decides']),
  source: z.string().min(1),
})
export type ScreeningQuestion = z.infer<typeof screeningQuestionSchema>

const doseLineSchema = z.strictObject({
  drug: z.string().min(1),
  amount: z.strictObject({
    value: z.number().positive(),
    unit: z.enum(['mg', 'g', 'mcg', 'mL', 'puffs', 'L/min']),
  }),
  volumeMl: z.number().positive().nullable(),
  concentration: z.string().min(1).nullable(),
  route: z.string().min(1),
})

const cardSchema = z.strictObject({
  id: idSchema,
  title: z.string().min(1),
  signs: z.string().min(1),
  steps: z.array(z.strictObject({ text: z.string().min(1), dose: doseLineSchema.nullable() })).min(1),
  source: z.string().min(1),
})
export type ReactionCard = z.infer<typeof cardSchema>

/** A name in a site's file, which nobody signed: it approves nothing. The signed one is `Policy.cardsApproval`. */
const claimedApprovalSchema = z.strictObject({
  by: z.string().min(1),
  on: daySchema,
  validUntil: daySchema,
})

export const gateCheckIdSchema = z.enum([
  'two-way-audio-video',
  'physician-licensed',
  'responder-on-site',
  'imaging-records',
  'screening-complete',
  'physician-decisions',
  'supervision-gap',
  'policy-current',
])
export type GateCheckId = z.infer<typeof gateCheckIdSchema>

const ruleSchema = z.strictObject({
  check: gateCheckIdSchema,
  /** Whether a person may go on without it, with a reason that stays in the record. */
  override: z.enum(['never', 'with-reason']),
  /** Where the demand comes from, as shown to the person. */
  source: z.string().min(1),
  confidence: z.enum(['verified', 'unverified']),
})

const worklistItemSchema = z.strictObject({
  accession: z.string().min(1).max(16),
  patientName: z.string().min(1).max(128),
  patientId: z.string().min(1).max(64),
  birthDate: daySchema,
  sex: z.enum(['F', 'M', 'O']),
  weightKg: z.number().positive().max(635).nullable(),
  procedure: z.string().min(1).max(64),
  modality: modalitySchema,
  scheduledAt: instantSchema,
})
/** The exam a session is opened for, whether from the worklist or typed. */
export const examSchema = worklistItemSchema.omit({ scheduledAt: true })
export type Exam = z.infer<typeof examSchema>

/** Abbreviations and bare offsets are refused: they do not say when clocks change. */
const timeZoneSchema = z.string().refine(isIanaTimeZone, {
  error: 'must be the name of an IANA time zone, such as America/Los_Angeles',
})

function isIanaTimeZone(name: string): boolean {
  if (name !== 'UTC' && !/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** When and for what somebody is paged apart from the console. */
const outOfBandSchema = z.strictObject({
  pagersAfterMs: z.int().min(1000),
  supervisorAfterMs: z.int().min(1000),
  questions: z.boolean(),
  drills: z.boolean(),
})

/** When which rung of a call for help is reached. */
export const escalationTimingSchema = z.strictObject({
  benchAfterMs: z.int().min(1000),
  onScreenWithinMs: z.int().min(1000),
  cancelWithinMs: z.int().min(1000),
  /** Policies of before have none; see `outOfBandOf`. */
  outOfBand: z.exactOptional(outOfBandSchema),
})

/** What a site has decided; the hub signs a snapshot of it, the workstation keeps the last and works from it. */
export const policyContentSchema = z.strictObject({
  site: z.strictObject({
    id: idSchema,
    name: z.string().min(1).max(80),
    /** Two-letter state whose rules apply. */
    state: z.string().length(2),
    /** In which records are shown. Policies of before have none; see `timeZoneOf`. */
    timeZone: timeZoneSchema.optional(),
    phones: z.array(phoneSchema).min(1),
    supervisor: z.exactOptional(supervisorSchema),
  }),
  rooms: z.array(roomSchema).min(1),
  physicians: z.array(physicianSchema),
  /** Who of them may approve the site's clinical content. Policies of before name nobody. */
  medicalDirectors: z.exactOptional(z.array(idSchema).max(20)),
  technologists: z.array(technologistSchema),
  responders: z.array(responderSchema),
  agents: z.array(agentSchema),
  screening: z.array(screeningQuestionSchema),
  cards: z.strictObject({
    edition: z.string().min(1),
    approval: claimedApprovalSchema.nullable(),
    items: z.array(cardSchema),
  }),
  rules: z.strictObject({ pack: idSchema, effectiveFrom: daySchema, items: z.array(ruleSchema) }),
  escalation: escalationTimingSchema,
  observationMs: z.int().min(60_000),
  lockAfterMs: z.int().min(30_000),
  /** A policy older than this is stale: the gate says so. */
  staleAfterMs: z.int().min(60_000),
  worklist: z.array(worklistItemSchema),
})
export type PolicyContent = z.infer<typeof policyContentSchema>

/** What the hub issues: the site's content, and what its medical director has said about it. */
const issuedContentSchema = policyContentSchema.extend({
  cardsApproval: z.exactOptional(cardsApprovalSchema),
})
export type IssuedContent = z.infer<typeof issuedContentSchema>

export const policySchema = issuedContentSchema.extend({
  version: z.int().min(1),
  issuedAt: instantSchema,
})
export type Policy = z.infer<typeof policySchema>

/** No default in the schema: a policy is kept and checked as it was signed. */
export const timeZoneOf = (policy: Policy | null): string => policy?.site.timeZone ?? 'UTC'

export const roomOf = (policy: Policy, roomId: string): Room | undefined =>
  policy.rooms.find((r) => r.id === roomId)
