import type { PeerMessage } from '../../contract/room-view.ts'
import { type Attention, linkThresholds, type Received } from '../../domain/link/link.ts'

export type Heartbeat = Extract<PeerMessage, { kind: 'heartbeat' }>

/** Between heartbeats of one end. */
export const heartbeatEveryMs = 500
/** A timer that fires a little early is not put off by a whole turn. */
const dueSlackMs = 20

/** Heartbeats of one peer, both ways. All times in milliseconds of one clock of this page. */
export type Heartbeats = {
  readonly due: (nowMs: number) => boolean
  readonly next: (nowMs: number, received: Received, attention: Attention | null) => Heartbeat
  readonly hear: (heartbeat: Heartbeat, nowMs: number) => void
  /** When the other end was last heard; null before that. */
  readonly heardAtMs: () => number | null
  /** Since the worse of the two directions was last proven; since `openedAtMs` before that. */
  readonly silentMs: (nowMs: number) => number
  /** An upper bound: the other end may have kept our time stamp until its own next heartbeat. */
  readonly roundTripMs: () => number | null
  /** What the other end received when it last said so; null when that is too old to be true now. */
  readonly receivedByOther: (nowMs: number) => Received | null
  /** Whether a physician at the other end attends, by the same rule. */
  readonly attentionOfOther: (nowMs: number) => Attention | null
}

export function createHeartbeats(openedAtMs: number): Heartbeats {
  let n = 0
  let sentAtMs = Number.NEGATIVE_INFINITY
  let heard: { readonly atMs: number; readonly heartbeat: Heartbeat } | null = null
  let echoed: { readonly atMs: number; readonly echo: number } | null = null

  const freshBeat = (nowMs: number): Heartbeat | null =>
    heard === null || nowMs - heard.atMs > linkThresholds.staleAfterMs ? null : heard.heartbeat

  return {
    due: (nowMs) => nowMs - sentAtMs >= heartbeatEveryMs - dueSlackMs,
    next: (nowMs, received, attention) => {
      sentAtMs = nowMs
      n += 1
      const beat = { n, sentAt: nowMs, echo: heard?.heartbeat.sentAt ?? null, received }
      return { kind: 'heartbeat', ...beat, ...(attention === null ? {} : { attention }) }
    },
    hear: (heartbeat, nowMs) => {
      heard = { atMs: nowMs, heartbeat }
      const { echo } = heartbeat
      if (echo !== null && echo <= nowMs && (echoed === null || echo > echoed.echo)) {
        echoed = { atMs: nowMs, echo }
      }
    },
    heardAtMs: () => heard?.atMs ?? null,
    silentMs: (nowMs) => {
      const heardAgo = nowMs - (heard?.atMs ?? openedAtMs)
      // In good order an echo is as old as one beat of the other end.
      const echoedAgo = nowMs - (echoed?.atMs ?? openedAtMs) - heartbeatEveryMs
      return Math.max(0, heardAgo, echoedAgo)
    },
    roundTripMs: () => (echoed === null ? null : echoed.atMs - echoed.echo),
    receivedByOther: (nowMs) => {
      const beat = freshBeat(nowMs)
      if (beat === null) return null
      const { framesDecodedPerS, audioBytesPerS } = beat.received
      return {
        framesDecodedPerS: Math.max(0, framesDecodedPerS),
        audioBytesPerS: Math.max(0, audioBytesPerS),
      }
    },
    attentionOfOther: (nowMs) => freshBeat(nowMs)?.attention ?? null,
  }
}
