import { directOnly, type IceConfig, type SignalEnvelope } from '../../contract/hub.ts'
import type { PeerMessage } from '../../contract/room-view.ts'
import type { Attention, LinkMeasurement, RelayFault } from '../../domain/link/link.ts'
import { createConsoleNegotiation } from './console-negotiation.ts'
import { createLinkedPeer, type LinkedPeer } from './linked-peer.ts'
import type { LocalMedia } from './local-media.ts'
import type { LinkPeers } from './negotiation.ts'
import { iceProblem } from './peer.ts'
import { readLinkSignal } from './peer-wire.ts'
import { createPlaceholderTracks } from './placeholder-tracks.ts'
import { createRoomNegotiation } from './room-negotiation.ts'

/**
 * An always-on link between a room and a physician's console over simple-peer. It negotiates audio, video and a
 * data channel once, lets media flow or holds it (no frames are sent while held), and is replaced when dead,
 * without a last attempt: the room negotiates a new peer (a higher epoch) while the old one still lives.
 */
export type PeerLink = {
  readonly handleSignal: (envelope: SignalEnvelope) => void
  /** False when the data channel is not open: nothing was sent. */
  readonly send: (message: PeerMessage) => boolean
  /**
   * In a room: lets media flow or holds it, and tells the console to do the same, again after every replacement.
   * In a console the room decides; a call here holds until the room's next word.
   */
  readonly setMedia: (media: 'held' | 'flowing') => void
  /** Taken at the next replacement; a living peer is left alone. Servers that the browser refuses are noted. */
  readonly setIce: (config: IceConfig) => void
  /** A hint that the network or the hub is back. A link that is well is left alone; any other tries at once. */
  readonly retryNow: () => void
  /**
   * What flowed over the last second; without `physicianId`, which the caller knows. In a console
   * `receivedByPhysician` is what the room says that it receives.
   */
  readonly measure: () => Promise<Omit<LinkMeasurement, 'physicianId'>>
  readonly close: () => void
}

export type PeerLinkOptions = {
  /** The room initiates and replaces; the console answers. */
  readonly role: 'room' | 'console'
  readonly ice: IceConfig
  readonly media: LocalMedia
  /** At a console: whether its physician attends to this room now. */
  readonly attention?: () => Attention
  readonly sendSignal: (envelope: SignalEnvelope) => void
  /** Valid messages only; heartbeats are the link's own and do not arrive here. */
  readonly onMessage: (message: PeerMessage) => void
  /** The data channel opened (again): state that the other end needs should be sent now. */
  readonly onOpen: () => void
  /** The other side's stream, new after every replacement; null when there is none. */
  readonly onStream: (stream: MediaStream | null) => void
  /** What was dropped, refused or replaced, and why: words for a log, without content. */
  readonly onNote?: (words: string) => void
  /** 0..1, for the back-off. */
  readonly random?: () => number
  /** Wall clock, ms: only makes epochs of a reloaded room higher than those before. */
  readonly wallClockMs?: () => number
}

const tickEveryMs = 250
/** A tick later than this means that the page stood still; what has arrived meanwhile is not read yet. */
const stoodStillMs = 1000

export function createPeerLink(options: PeerLinkOptions): PeerLink {
  const now = () => performance.now()
  const note = (words: string) => options.onNote?.(words)
  const placeholders = createPlaceholderTracks()
  const ending = new AbortController()
  let ice: IceConfig = directOnly
  let relayFault: RelayFault | null = null
  let media: 'held' | 'flowing' = 'held'
  let live: LinkedPeer | null = null
  let candidate: LinkedPeer | null = null
  let lastHeardAtMs: number | null = null
  let tickedAtMs = now()

  const peers: LinkPeers = {
    live: () => live,
    candidate: () => candidate,
    begin,
    dropCandidate: () => {
      candidate?.destroy()
      candidate = null
    },
    sendSignal: (epoch, data) => {
      if (!ending.signal.aborted) options.sendSignal({ epoch, data })
    },
    note,
    now,
  }
  const negotiation =
    options.role === 'room'
      ? createRoomNegotiation(peers, options.random ?? Math.random, options.wallClockMs ?? Date.now)
      : createConsoleNegotiation(peers)

  function begin(epoch: number): LinkedPeer {
    candidate?.destroy()
    const made: LinkedPeer = createLinkedPeer({
      epoch,
      initiator: options.role === 'room',
      // A console shows nothing through a new peer until the room has asked through that peer.
      sending: options.role === 'room' ? media : 'held',
      ice,
      media: options.media,
      placeholders,
      attention: options.attention ?? null,
      now,
      onSignal: (data) => peers.sendSignal(epoch, { ...data }),
      onOpen: () => {
        if (options.role === 'room') made.send({ kind: 'media', want: media })
      },
      onProven: () => adopt(made),
      onHeartbeat: () => {
        lastHeardAtMs = now()
      },
      onMessage: (message) => receive(made, message),
      onClosed: (reason) => closed(made, reason),
      onRelay: (fault) => {
        relayFault = fault
      },
      onNote: note,
    })
    candidate = made
    return made
  }

  function adopt(peer: LinkedPeer) {
    if (peer !== candidate) return
    const old = live
    live = peer
    candidate = null
    negotiation.adopted()
    if (old !== null) note(`epoch ${old.epoch} was replaced by ${peer.epoch}`)
    options.onStream(peer.stream())
    options.onOpen()
    old?.destroy()
  }

  function closed(peer: LinkedPeer, reason: string) {
    if (peer === candidate) {
      candidate = null
      note(`epoch ${peer.epoch} did not come about: ${reason}`)
      negotiation.candidateClosed(reason)
    } else if (peer === live) {
      note(`epoch ${peer.epoch} closed: ${reason}`)
      live = null
      // The other end lets go of the old peer only when it has heard us through the new one.
      if (candidate?.candidacy().open) return adopt(candidate)
      options.onStream(null)
      negotiation.liveClosed(peer.epoch)
    }
  }

  function receive(peer: LinkedPeer, message: PeerMessage) {
    if (message.kind === 'media') {
      if (options.role === 'room') return note('a message was dropped: only a room asks for media')
      media = message.want
      peer.setMedia(media)
    }
    options.onMessage(message)
  }

  function setIce(config: IceConfig) {
    const problem = iceProblem(config)
    if (problem === null) ice = config
    else note(`ICE servers were not taken, the ones before stay in use: ${problem}`)
  }

  function tick() {
    const awake = now() - tickedAtMs < stoodStillMs
    tickedAtMs = now()
    live?.tick()
    candidate?.tick()
    negotiation.tick(awake)
  }

  setIce(options.ice)
  const timer = setInterval(tick, tickEveryMs)
  const stopWatching = options.media.onChange(() => {
    live?.refreshTracks()
    candidate?.refreshTracks()
  })
  const { signal } = ending
  addEventListener('online', negotiation.retryNow, { signal })
  if ('connection' in navigator && navigator.connection instanceof EventTarget) {
    navigator.connection.addEventListener('change', negotiation.retryNow, { signal })
  }
  negotiation.tick(true)

  return {
    handleSignal: (envelope) => {
      if (signal.aborted) return
      const read = readLinkSignal(envelope.data)
      if (read.ok) negotiation.handleSignal(envelope.epoch, read.value)
      else note(`a signal was dropped: ${read.error.message}`)
    },
    send: (message) => live?.send(message) ?? false,
    setMedia: (wanted) => {
      if (wanted === media) return
      media = wanted
      live?.setMedia(media)
      candidate?.setMedia(media)
      if (options.role === 'room') {
        live?.send({ kind: 'media', want: media })
        candidate?.send({ kind: 'media', want: media })
      }
    },
    setIce,
    retryNow: negotiation.retryNow,
    measure: async () => {
      const measured = await live?.measure()
      const heartbeatAgeMs = lastHeardAtMs === null ? null : now() - lastHeardAtMs
      if (measured !== undefined) return { ...measured, heartbeatAgeMs, relayFault }
      return {
        epoch: candidate?.epoch ?? 0,
        // What was up and is gone is closed, whatever is being negotiated in its place.
        transport: lastHeardAtMs !== null ? 'closed' : candidate !== null ? 'connecting' : 'new',
        heartbeatAgeMs,
        roundTripMs: null,
        lossRatio: null,
        received: { framesDecodedPerS: 0, audioBytesPerS: 0 },
        receivedByPhysician: null,
        attention: options.attention?.() ?? null,
        sending: media,
        relayFault,
      }
    },
    close: () => {
      ending.abort()
      clearInterval(timer)
      stopWatching()
      candidate?.destroy()
      live?.destroy()
      candidate = null
      live = null
      placeholders.close()
      options.onStream(null)
    },
  }
}
