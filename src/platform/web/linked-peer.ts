import type { IceConfig } from '../../contract/hub.ts'
import type { PeerMessage } from '../../contract/room-view.ts'
import type { Attention, LinkMeasurement, RelayFault } from '../../domain/link/link.ts'
import { createHeartbeats, type Heartbeats } from './heartbeats.ts'
import type { LocalMedia } from './local-media.ts'
import { emptySample, ratesOf, remember, type StatsSample, sampleOf } from './media-stats.ts'
import { createPeer } from './peer.ts'
import { type NegotiationSignal, readPeerMessage, writePeerMessage } from './peer-wire.ts'
import type { PlaceholderTracks } from './placeholder-tracks.ts'
import type { LiveFacts } from './replacement.ts'

/** One peer with its heartbeats and its measuring: what a link holds one or, during a replacement, two of. */
export type LinkedPeer = {
  readonly epoch: number
  readonly signal: (data: NegotiationSignal) => void
  readonly send: (message: PeerMessage) => boolean
  readonly setMedia: (media: 'held' | 'flowing') => void
  /** The local tracks have changed. */
  readonly refreshTracks: () => void
  /** Sends the heartbeat that is due, with what was received; to be called four times a second. */
  readonly tick: () => void
  readonly facts: () => LiveFacts
  readonly candidacy: () => { readonly ageMs: number; readonly answered: boolean; readonly open: boolean }
  readonly stream: () => MediaStream | null
  readonly measure: () => Promise<Omit<LinkMeasurement, 'physicianId' | 'heartbeatAgeMs' | 'relayFault'>>
  readonly destroy: () => void
}

export type LinkedPeerOptions = {
  readonly epoch: number
  readonly initiator: boolean
  readonly sending: 'held' | 'flowing'
  readonly ice: IceConfig
  readonly media: LocalMedia
  readonly placeholders: PlaceholderTracks
  /** At a console, whether its physician attends to this room; null in a room, which cannot be muted. */
  readonly attention: (() => Attention) | null
  /** Milliseconds of a clock that only grows. */
  readonly now: () => number
  readonly onSignal: (data: NegotiationSignal) => void
  /** The channel is open on this side; a heartbeat has been sent, so that it is the first message there is. */
  readonly onOpen: () => void
  /** Once: the channel is open and the other end was heard through it. */
  readonly onProven: () => void
  readonly onHeartbeat: () => void
  readonly onMessage: (message: PeerMessage) => void
  readonly onClosed: (reason: string) => void
  /** What came of asking the relay: null when it gave a way. */
  readonly onRelay: (fault: RelayFault | null) => void
  readonly onNote: (words: string) => void
}

/** A look at the statistics that takes longer than this does not hold up a heartbeat. */
const samplePatienceMs = 200
/** Samples are shared by the heartbeat and by whoever measures. */
const sampleFreshMs = 350

export function createLinkedPeer(options: LinkedPeerOptions): LinkedPeer {
  const { now } = options
  const startedAtMs = now()
  let heartbeats: Heartbeats | null = null
  let open = false
  let proven = false
  let history: readonly StatsSample[] = []
  let sampledAtMs = Number.NEGATIVE_INFINITY
  let sampling: { readonly sinceMs: number; readonly done: Promise<void> } | null = null
  let sending = options.sending
  let answered = false
  let stream: MediaStream | null = null

  const peer = createPeer({
    initiator: options.initiator,
    ice: options.ice,
    media: options.media,
    placeholders: options.placeholders,
    onSignal: options.onSignal,
    onOpen: () => {
      open = true
      beat(awake())
      options.onOpen()
      prove()
    },
    onData: (data) => receive(data),
    onStream: (remote) => {
      stream = remote
    },
    onClosed: options.onClosed,
    onRelay: options.onRelay,
  })
  peer.setMedia(sending)

  /** A message may arrive before this side is told that its channel is open. */
  function awake(): Heartbeats {
    if (heartbeats !== null) return heartbeats
    heartbeats = createHeartbeats(now())
    history = [emptySample(performance.timeOrigin + performance.now())]
    return heartbeats
  }

  function prove() {
    if (proven || !open || heartbeats === null || heartbeats.heardAtMs() === null) return
    proven = true
    options.onProven()
  }

  function send(message: PeerMessage): boolean {
    const text = writePeerMessage(message)
    if (!text.ok) options.onNote(`not sent: ${text.error.message}`)
    return text.ok && peer.send(text.value)
  }

  function beat(pulse: Heartbeats) {
    const atMs = now()
    if (!open || !pulse.due(atMs)) return
    send(pulse.next(atMs, ratesOf(history).received, options.attention?.() ?? null))
  }

  function receive(data: unknown) {
    const read = readPeerMessage(data)
    if (!read.ok) return options.onNote(`a message was dropped: ${read.error.message}`)
    const pulse = awake()
    if (read.value.kind !== 'heartbeat') return options.onMessage(read.value)
    pulse.hear(read.value, now())
    options.onHeartbeat()
    prove()
    // A hidden page's timers are slowed down, its messages are not: so the other end's beat drives ours.
    return tick()
  }

  async function sample() {
    const stats = await peer.stats().catch(() => null)
    if (stats === null) return
    sampledAtMs = now()
    history = remember(history, sampleOf(stats, performance.timeOrigin + performance.now()))
  }

  function sampled(): Promise<void> {
    if (sampling !== null) return sampling.done
    if (now() - sampledAtMs < sampleFreshMs) return Promise.resolve()
    const done = sample().finally(() => {
      sampling = null
    })
    sampling = { sinceMs: now(), done }
    return done
  }

  function tick() {
    const pulse = heartbeats
    if (!open || pulse === null || !pulse.due(now())) return
    if (sampling !== null && now() - sampling.sinceMs > samplePatienceMs) beat(pulse)
    void sampled().then(() => beat(pulse))
  }

  return {
    epoch: options.epoch,
    signal: (data) => {
      answered ||= data.type === 'answer'
      peer.signal(data)
    },
    send,
    setMedia: (media) => {
      sending = media
      peer.setMedia(media)
    },
    refreshTracks: () => peer.setMedia(sending),
    tick,
    facts: () => ({
      transport: peer.transport(),
      silentMs: heartbeats?.silentMs(now()) ?? now() - startedAtMs,
    }),
    candidacy: () => ({ ageMs: now() - startedAtMs, answered, open }),
    stream: () => stream,
    measure: async () => {
      await sampled()
      const { received, lossRatio } = ratesOf(history)
      return {
        epoch: options.epoch,
        transport: peer.transport(),
        roundTripMs: history.at(-1)?.roundTripMs ?? heartbeats?.roundTripMs() ?? null,
        lossRatio,
        received,
        receivedByPhysician: heartbeats?.receivedByOther(now()) ?? null,
        attention: options.attention?.() ?? heartbeats?.attentionOfOther(now()) ?? null,
        sending,
      }
    },
    destroy: peer.destroy,
  }
}
