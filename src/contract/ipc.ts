import { z } from 'zod'
import type { EscalationProgress } from '../domain/escalation/progress.ts'
import { idSchema } from '../domain/ids.ts'
import { type LinkState, linkMeasurementSchema } from '../domain/link/link.ts'
import { escalationKindSchema } from '../domain/log/events.ts'
import type { JudgedCards } from '../domain/policy/cards-approval.ts'
import { contrastClassSchema, examSchema, gateCheckIdSchema, type Policy } from '../domain/policy/policy.ts'
import type { GateReport } from '../domain/session/gate.ts'
import type { WorkstationState } from '../domain/workstation/state.ts'
import { type IceConfig, type presentPhysicianSchema, signalEnvelopeSchema } from './hub.ts'
import { peerMessageSchema } from './room-view.ts'

/** What a person at the workstation asks for. Validated by the main process; answered with an `IntentReply`. */
export const intentSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('enrol'),
    // Wide: what does not look like an address or a code is refused in words for a person, not here.
    hub: z.string().trim().min(1).max(4000),
    code: z.string().trim().min(1).max(4000),
  }),
  z.strictObject({ kind: z.literal('sign-in'), technologistId: idSchema, pin: z.string().min(1).max(32) }),
  z.strictObject({ kind: z.literal('lock') }),
  z.strictObject({ kind: z.literal('sign-out') }),
  z.strictObject({ kind: z.literal('open-session'), exam: examSchema, contrastClass: contrastClassSchema }),
  z.strictObject({
    kind: z.literal('answer-screening'),
    questionId: idSchema,
    answer: z.enum(['yes', 'no']),
    note: z.string().max(500),
  }),
  z.strictObject({ kind: z.literal('complete-screening') }),
  z.strictObject({ kind: z.literal('check-in-responder'), responderId: idSchema }),
  z.strictObject({
    kind: z.literal('override-check'),
    check: gateCheckIdSchema,
    /** The words that the person read: nothing else is overridden. */
    finding: z.string().min(1).max(20_000),
    reason: z.string().trim().min(3).max(500),
  }),
  z.strictObject({
    kind: z.literal('start-injection'),
    agentId: idSchema,
    volumeMl: z.number().positive().max(1000),
    route: z.enum(['IV', 'IA', 'IT', 'oral', 'intra-articular']),
    lot: z.string().trim().max(40).nullable(),
  }),
  z.strictObject({ kind: z.literal('stop-injection') }),
  z.strictObject({ kind: z.literal('prepare-injection') }),
  z.strictObject({
    kind: z.literal('end-observation'),
    earlyReason: z.string().trim().min(3).max(500).nullable(),
  }),
  z.strictObject({
    kind: z.literal('close-session'),
    disposition: z.enum(['released', 'transferred', 'other']),
    note: z.string().trim().max(1000),
  }),
  z.strictObject({ kind: z.literal('abandon-session'), reason: z.string().trim().min(3).max(500) }),
  z.strictObject({
    kind: z.literal('press-help'),
    escalation: escalationKindSchema,
    origin: z.enum(['button', 'lock-screen']),
    drill: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('confirm-handover'),
    offer: idSchema,
  }),
  z.strictObject({
    kind: z.literal('cancel-help'),
    escalationId: idSchema,
    reason: z.string().trim().min(3).max(500),
  }),
  z.strictObject({
    kind: z.literal('end-help'),
    escalationId: idSchema,
    outcome: z.string().trim().min(1).max(500),
  }),
  z.strictObject({ kind: z.literal('choose-card'), escalationId: idSchema, cardId: idSchema }),
  z.strictObject({
    kind: z.literal('mark-phone-called'),
    escalationId: idSchema,
    number: z.string().max(24),
  }),
  z.strictObject({ kind: z.literal('read-back-order'), statementId: idSchema }),
  z.strictObject({ kind: z.literal('save-record'), sessionId: idSchema }),
  z.strictObject({ kind: z.literal('set-layout'), layout: z.enum(['full', 'strip']) }),
  z.strictObject({ kind: z.literal('set-theme'), theme: z.enum(['dark', 'light']) }),
])
export type Intent = z.infer<typeof intentSchema>

/** `value` is only set where an intent makes something: `save-record` answers with the files' paths. */
export type IntentReply =
  | { readonly ok: true; readonly value: { readonly paths?: readonly string[] } }
  | { readonly ok: false; readonly error: { readonly kind: string; readonly message: string } }

/** What a renderer reports without being asked. Validated by the main process; malformed reports are logged and dropped. */
export const reportSchema = z.discriminatedUnion('kind', [
  /** Every 500 ms: the window's event loop turns. `window` is decided by the sender, not believed. */
  z.strictObject({ kind: z.literal('alive') }),
  /** The alarm's first tone has been scheduled and its screen painted. */
  z.strictObject({ kind: z.literal('help-shown'), escalationId: idSchema }),
  z.strictObject({ kind: z.literal('links-measured'), links: z.array(linkMeasurementSchema).max(16) }),
  z.strictObject({
    kind: z.literal('device-changed'),
    device: z.enum(['camera', 'microphone', 'speaker']),
    state: z.enum(['lost', 'fallback', 'returned', 'ready']),
    label: z.string().max(200),
  }),
  z.strictObject({
    kind: z.literal('signal'),
    physicianId: idSchema,
    connectionId: idSchema,
    ...signalEnvelopeSchema.shape,
  }),
  z.strictObject({ kind: z.literal('peer-message'), physicianId: idSchema, message: peerMessageSchema }),
  /** Somebody is at the screen: puts off the lock. At most one a second. */
  z.strictObject({ kind: z.literal('activity') }),
  z.strictObject({ kind: z.literal('usable') }),
])
export type Report = z.infer<typeof reportSchema>

/** A peer that the renderer should hold, and whether its media flows. The renderer reconciles to this list. */
export type PeerWanted = {
  readonly physicianId: string
  readonly connectionId: string
  readonly media: 'held' | 'flowing'
}

export type HubConnection =
  | { readonly kind: 'none' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online'; readonly skewMs: number }
  | {
      readonly kind: 'offline'
      readonly since: string
      readonly reason: string
      readonly nextAttemptAt: string
    }

/**
 * Where the log goes now. `volatile`: it is not written. `doubted`: it is, and something in it was found wrong. In both
 * help works, no session is opened, and the screen says why.
 */
export type Durability =
  | { readonly kind: 'durable' }
  | {
      readonly kind: 'doubted'
      readonly problem: { readonly kind: string; readonly message: string }
      /** Whether another start goes on with what is open now. */
      readonly resumes: boolean
    }
  | {
      readonly kind: 'volatile'
      readonly problem: { readonly kind: string; readonly message: string }
      /** False: what happens now ends with this process. */
      readonly isRetried: boolean
    }

/** Everything a window shows. Sent whole, with a `revision` that only grows; the renderer holds no other truth. */
export type Snapshot = {
  readonly revision: number
  /** Wall clock of the main process at this snapshot, ms since the epoch; windows count on from it. */
  readonly nowMs: number
  readonly runtime: string
  readonly version: string
  readonly window: 'main' | 'help'
  readonly theme: 'dark' | 'light'
  readonly layout: 'full' | 'strip'
  readonly durability: Durability
  readonly enrolment:
    | { readonly kind: 'none' }
    | { readonly kind: 'enrolling'; readonly hub: string }
    | { readonly kind: 'enrolled'; readonly hub: string; readonly deviceId: string; readonly roomId: string }
  readonly hub: HubConnection
  /** Entries of the log that the hub has not acknowledged. */
  readonly unsynced: number
  readonly policy: Policy | null
  readonly policyStale: boolean
  /** Whether the policy's reaction cards are approved, but for the day: the window counts that on by itself. */
  readonly cards: JudgedCards | null
  readonly state: WorkstationState
  readonly gate: GateReport | null
  /** Physicians present at the hub (or last known, while the hub is away). */
  readonly present: readonly z.infer<typeof presentPhysicianSchema>[]
  readonly progress: {
    readonly reaction: EscalationProgress | null
    readonly question: EscalationProgress | null
  }
  /** Of the observation of a patient, at `nowMs`, whatever was done to the wall clock; null while there is none. */
  readonly observationLeftMs: number | null
  /** Milliseconds since the press, at `nowMs`. */
  readonly elapsedMs: { readonly reaction: number | null; readonly question: number | null }
  readonly links: Readonly<Record<string, LinkReading>>
  readonly peers: readonly PeerWanted[]
  /** Null until the hub has said it or could not: no peer is made before. */
  readonly ice: IceConfig | null
  /** Which window sounds the local alarm now, if any: the help window, unless it is dead. */
  readonly alarm: { readonly soundIn: 'main' | 'help' } | null
  /** Recent sessions whose record can be saved, newest first. */
  readonly recent: readonly {
    readonly sessionId: string
    readonly accession: string
    readonly closedAt: string
    /** The physician who signed; null when it is not signed yet. */
    readonly signedBy: string | null
  }[]
  /** What a person must know and no other member says: a taken hotkey, a hub that contradicts this log. */
  readonly notices?: readonly { readonly kind: string; readonly message: string }[]
}

/** The judged state beside the numbers it was judged from. */
export type LinkReading = {
  readonly state: LinkState
  readonly roundTripMs: number | null
  readonly lossRatio: number | null
  readonly framesPerS: number
}

/** Main → renderer besides snapshots. */
export type Push =
  | {
      readonly kind: 'signal'
      readonly physicianId: string
      readonly connectionId: string
      readonly epoch: number
      readonly data: Record<string, unknown>
    }
  | {
      readonly kind: 'send-peer'
      readonly physicianId: string
      readonly message: z.infer<typeof peerMessageSchema>
    }

/** What the preload exposes as `window.workstation`, and nothing else. Listeners return their own removal. */
export type WorkstationBridge = {
  readonly getSnapshot: () => Promise<Snapshot>
  readonly onSnapshot: (listener: (snapshot: Snapshot) => void) => () => void
  readonly dispatch: (intent: Intent) => Promise<IntentReply>
  readonly report: (report: Report) => void
  readonly onPush: (listener: (push: Push) => void) => () => void
}
