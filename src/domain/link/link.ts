import { z } from 'zod'
import { idSchema } from '../ids.ts'

/** What one end receives, measured there over the last second. Never "connected": only what flowed. */
const receivedSchema = z.strictObject({
  framesDecodedPerS: z.number().min(0),
  audioBytesPerS: z.number().min(0),
})
export type Received = z.infer<typeof receivedSchema>

/** Whether a physician's voice goes to one room: that room is in front at their console, and they are not muted. `hidden`: in front, on a page that nobody sees. */
export const attentionSchema = z.strictObject({
  front: z.enum(['this-room', 'another-room', 'no-room', 'hidden']),
  microphone: z.enum(['on', 'muted']),
})
export type Attention = z.infer<typeof attentionSchema>

/** What a relay last answered instead of giving a way: a code of STUN, or 701 when it could not be reached. */
const relayFaultSchema = z.strictObject({ url: z.string().max(300), code: z.int() })
export type RelayFault = z.infer<typeof relayFaultSchema>

/** Facts about the media connection with one physician, as the renderer measures them twice a second. */
export const linkMeasurementSchema = z.strictObject({
  physicianId: idSchema,
  /** Which negotiation this is; a replaced peer has a higher one. */
  epoch: z.int().min(0),
  transport: z.enum(['new', 'connecting', 'connected', 'disconnected', 'failed', 'closed']),
  /** Since the last heartbeat from the console; null before the first. */
  heartbeatAgeMs: z.number().min(0).nullable(),
  roundTripMs: z.number().min(0).nullable(),
  /** 0..1 of the packets expected by this end. */
  lossRatio: z.number().min(0).max(1).nullable(),
  /** What this room receives of the physician. */
  received: receivedSchema,
  /** What the console says, in its last heartbeat, that it receives of this room. */
  receivedByPhysician: receivedSchema.nullable(),
  /** Null when the console does not say it, or said it too long ago. */
  attention: attentionSchema.nullable(),
  /** Whether this room is letting camera and microphone flow now. */
  sending: z.enum(['held', 'flowing']),
  /** Null when the relay works, or there is none to ask. */
  relayFault: relayFaultSchema.nullable().optional(),
})
export type LinkMeasurement = z.infer<typeof linkMeasurementSchema>

/** Picture and sound may all be there, and the physician does not attend. */
const attentionLackNames = [
  'physician-is-muted',
  'physician-is-in-another-room',
  'physician-has-opened-no-room',
  'physician-is-not-looking',
  'physician-attention-unknown',
  /** They were brought in by themselves: that somebody is at that console is for them to say. */
  'physician-has-not-confirmed',
] as const

export const linkLackSchema = z.enum([
  'physician-does-not-see-room',
  'physician-does-not-hear-room',
  'room-does-not-see-physician',
  'room-does-not-hear-physician',
  ...attentionLackNames,
])
export type LinkLack = z.infer<typeof linkLackSchema>

/** The one truth about a link, derived from measurements. `reason` is in words for a person. */
export const linkStateSchema = z.discriminatedUnion('kind', [
  /** Nobody to connect to, or not asked to. */
  z.strictObject({ kind: z.literal('none') }),
  /** `obstacle`: what is known to stand in the way, in words for a person. */
  z.strictObject({ kind: z.literal('connecting'), obstacle: z.string().optional() }),
  /** Heartbeats both ways, media held: ready within a frame or two. */
  z.strictObject({ kind: z.literal('warm') }),
  /** Two-way audio and video, measured at both ends, with a physician who attends to this room. */
  z.strictObject({ kind: z.literal('live') }),
  /** Media is asked for and something of it is missing. */
  z.strictObject({ kind: z.literal('partial'), lacks: z.array(linkLackSchema).min(1) }),
  /** It was up, and nothing has been heard for more than two seconds; a replacement is under way. */
  z.strictObject({ kind: z.literal('lost'), reason: z.string() }),
])
export type LinkState = z.infer<typeof linkStateSchema>

const attentionLacks: ReadonlySet<LinkLack> = new Set(attentionLackNames)
/** Picture and sound are all there, and the physician is not: something that they mend with a click. */
export const lacksAttentionOnly = (link: LinkState): boolean =>
  link.kind === 'partial' && link.lacks.every((lack) => attentionLacks.has(lack))

/** The link with a physician who was brought in and has not confirmed it: whatever flows, it is not live. */
export function unconfirmed(link: LinkState): LinkState {
  const lack = 'physician-has-not-confirmed'
  if (link.kind === 'live') return { kind: 'partial', lacks: [lack] }
  return link.kind === 'partial' ? { kind: 'partial', lacks: [...link.lacks, lack] } : link
}

export const linkThresholds = {
  /** No heartbeat or no report for longer than this means that nothing is known any more. */
  staleAfterMs: 2000,
  /** Below this a picture is frozen. */
  minFramesPerS: 1,
  /** An opened microphone sends Opus packets even in silence; below this nothing arrives. */
  minAudioBytesPerS: 50,
} as const
