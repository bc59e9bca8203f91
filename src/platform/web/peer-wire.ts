import { z } from 'zod'
import { maxPeerMessageBytes, type PeerMessage, peerMessageSchema } from '../../contract/room-view.ts'
import type { Result } from '../../domain/result.ts'

const sdpSchema = z.string().min(1).max(200_000)

/** What crosses the hub between the two ends of a link, inside a `SignalEnvelope`. */
const linkSignalSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offer'), sdp: sdpSchema }),
  z.object({ type: z.literal('answer'), sdp: sdpSchema }),
  z.object({
    type: z.literal('candidate'),
    candidate: z.object({
      candidate: z.string().max(4096),
      sdpMLineIndex: z.int().min(0).nullish(),
      sdpMid: z.string().max(64).nullish(),
    }),
  }),
  /** From the console: an offer came with an older epoch than the envelope's, which it already has. */
  z.object({ type: z.literal('link-stale') }),
  /** From the console: its peer of the envelope's epoch is dead. */
  z.object({ type: z.literal('link-replace') }),
])
export type LinkSignal = z.infer<typeof linkSignalSchema>
export type NegotiationSignal = Extract<LinkSignal, { type: 'offer' | 'answer' | 'candidate' }>

/** Reads the opaque data of an envelope. The error names the place, never the content. */
export function readLinkSignal(data: unknown): Result<LinkSignal> {
  const parsed = linkSignalSchema.safeParse(data)
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, error: { kind: 'malformed-signal', message: placesOf(parsed.error) } }
}

/** Says on every video codec of the other end, in Chromium's own parameter, with what bitrate to begin sending. */
export function withStartBitrate(signal: NegotiationSignal, bitsPerS: number): NegotiationSignal {
  if (signal.type === 'candidate') return signal
  const sdp = signal.sdp.replace(
    /^a=rtpmap:(\d+) (?:VP8|VP9|AV1|H264)\/90000$/gm,
    (rtpmap, payload: string) =>
      `${rtpmap}\r\na=fmtp:${payload} x-google-start-bitrate=${Math.round(bitsPerS / 1000)}`,
  )
  return { ...signal, sdp }
}

const tooLong = (text: string): boolean =>
  text.length > maxPeerMessageBytes ||
  (text.length * 3 > maxPeerMessageBytes && new TextEncoder().encode(text).byteLength > maxPeerMessageBytes)

/** Reads one message of the data channel. */
export function readPeerMessage(raw: unknown): Result<PeerMessage> {
  if (typeof raw !== 'string') return refused('it is not text')
  if (tooLong(raw)) return refused(`it is longer than ${maxPeerMessageBytes} bytes`)
  let json: unknown
  try {
    json = JSON.parse(raw)
  } catch {
    return refused('it is not JSON')
  }
  const parsed = peerMessageSchema.safeParse(json)
  return parsed.success ? { ok: true, value: parsed.data } : refused(placesOf(parsed.error))
}

/** The text to send, or why this message cannot travel. */
export function writePeerMessage(message: PeerMessage): Result<string> {
  const text = JSON.stringify(message)
  if (!tooLong(text)) return { ok: true, value: text }
  return refused(`a message of kind ${message.kind} is longer than ${maxPeerMessageBytes} bytes`)
}

function refused(message: string): Result<never> {
  return { ok: false, error: { kind: 'malformed-message', message } }
}

/** Codes and paths only: values may be patient data. */
function placesOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.code} at ${issue.path.map(String).join('.') || 'the top'}`)
    .join(', ')
}
