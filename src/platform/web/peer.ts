import type { SignalData } from 'simple-peer'
import SimplePeer from 'simple-peer/simplepeer.min.js'
import type { IceServers } from '../../contract/hub.ts'
import type { LocalMedia } from './local-media.ts'
import type { NegotiationSignal } from './peer-wire.ts'
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
  readonly iceServers: IceServers
  readonly media: LocalMedia
  readonly placeholders: PlaceholderTracks
  readonly onSignal: (data: NegotiationSignal) => void
  readonly onOpen: () => void
  readonly onData: (data: unknown) => void
  readonly onStream: (stream: MediaStream) => void
  /** Once, whatever the cause; not after `destroy`. */
  readonly onClosed: (reason: string) => void
}

/** More than this unsent means that the path is dead, not busy. */
const stuckBytes = 1024 * 1024
/** 720p at 30 frames a second in VP8 or H.264, with room for a bad picture to recover in. */
const videoBitsPerS = 2_500_000
const audioBitsPerS = 64_000

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

const toRtc = (servers: IceServers): RTCIceServer[] =>
  servers.map(({ urls, username, credential }) => ({
    urls,
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  }))

/** Why the browser would not take these servers; null when it does. Ours come over the network, typed by people. */
export function iceServersProblem(servers: IceServers): string | null {
  try {
    new RTCPeerConnection({ iceServers: toRtc(servers) }).close()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : 'the browser refused them'
  }
}

export function createPeer(options: PeerOptions): Peer {
  const { seen, wrtc } = observeConnection()
  let gone = false
  const inner = new SimplePeer({
    initiator: options.initiator,
    // Always given: without it simple-peer asks public servers of third parties.
    config: { iceServers: toRtc(options.iceServers), bundlePolicy: 'max-bundle' },
    stream: new MediaStream([options.placeholders.audio, options.placeholders.video]),
    objectMode: true,
    wrtc,
  })
  const connection = seen.connection
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
        inner.signal(data as SignalData)
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
