import type { LinkPeers, Negotiation } from './negotiation.ts'
import type { LinkSignal } from './peer-wire.ts'
import { isHealthy, replacementLimits } from './replacement.ts'

/** Between two requests for a new peer while the live one is silent. */
const askEveryMs = 3000

/** The console's part: answers, never offers. Of a peer that is dead on this side it tells the room. */
export function createConsoleNegotiation(peers: LinkPeers): Negotiation {
  let newest = 0
  let askedAtMs = Number.NEGATIVE_INFINITY

  function ask(epoch: number) {
    askedAtMs = peers.now()
    peers.sendSignal(epoch, { type: 'link-replace' })
  }

  function offered(epoch: number, signal: Extract<LinkSignal, { type: 'offer' }>) {
    if (epoch <= newest) {
      peers.note(`an offer of epoch ${epoch} was dropped: ${newest} is known`)
      // The same offer twice is a repetition; an older one may be a room that was reloaded with its clock set back.
      if (epoch < newest) peers.sendSignal(newest, { type: 'link-stale' })
      return
    }
    newest = epoch
    peers.begin(epoch).signal(signal)
  }

  return {
    handleSignal: (epoch, signal) => {
      if (signal.type === 'offer') return offered(epoch, signal)
      if (signal.type !== 'candidate')
        return peers.note(`a signal was dropped: a console takes no ${signal.type}`)
      const target = [peers.candidate(), peers.live()].find((peer) => peer?.epoch === epoch)
      if (target) target.signal(signal)
      else peers.note(`a signal of epoch ${epoch} was dropped: not in use`)
    },
    tick: (awake) => {
      const candidacy = peers.candidate()?.candidacy()
      if (candidacy !== undefined && candidacy.ageMs > replacementLimits.noOpenMs) peers.dropCandidate()
      const live = peers.live()
      if (!awake || live === null || peers.candidate() !== null) return
      const silent = live.facts().silentMs > replacementLimits.stallMs
      if (silent && peers.now() - askedAtMs > askEveryMs) ask(live.epoch)
    },
    // The room sees for itself that nothing came of its offer.
    candidateClosed: () => undefined,
    liveClosed: ask,
    adopted: () => undefined,
    retryNow: () => {
      const live = peers.live()
      if (peers.candidate() === null && !isHealthy(live?.facts() ?? null)) ask(live?.epoch ?? newest)
    },
  }
}
