import type { SignalData } from 'simple-peer'
import SimplePeer from 'simple-peer/simplepeer.min.js'
import type { IceConfig } from '../../contract/hub.ts'
import type { RelayFault } from '../../domain/link/link.ts'
import type { LocalMedia } from './local-media.ts'
import { type NegotiationSignal, withStartBitrate } from './peer-wire.ts'
import type { PlaceholderTracks } from './placeholder-tracks.ts'

/** One simple-peer, used once: it is never negotiated again, only replaced. */
export type Peer = {
  readonly signal: (data: NegotiationSignal) => void
  /** False when the channel is not open, or so much is waiting in it that it must be stuck. */
  readonly send: (text: string) => boolean
  /** Lets the tracks of the local media flow, or sends nothing. To be called again when those tracks change. */
  readonly setMedia: (media: 'held' | 'flowing') => void
  readonly transport: () => RTCPeerConnectionState
  readonly stats: () => Promise<Iterable<unknown>>
  readonly destroy: () => void
}

export type PeerOptions = {
  readonly initiator: boolean
  readonly ice: IceConfig
  readonly media: LocalMedia
  readonly placeholders: PlaceholderTracks
  readonly onSignal: (data: NegotiationSignal) => void
  readonly onOpen: () => void
  readonly onData: (data: unknown) => void
  readonly onStream: (stream: MediaStream) => void
  /** Once, whatever the cause; not after `destroy`. */
  readonly onClosed: (reason: string) => void
  /** A relay has failed, or (null) has given a way; as often as that happens. */
  readonly onRelay: (fault: RelayFault | null) => void
}

/** More than this unsent means that the path is dead, not busy. */
const stuckBytes = 1024 * 1024
/** 720p at 30 frames a second in VP8 or H.264, with room for a bad picture to recover in. */
const videoBitsPerS = 2_500_000
const audioBitsPerS = 64_000
/**
 * What the other end may assume of the path before it has measured it. Chromium assumes 0.3 Mbit/s, for which a first
 * picture of 720p is too large: it drops up to four and then sends a small one slowly.
 */
const videoStartBitsPerS = 1_200_000

/** simple-peer keeps its connection to itself; its `wrtc` option is the documented way to be told of it. */
function observeConnection() {
  const seen: { connection: RTCPeerConnection | null } = { connection: null }
  class ObservedConnection extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      seen.connection = this
    }
  }
  return { seen, wrtc: { RTCPeerConnection: ObservedConnection, RTCSessionDescription, RTCIceCandidate } }
}

const toRtc = ({ servers, relayOnly }: IceConfig): RTCConfiguration => ({
  iceServers: servers.map(({ urls, username, credential }) => ({
    urls,
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  })),
  iceTransportPolicy: relayOnly ? 'relay' : 'all',
})

/** Why the browser would not take this; null when it does. It comes over the network, typed by people. */
export function iceProblem(config: IceConfig): string | null {
  try {
    new RTCPeerConnection(toRtc(config)).close()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : 'the browser refused them'
  }
}

/** A relay that refuses or does not answer is said in events of the gathering, and nowhere else. */
function watchRelay(connection: RTCPeerConnection | null, onRelay: PeerOptions['onRelay']): void {
  let relayed = false
  connection?.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate?.type !== 'relay') return
    relayed = true
    onRelay(null)
  })
  connection?.addEventListener('icecandidateerror', ({ url, errorCode }) => {
    // Of several addresses one is enough.
    if (!relayed && /^turns?:/.test(url)) onRelay({ url: url.slice(0, 300), code: errorCode })
  })
}

export function createPeer(options: PeerOptions): Peer {
  const { seen, wrtc } = observeConnection()
  let gone = false
  const inner = new SimplePeer({
    initiator: options.initiator,
    // Always given: without it simple-peer asks public servers of third parties.
    config: { ...toRtc(options.ice), bundlePolicy: 'max-bundle' },
    stream: new MediaStream([options.placeholders.audio, options.placeholders.video]),
    objectMode: true,
    wrtc,
  })
  const connection = seen.connection
  watchRelay(connection, (fault) => {
    if (!gone) options.onRelay(fault)
  })
  const sender = (kind: string) => connection?.getSenders().find(({ track }) => track?.kind === kind) ?? null
  // Found now, while the placeholders still tell them apart.
  const audioSender = sender('audio')
  const videoSender = sender('video')

  const ended = (reason: string) => {
    if (gone) return
    gone = true
    inner.destroy()
    options.onClosed(reason)
  }
  inner.on('error', (error) => ended(error.message))
  inner.on('close', () => ended('the channel closed'))
  inner.on('signal', (data) => {
    if (gone || (data.type !== 'offer' && data.type !== 'answer' && data.type !== 'candidate')) return
    options.onSignal(data as NegotiationSignal)
  })
  inner.on('data', (data: unknown) => {
    if (!gone) options.onData(data)
  })
  inner.on('stream', (stream) => {
    if (!gone) options.onStream(stream)
  })
  inner.on('connect', () => {
    if (gone) return
    void limitBitrate(audioSender, audioBitsPerS, 'high')
    void limitBitrate(videoSender, videoBitsPerS, 'medium')
    options.onOpen()
  })

  return {
    signal: (data) => {
      if (gone) return
      try {
        inner.signal(withStartBitrate(data, videoStartBitsPerS) as SignalData)
      } catch (error) {
        ended(error instanceof Error ? error.message : 'a signal could not be used')
      }
    },
    send: (text) => {
      if (gone || !inner.connected || inner.bufferSize > stuckBytes) return false
      try {
        inner.send(text)
        return true
      } catch {
        return false
      }
    },
    setMedia: (media) => {
      const tracks = media === 'flowing' ? options.media.tracks() : { audio: null, video: null }
      void replace(audioSender, tracks.audio)
      void replace(videoSender, tracks.video)
    },
    transport: () => (gone ? 'closed' : (connection?.connectionState ?? 'closed')),
    stats: async () => (gone || connection === null ? [] : (await connection.getStats()).values()),
    destroy: () => {
      gone = true
      inner.destroy()
    },
  }
}

/** Runs in order: the browser queues these per connection. It fails only on a connection that is closed. */
async function replace(sender: RTCRtpSender | null, track: MediaStreamTrack | null): Promise<void> {
  await sender?.replaceTrack(track).catch(() => undefined)
}

async function limitBitrate(sender: RTCRtpSender | null, bits: number, priority: RTCPriorityType) {
  if (sender === null) return
  const parameters = sender.getParameters()
  for (const encoding of parameters.encodings) {
    encoding.maxBitrate = bits
    encoding.priority = priority
    encoding.networkPriority = priority
  }
  // A refusal leaves the browser's own limits, with which the link works too.
  await sender.setParameters(parameters).catch(() => undefined)
}
