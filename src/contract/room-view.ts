import { z } from 'zod'
import { idSchema, instantSchema } from '../domain/ids.ts'
import { attentionSchema } from '../domain/link/link.ts'
import { escalationKindSchema, insteadSchema } from '../domain/log/events.ts'
import { judgedCardsSchema } from '../domain/policy/cards-approval.ts'
import { examSchema, modalitySchema } from '../domain/policy/policy.ts'
import { gapSchema, orderSchema, roundSchema, signedStatementSchema } from '../domain/statement/statement.ts'

/**
 * What the physician sees of a room, folded by the workstation and sent over the encrypted peer channel only,
 * whole at every change. The hub never carries it.
 */
export const roomViewSchema = z.strictObject({
  roomId: idSchema,
  deviceId: idSchema,
  roomName: z.string(),
  siteName: z.string(),
  modality: modalitySchema,
  technologist: z.string().nullable(),
  responder: z.string().nullable(),
  step: z.enum(['idle', 'screening', 'ready', 'injecting', 'observing', 'closing']),
  session: z
    .strictObject({
      sessionId: idSchema,
      exam: examSchema,
      openedAt: instantSchema,
      answers: z.array(
        z.strictObject({
          questionId: idSchema,
          /** The entry of the log with this answer: what a decision names. */
          seq: z.exactOptional(z.int().min(1)),
          text: z.string(),
          answer: z.enum(['yes', 'no']),
          leadsTo: z.enum(['go-on', 'tell-physician', 'physician-decides']),
          note: z.string(),
          decision: z.enum(['go-on', 'do-not-inject']).nullable(),
        }),
      ),
      recordsConfirmed: z.boolean(),
      injections: z.array(
        z.strictObject({
          agent: z.string(),
          volumeMl: z.number(),
          route: z.string(),
          startedAt: instantSchema,
          stoppedAt: instantSchema.nullable(),
        }),
      ),
      /** At the workstation when this view was made; null while no patient is observed. */
      observationLeftMs: z.number().min(0).nullable(),
    })
    .nullable(),
  escalations: z.array(
    z.strictObject({
      escalationId: idSchema,
      kind: escalationKindSchema,
      drill: z.boolean(),
      /** Elapsed at the workstation when this view was made: the console counts on from it. */
      elapsedMs: z.number().min(0),
      card: z.string().nullable(),
    }),
  ),
  orders: z.array(
    z.strictObject({
      statementId: idSchema,
      physicianId: idSchema,
      order: orderSchema,
      at: instantSchema,
      readBackAt: instantSchema.nullable(),
    }),
  ),
  /** The room's reaction cards, and what their approval is worth. */
  cards: z.exactOptional(judgedCardsSchema),
  gapOpen: z.boolean(),
  /** The loss of supervision that waits for its review: what a review names. */
  gap: z.exactOptional(gapSchema),
  unsigned: z.array(
    z.strictObject({
      sessionId: idSchema,
      accession: z.string(),
      closedAt: instantSchema,
      closingHash: z.string(),
      physicianId: idSchema.nullable(),
    }),
  ),
  /** Who supervises; absent from rooms of before this was said. */
  supervisor: z.exactOptional(
    z
      .strictObject({
        physicianId: idSchema,
        name: z.string(),
        /** They were brought into the open session in somebody's place, and have not confirmed it yet. */
        takeover: z
          .strictObject({
            from: idSchema,
            fromName: z.string(),
            why: insteadSchema.shape.why,
            at: instantSchema,
          })
          .nullable(),
        /** To whom they could hand over: whoever stands by and may supervise this room. */
        next: z.strictObject({ physicianId: idSchema, name: z.string() }).nullable(),
        handover: z
          .strictObject({
            offer: idSchema,
            from: idSchema,
            fromName: z.string(),
            to: idSchema,
            toName: z.string(),
            stage: z.enum(['offered', 'accepted', 'done']),
          })
          .nullable(),
      })
      .nullable(),
  ),
  /** The last lines of the timeline, newest last, in words. */
  timeline: z.array(z.strictObject({ at: instantSchema, words: z.string() })),
})
export type RoomView = z.infer<typeof roomViewSchema>

/** A call for help as it travels, on the hub socket and on the peer channel alike. Duplicates are harmless. */
export const pageSchema = z.strictObject({
  escalationId: idSchema,
  kind: escalationKindSchema,
  drill: z.boolean(),
  deviceId: idSchema,
  roomId: idSchema,
  roomName: z.string(),
  siteName: z.string(),
  sessionId: idSchema.nullable(),
  pressedAt: instantSchema,
  /** At the workstation, when this page was sent. */
  elapsedMs: z.number().min(0),
  /** A page of a higher round is new: whoever was silent is asked again. */
  round: roundSchema,
})
export type Page = z.infer<typeof pageSchema>

export const pageEndSchema = z.strictObject({
  escalationId: idSchema,
  outcome: z.enum(['cancelled', 'ended']),
  words: z.string().max(500),
})
export type PageEnd = z.infer<typeof pageEndSchema>

/** Who has the call, told to everyone who was paged. */
export const pageTakenSchema = z.strictObject({
  escalationId: idSchema,
  physicianId: idSchema,
  name: z.string(),
  /** Milliseconds since the press, when they took it. A page sent later than that asks for somebody else. */
  afterMs: z.number().min(0),
  /** Whether anybody has the room on screen: only that is help, and ends the asking. */
  onScreen: z.boolean(),
  /** Until when, since the press, others may be silent although nobody is on screen: silence is lent, not given. */
  quietUntilMs: z.exactOptional(z.number().min(0)),
  /** The press that was answered: an answer to an earlier one silences nobody. */
  round: roundSchema,
})
export type PageTaken = z.infer<typeof pageTakenSchema>

/** Whoever had the call has given it back, and nobody else has it: it rings again. */
export const pageFreeSchema = z.strictObject({ escalationId: idSchema })
export type PageFree = z.infer<typeof pageFreeSchema>

/**
 * Messages on the data channel of a peer link, JSON text. The channel is authenticated by the signalling that
 * made it; statements carry their own signature all the same.
 */
export const peerMessageSchema = z.discriminatedUnion('kind', [
  /**
   * Twice a second from each end, with what that end receives; `sentAt` is echoed for the round trip. Not strict:
   * rooms and consoles are updated apart, and one that says more than the other knows must not seem dead.
   */
  z.object({
    kind: z.literal('heartbeat'),
    n: z.int().min(0),
    sentAt: z.number(),
    echo: z.number().nullable(),
    received: z.strictObject({ framesDecodedPerS: z.number(), audioBytesPerS: z.number() }),
    /** From a console only. A console that does not say it is taken for one that does not attend. */
    attention: attentionSchema.optional(),
  }),
  /** From the room: let your camera and microphone flow, or hold them. */
  z.strictObject({ kind: z.literal('media'), want: z.enum(['held', 'flowing']) }),
  z.strictObject({ kind: z.literal('room-view'), view: roomViewSchema }),
  z.strictObject({ kind: z.literal('page'), page: pageSchema }),
  z.strictObject({ kind: z.literal('page-end'), end: pageEndSchema }),
  z.strictObject({ kind: z.literal('page-taken'), taken: pageTakenSchema }),
  z.strictObject({ kind: z.literal('page-free'), free: pageFreeSchema }),
  /** From the console. */
  z.strictObject({ kind: z.literal('statement'), signed: signedStatementSchema }),
  /** From the room: this statement is in the log; stop repeating it. */
  z.strictObject({ kind: z.literal('statement-logged'), statementId: idSchema }),
])
export type PeerMessage = z.infer<typeof peerMessageSchema>
export const maxPeerMessageBytes = 64 * 1024

/** Opaque to everyone but the two peers: simple-peer's own signal data, bounded in size by the hub. */
export const signalDataSchema = z.record(z.string(), z.unknown())
