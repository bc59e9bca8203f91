import type { LinkPeers, Negotiation } from './negotiation.ts'
import type { LinkSignal } from './peer-wire.ts'
import { backoffMs, isHealthy, nextMove } from './replacement.ts'

/** How much of the range of safe integers is left above an epoch that is still believed. */
const epochMost = Number.MAX_SAFE_INTEGER - 1_000_000

/** A peer that closes sooner than this after it opened counts as a failure: no tight circle of replacements. */
const settledAfterMs = 3000

/**
 * The room's part: offers, and replaces what is dead. Epochs begin at the wall clock in seconds, so that those of
 * a reloaded page are higher than the ones before; should they not be, the console says so and they are raised.
 */
export function createRoomNegotiation(
  peers: LinkPeers,
  random: () => number,
  wallClockMs: () => number,
): Negotiation {
  let epoch = 0
  let failures = 0
  let dueAtMs = Number.NEGATIVE_INFINITY
  let adoptedAtMs = Number.NEGATIVE_INFINITY

  function attempt(reason: string) {
    epoch = Math.max(epoch + 1, Math.floor(wallClockMs() / 1000))
    peers.note(`negotiating epoch ${epoch}: ${reason}`)
    peers.begin(epoch)
  }

  function failed() {
    failures += 1
    dueAtMs = peers.now() + backoffMs(failures, random())
  }

  function attemptNow(reason: string) {
    failures = 0
    dueAtMs = Number.NEGATIVE_INFINITY
    attempt(reason)
  }

  function tick(awake: boolean) {
    const candidate = peers.candidate()
    const live = peers.live()?.facts() ?? null
    const move = nextMove({
      live: live !== null && !awake ? { ...live, silentMs: 0 } : live,
      candidate: candidate?.candidacy() ?? null,
      dueInMs: dueAtMs - peers.now(),
    })
    switch (move.kind) {
      case 'wait':
        return
      case 'attempt':
        return attempt(move.reason)
      case 'give-up-candidate':
        peers.note(`epoch ${candidate?.epoch} was given up: ${move.reason}`)
        peers.dropCandidate()
        return failed()
      case 'keep-live':
        peers.note('the connection came back by itself')
        peers.dropCandidate()
        failures = 0
    }
  }

  return {
    tick,
    handleSignal: (signalEpoch: number, signal: LinkSignal) => {
      const target = [peers.candidate(), peers.live()].find((peer) => peer?.epoch === signalEpoch) ?? null
      switch (signal.type) {
        case 'answer':
        case 'candidate':
          if (target === null) return peers.note(`a signal of epoch ${signalEpoch} was dropped: not in use`)
          return target.signal(signal)
        case 'offer':
          return peers.note('a signal was dropped: a room makes offers, it does not take them')
        case 'link-stale':
          // A console that knows our latest offer, or one before it, complains of an offer that came late.
          if (signalEpoch <= epoch || signalEpoch > epochMost) return
          epoch = signalEpoch
          return attemptNow('the console has seen a higher epoch')
        case 'link-replace':
          if (peers.live() !== null && target !== peers.live()) return
          if (peers.candidate() === null) attemptNow('the console asks for it')
      }
    },
    candidateClosed: failed,
    liveClosed: () => {
      if (peers.now() - adoptedAtMs < settledAfterMs) failed()
      else failures = 0
      tick(true)
    },
    adopted: () => {
      adoptedAtMs = peers.now()
      dueAtMs = Number.NEGATIVE_INFINITY
    },
    retryNow: () => {
      const candidate = peers.candidate()?.candidacy()
      // An offer may have been lost with the network that is back now; a fresh one is on its way.
      if (candidate !== undefined && (candidate.answered || candidate.ageMs < 500)) return
      if (!isHealthy(peers.live()?.facts() ?? null)) attemptNow('the network may be back')
    },
  }
}
