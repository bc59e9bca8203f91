import type { LinkedPeer } from './linked-peer.ts'
import type { LinkSignal } from './peer-wire.ts'

/** What a role decides about: when there is a candidate, and what signals mean. */
export type Negotiation = {
  readonly handleSignal: (epoch: number, signal: LinkSignal) => void
  /** Four times a second. `awake` is false when this page itself stood still, so that silence proves nothing. */
  readonly tick: (awake: boolean) => void
  readonly candidateClosed: (reason: string) => void
  readonly liveClosed: (epoch: number) => void
  readonly adopted: () => void
  readonly retryNow: () => void
}

/** The one or two peers of a link, and what a role may do with them. */
export type LinkPeers = {
  readonly live: () => LinkedPeer | null
  readonly candidate: () => LinkedPeer | null
  /** Makes a candidate; lets go of the one before. */
  readonly begin: (epoch: number) => LinkedPeer
  readonly dropCandidate: () => void
  readonly sendSignal: (epoch: number, data: Record<string, unknown>) => void
  readonly note: (words: string) => void
  readonly now: () => number
}
