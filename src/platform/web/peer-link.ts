import type { IceServers, SignalEnvelope } from '../../contract/hub.ts'
import type { PeerMessage } from '../../contract/room-view.ts'
import type { LinkMeasurement } from '../../domain/link/link.ts'
import type { LocalMedia } from './local-media.ts'

/**
 * An always-on link between a room and a physician's console over simple-peer. It negotiates audio, video and a
 * data channel once, lets media flow or holds it (no frames are sent while held), and is replaced when dead,
 * without a last attempt: the room negotiates a new peer (a higher epoch) while the old one still lives.
 */
export type PeerLink = {
  readonly handleSignal: (envelope: SignalEnvelope) => void
  /** False when the data channel is not open: nothing was sent. */
  readonly send: (message: PeerMessage) => boolean
  readonly setMedia: (media: 'held' | 'flowing') => void
  readonly setIceServers: (servers: IceServers) => void
  /** What flowed over the last second; without `physicianId`, which the caller knows. */
  readonly measure: () => Promise<Omit<LinkMeasurement, 'physicianId'>>
  readonly close: () => void
}

export type PeerLinkOptions = {
  /** The room initiates and replaces; the console answers. */
  readonly role: 'room' | 'console'
  readonly iceServers: IceServers
  readonly media: LocalMedia
  readonly sendSignal: (envelope: SignalEnvelope) => void
  /** Valid messages only; heartbeats are the link's own and do not arrive here. */
  readonly onMessage: (message: PeerMessage) => void
  /** The data channel opened (again): state that the other end needs should be sent now. */
  readonly onOpen: () => void
  /** The other side's stream, new after every replacement; null when there is none. */
  readonly onStream: (stream: MediaStream | null) => void
}

export declare function createPeerLink(options: PeerLinkOptions): PeerLink
