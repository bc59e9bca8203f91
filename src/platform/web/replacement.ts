/** The peer that carries the link now, as far as replacing it is concerned. */
export type LiveFacts = {
  readonly transport: RTCPeerConnectionState
  /** Since both directions were last heard of: the other end's heartbeat, and its echo of ours. */
  readonly silentMs: number
}

export type RoomFacts = {
  readonly live: LiveFacts | null
  /** The peer being negotiated to take over. */
  readonly candidate: { readonly ageMs: number; readonly answered: boolean } | null
  /** Until the back-off allows the next attempt; zero or less when it does. */
  readonly dueInMs: number
}

export type RoomMove =
  | { readonly kind: 'wait' }
  /** Negotiate a new peer; the live one stays until that is open. */
  | { readonly kind: 'attempt'; readonly reason: string }
  /** Let the candidate go and try again after the back-off. */
  | { readonly kind: 'give-up-candidate'; readonly reason: string }
  /** The live peer came back by itself before anyone answered: no replacement needed. */
  | { readonly kind: 'keep-live' }

export const replacementLimits = {
  /** ICE says disconnected and heartbeats have stalled for this long. */
  disconnectedStallMs: 1500,
  /** Heartbeats have stalled for this long, whatever ICE says: nothing is known any more. */
  stallMs: 2000,
  /** Below this a peer counts as well. */
  healthyMs: 900,
  noAnswerMs: 2500,
  /** ICE over a relay on a poor network takes seconds; longer than this it does not come. */
  noOpenMs: 10_000,
  backoffFirstMs: 250,
  backoffMostMs: 2000,
} as const

export const isHealthy = (live: LiveFacts | null): boolean =>
  live !== null && live.transport === 'connected' && live.silentMs < replacementLimits.healthyMs

/** Why this peer can no longer be relied on; null while it can. */
export function whyReplace(live: LiveFacts): string | null {
  if (live.transport === 'failed' || live.transport === 'closed') return `the connection is ${live.transport}`
  if (live.silentMs > replacementLimits.stallMs) return `nothing heard for ${Math.round(live.silentMs)} ms`
  if (live.transport === 'disconnected' && live.silentMs > replacementLimits.disconnectedStallMs) {
    return `disconnected, nothing heard for ${Math.round(live.silentMs)} ms`
  }
  return null
}

/** What the room does about its peer now. There is no last attempt. */
export function nextMove(facts: RoomFacts): RoomMove {
  const { live, candidate } = facts
  if (candidate !== null) {
    if (!candidate.answered && isHealthy(live)) return { kind: 'keep-live' }
    if (!candidate.answered && candidate.ageMs > replacementLimits.noAnswerMs) {
      return { kind: 'give-up-candidate', reason: 'no answer' }
    }
    if (candidate.ageMs > replacementLimits.noOpenMs) {
      return { kind: 'give-up-candidate', reason: 'answered, but no connection came about' }
    }
    return { kind: 'wait' }
  }
  const reason = live === null ? 'there is no connection' : whyReplace(live)
  return reason === null || facts.dueInMs > 0 ? { kind: 'wait' } : { kind: 'attempt', reason }
}

/**
 * Jittered, so that the rooms of a hub do not all knock at once after its restart.
 * @param failures attempts in a row that came to nothing
 * @param random 0..1
 */
export function backoffMs(failures: number, random: number): number {
  if (failures === 0) return 0
  const full = Math.min(
    replacementLimits.backoffMostMs,
    replacementLimits.backoffFirstMs * 2 ** Math.min(failures - 1, 16),
  )
  return full * (0.5 + 0.5 * random)
}
