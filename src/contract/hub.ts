import { z } from 'zod'
import { base64urlSchema, daySchema, idSchema, instantSchema, sha256HexSchema } from '../domain/ids.ts'
import { outOfBandPageSchema } from '../domain/log/events.ts'
import { holesSchema } from '../domain/log/proof.ts'
import { judgedCardsSchema, signedCardsWordSchema } from '../domain/policy/cards-approval.ts'
import { policyContentSchema, policySchema } from '../domain/policy/policy.ts'
import {
  consoleCertificateSchema,
  roundSchema,
  signedStatementSchema,
} from '../domain/statement/statement.ts'
import { pageEndSchema, pageFreeSchema, pageSchema, pageTakenSchema, signalDataSchema } from './room-view.ts'

/** Raised when the hub and its clients can no longer talk to each other. */
export const protocolVersion = 1

/**
 * A device names itself after its key, so that its log can begin before it is enrolled and no hub can rename it.
 * @param publicKeySha256 SHA-256 of the raw 32-byte public key, hexadecimal
 */
export const deviceIdOf = (publicKeySha256: string): string => `d-${publicKeySha256.slice(0, 20)}`

/** Every refusal of the hub, on HTTP (with its status) and in socket acknowledgements. */
export const hubProblemSchema = z.strictObject({
  ok: z.literal(false),
  error: z.strictObject({ kind: z.string(), message: z.string() }),
})
export type HubProblem = z.infer<typeof hubProblemSchema>

// ---- HTTP: workstation ----------------------------------------------------------------------------------

/** POST /api/enrol: a one-time code makes this device's public key known. */
export const enrolRequestSchema = z.strictObject({
  code: z.string().min(4).max(64),
  /** Ed25519, raw 32 bytes. */
  publicKey: base64urlSchema.length(43),
  /** Without NUL, which no PostgreSQL text holds. */
  hostname: z
    .string()
    .min(1)
    .max(255)
    .refine((name) => !name.includes('\0'), 'without NUL characters'),
})
export const enrolResponseSchema = z.strictObject({
  ok: z.literal(true),
  deviceId: idSchema,
  siteId: idSchema,
  roomId: idSchema,
  /** Ed25519, raw: signs policies and console certificates. Pinned by the workstation from here on. */
  hubPublicKey: base64urlSchema.length(43),
})
export type EnrolResponse = z.infer<typeof enrolResponseSchema>

/** POST /api/device/challenge → /api/device/token: possession of the device key buys a short-lived token. */
export const challengeRequestSchema = z.strictObject({ deviceId: idSchema })
export const challengeResponseSchema = z.strictObject({ ok: z.literal(true), challenge: z.string().min(16) })
/** What the device signs, as canonical JSON. The purpose keeps the signature from meaning anything else. */
export const challengeToSign = (deviceId: string, challenge: string) => ({
  purpose: 'scanside-device-token',
  deviceId,
  challenge,
})
export const tokenRequestSchema = z.strictObject({
  deviceId: idSchema,
  challenge: z.string().min(16),
  signature: base64urlSchema,
})
export const tokenResponseSchema = z.strictObject({
  ok: z.literal(true),
  token: z.string(),
  expiresInS: z.int().positive(),
  /** The hub's wall clock, to measure skew; never to correct anything. */
  now: instantSchema,
})

/** GET /api/policy (device token): Ed25519 of the hub over the canonical JSON of `policy`. */
export const signedPolicySchema = z.strictObject({
  policy: policySchema,
  signature: base64urlSchema,
})
export type SignedPolicy = z.infer<typeof signedPolicySchema>

/** GET /api/ice (device token or physician session): ephemeral TURN credentials, coturn's REST scheme. */
export const iceResponseSchema = z.strictObject({
  ok: z.literal(true),
  iceServers: z.array(
    z.strictObject({
      urls: z.array(z.string()),
      username: z.string().optional(),
      credential: z.string().optional(),
    }),
  ),
  /** The site lets media go through its relay alone. */
  relayOnly: z.boolean().optional(),
  expiresInS: z.int().positive().nullable(),
})
/** By what a browser may reach the other end; without servers, only directly. */
export type IceConfig = {
  readonly servers: z.infer<typeof iceResponseSchema>['iceServers']
  readonly relayOnly: boolean
}
export const directOnly: IceConfig = { servers: [], relayOnly: false }
export const iceConfigOf = (answer: z.infer<typeof iceResponseSchema>): IceConfig => ({
  servers: answer.iceServers,
  relayOnly: answer.relayOnly ?? false,
})

/**
 * POST /api/log (device token). Idempotent: entries at or below the ack are checked against what is stored and
 * acknowledged again. Entries are verified as a chain, never by their body, so they travel as they are; the body of
 * the request may be compressed (`content-encoding: zstd` or `gzip`).
 */
export const logBatchSchema = z.strictObject({
  deviceId: idSchema,
  entries: z.array(z.unknown()).min(1).max(4000),
})
/** Hubs of the first version take no compressed body, and no batch of more entries. */
export const plainBatchEntries = 500
/**
 * In the place of an entry that is not what its hash says: the text as it lies on the workstation's disk, under the
 * hash that the chain has for it.
 */
export const damagedEntrySchema = z.strictObject({
  damaged: z.strictObject({ seq: z.int().min(1), hash: sha256HexSchema, text: z.string() }),
})
/**
 * POST /api/log/stranded: entries as they lie on the workstation's disk behind a damage. Each is what its own hash says;
 * what leads to them is lost, so no chain can take them.
 */
export const strandedSchema = z.strictObject({
  deviceId: idSchema,
  texts: z.array(z.string()).min(1).max(500),
})
/** How many of them are kept apart now: all but those that the hub has in the log. */
export const strandedAckSchema = z.strictObject({ ok: z.literal(true), apart: z.int().min(0) })
export type StrandedAck = z.infer<typeof strandedAckSchema>
/** Also GET /api/log: what the hub holds, when a workstation asks. */
export const logAckSchema = z.strictObject({
  ok: z.literal(true),
  /** Highest sequence up to which everything is stored without a gap; 0 where nothing is. */
  ack: z.int().min(0),
  /** `hash` of entry `ack`, so that a device can tell that the hub means the same chain. */
  hash: sha256HexSchema,
  /** The hub's clock. */
  at: instantSchema,
  /** Entries up to `ack` that the hub does not hold as the chain has them. */
  holes: holesSchema.exactOptional(),
  /** Ed25519 by the hub over the receipt (`receiptSchema`) for `ack`, `hash`, `at` and `holes`. */
  signature: base64urlSchema,
})
export type LogAck = z.infer<typeof logAckSchema>
/** 409: `expectedSeq` says from where to send again. A fork is an incident, never repaired. */
export const logRefusalSchema = z.strictObject({
  ok: z.literal(false),
  error: z.strictObject({
    kind: z.enum(['gap', 'fork', 'broken-chain', 'foreign-device', 'malformed']),
    message: z.string(),
    expectedSeq: z.int().min(1),
    /** What was refused is kept verbatim, in the hub's quarantine, from this entry to that one. */
    quarantined: z.strictObject({ from: z.int().min(1), to: z.int().min(1) }).optional(),
  }),
})

// ---- HTTP: physician (session cookie, HttpOnly, SameSite=Strict) ----------------------------------------

/** POST /api/physician/register/options {invite} · /register/verify {invite, response} · /sign-in/options ·
 *  /sign-in/verify {response} (WebAuthn JSON of @simplewebauthn) · /sign-out · GET /api/physician/me. */
export const meSchema = z.strictObject({
  ok: z.literal(true),
  physicianId: idSchema,
  name: z.string(),
  hubPublicKey: base64urlSchema,
})
export type Me = z.infer<typeof meSchema>
/** POST /api/physician/console-key: the console's fresh Ed25519 key becomes able to sign statements. */
export const consoleKeyRequestSchema = z.strictObject({ publicKey: base64urlSchema.length(43) })
export const consoleKeyResponseSchema = z.strictObject({
  ok: z.literal(true),
  signer: consoleCertificateSchema,
})

/** GET /api/physician/cards: the site's reaction cards, and everything that was said about their approval. */
export const siteCardsSchema = z.strictObject({
  ok: z.literal(true),
  siteId: idSchema,
  siteName: z.string(),
  cards: policyContentSchema.shape.cards,
  judged: judgedCardsSchema,
  /** Whether the policy names this physician medical director. */
  mayApprove: z.boolean(),
  /** Who may, by name. */
  medicalDirectors: z.array(z.string()),
  /** By the hub's clock: what an approval may begin with. */
  today: daySchema,
  /** Oldest first. */
  words: z.array(signedCardsWordSchema),
})
export type SiteCards = z.infer<typeof siteCardsSchema>
/** POST /api/physician/cards/approval: a medical director approves, or withdraws. Repeating it changes nothing. */
export const cardsWordRequestSchema = z.strictObject({ signed: signedCardsWordSchema })

/** GET /api/physician/push: whether the site pages this physician by Web Push, and the key to subscribe with. */
export const pushKeyResponseSchema = z.strictObject({
  ok: z.literal(true),
  wanted: z.boolean(),
  publicKey: base64urlSchema,
})
/** POST /api/physician/push: this browser may be pushed to. POST …/push/end: no more. */
export const pushSubscriptionSchema = z.strictObject({
  endpoint: z.url().max(2048),
  p256dh: base64urlSchema.length(87),
  auth: base64urlSchema.length(22),
})
export const pushEndSchema = pushSubscriptionSchema.pick({ endpoint: true })
export const doneSchema = z.strictObject({ ok: z.literal(true) })

// ---- Socket.IO ------------------------------------------------------------------------------------------
// Namespaces: `/workstation` (auth: { protocol, token }) and `/console` (auth: { protocol }, session cookie).
// Every client → hub event takes an acknowledgement: { ok: true } or a HubProblem.

export const presentPhysicianSchema = z.strictObject({
  physicianId: idSchema,
  name: z.string(),
  /** This page load of the console; a reload is a new one and needs a new peer. */
  connectionId: idSchema,
})
export type PresentPhysician = z.infer<typeof presentPhysicianSchema>

export const signalEnvelopeSchema = z.strictObject({
  /** The negotiation this belongs to; older ones are dropped by the receiver. */
  epoch: z.int().min(0),
  data: signalDataSchema,
})
export type SignalEnvelope = z.infer<typeof signalEnvelopeSchema>

/** No patient data: what the hub and every console may know of a room. */
export const roomStatusSchema = z.strictObject({
  step: z.enum(['idle', 'screening', 'ready', 'injecting', 'observing', 'closing']),
  technologistSignedIn: z.boolean(),
  primary: idSchema.nullable(),
  standby: idSchema.nullable(),
})
export type RoomStatus = z.infer<typeof roomStatusSchema>

export const coveredRoomSchema = z.strictObject({
  deviceId: idSchema,
  roomId: idSchema,
  roomName: z.string(),
  siteName: z.string(),
  modality: z.enum(['CT', 'MR']),
  online: z.boolean(),
  status: roomStatusSchema.nullable(),
})
export type CoveredRoom = z.infer<typeof coveredRoomSchema>

/** Client → hub. */
export const workstationToHub = {
  signal: z.strictObject({ physicianId: idSchema, connectionId: idSchema, ...signalEnvelopeSchema.shape }),
  page: z.strictObject({ page: pageSchema }),
  'page-end': pageEndSchema,
  status: roomStatusSchema,
  /** This statement is in the log. */
  'statement-logged': z.strictObject({ statementId: idSchema }),
} as const

/** Hub → workstation. */
export const hubToWorkstation = {
  presence: z.strictObject({ physicians: z.array(presentPhysicianSchema) }),
  signal: z.strictObject({ physicianId: idSchema, connectionId: idSchema, ...signalEnvelopeSchema.shape }),
  /** The hub has put the page on this physician's console socket. */
  paged: z.strictObject({
    escalationId: idSchema,
    physicianId: idSchema,
    level: z.enum(['primary', 'bench']),
    round: roundSchema,
  }),
  /** How far the hub has come with paging somebody apart from their console; told at each change. */
  'paged-out-of-band': outOfBandPageSchema,
  statement: signedStatementSchema,
  'policy-changed': z.strictObject({ version: z.int() }),
  /** Another connection of this device has taken the place of this one, which the hub closes now. */
  replaced: z.strictObject({}),
} as const

/** Console → hub. */
export const consoleToHub = {
  'on-call': z.strictObject({ onCall: z.boolean(), connectionId: idSchema }),
  signal: z.strictObject({ deviceId: idSchema, ...signalEnvelopeSchema.shape }),
  statement: signedStatementSchema,
} as const

/** Hub → console. */
export const hubToConsole = {
  rooms: z.strictObject({ rooms: z.array(coveredRoomSchema) }),
  signal: z.strictObject({ deviceId: idSchema, ...signalEnvelopeSchema.shape }),
  page: z.strictObject({ page: pageSchema, level: z.enum(['primary', 'bench']) }),
  'page-end': pageEndSchema,
  'page-taken': pageTakenSchema,
  'page-free': pageFreeSchema,
  'statement-logged': z.strictObject({ statementId: idSchema }),
  /** Another page of the same physician went on call; this one has stepped back. */
  superseded: z.strictObject({ connectionId: idSchema }),
} as const

/** Largest message taken on any socket. */
export const maxSocketMessageBytes = 256 * 1024

export type MessageOf<M extends Record<string, z.ZodType>, K extends keyof M> = z.infer<M[K]>
