import { directOnly, type IceConfig, type SignalEnvelope } from '../../contract/hub.ts'
import type { PeerWanted } from '../../contract/ipc.ts'
import type { PeerMessage } from '../../contract/room-view.ts'
import type { Attention, LinkMeasurement } from '../../domain/link/link.ts'
import { createLinkTable } from './link-table.ts'
import type { LocalMedia } from './local-media.ts'
import { createPeerLink } from './peer-link.ts'

/**
 * All peer links of a room. Reconciles to the list it is given, so the page holds no peer logic: pass
 * `snapshot.peers` to `setWanted` and `snapshot.ice` to `setIce` at every snapshot, each push of
 * kind `signal` to `handleSignal`, each push `send-peer` to `send`; report what the callbacks say.
 * The `media` message to the physician is sent by the link itself from `PeerWanted.media`.
 */
export type RoomLinks = {
  /** Holds exactly these peers. A changed `connectionId` (the console was reloaded) is a new peer link. */
  readonly setWanted: (peers: readonly PeerWanted[]) => void
  /** Used from the next negotiation on; a link that lives is left alone. */
  readonly setIce: (config: IceConfig) => void
  /** Signals of a page load of the console that is not wanted (any more) are dropped. */
  readonly handleSignal: (physicianId: string, connectionId: string, envelope: SignalEnvelope) => void
  /** False: no open channel to this physician, nothing was sent. */
  readonly send: (physicianId: string, message: PeerMessage) => boolean
  /** A hint that the network or the hub is back: links that are down try at once. Healthy ones are left alone. */
  readonly retryNow: () => void
  readonly close: () => void
}

export type RoomLinksOptions = {
  readonly media: LocalMedia
  /** Default: direct only. */
  readonly ice?: IceConfig
  readonly onSignal: (physicianId: string, connectionId: string, envelope: SignalEnvelope) => void
  /** Validated; heartbeats do not arrive here. */
  readonly onMessage: (physicianId: string, message: PeerMessage) => void
  /** Every 500 ms, one measurement for each wanted peer; also when the list is empty. */
  readonly onMeasured: (links: LinkMeasurement[]) => void
  /** The physician's stream, new after every replacement; null when there is none (any more). */
  readonly onStream: (physicianId: string, stream: MediaStream | null) => void
  /** The channel opened (again): what the console must know should be sent now. */
  readonly onOpen?: (physicianId: string) => void
  /** Something was dropped or replaced, in words without patient data: for the application's log. */
  readonly onNote?: (physicianId: string, words: string) => void
}

export function createRoomLinks(options: RoomLinksOptions): RoomLinks {
  let ice = options.ice ?? directOnly
  const table = createLinkTable<{ readonly connectionId: string }>((measured) => {
    options.onMeasured(
      measured.map(([physicianId, measurement]): LinkMeasurement => ({ physicianId, ...measurement })),
    )
  })

  const open = ({ physicianId, connectionId }: PeerWanted) => {
    const link = createPeerLink({
      role: 'room',
      ice,
      media: options.media,
      sendSignal: (envelope) => options.onSignal(physicianId, connectionId, envelope),
      onMessage: (message) => options.onMessage(physicianId, message),
      onOpen: () => options.onOpen?.(physicianId),
      onStream: (stream) => options.onStream(physicianId, stream),
      onNote: (words) => options.onNote?.(physicianId, words),
    })
    table.set(physicianId, { link, connectionId })
    return link
  }

  return {
    setWanted: (peers) => {
      for (const [physicianId, held] of table.entries()) {
        const wanted = peers.find((peer) => peer.physicianId === physicianId)
        if (wanted?.connectionId !== held.connectionId) table.drop(physicianId)
      }
      for (const peer of peers) {
        const link = table.get(peer.physicianId)?.link ?? open(peer)
        link.setMedia(peer.media)
      }
    },
    setIce: (config) => {
      if (JSON.stringify(config) === JSON.stringify(ice)) return
      ice = config
      for (const [, { link }] of table.entries()) link.setIce(config)
    },
    handleSignal: (physicianId, connectionId, envelope) => {
      const held = table.get(physicianId)
      if (held?.connectionId === connectionId) held.link.handleSignal(envelope)
      else options.onNote?.(physicianId, 'a signal was dropped: it is for a peer that is not wanted')
    },
    send: (physicianId, message) => table.get(physicianId)?.link.send(message) ?? false,
    retryNow: table.retryNow,
    close: table.close,
  }
}

/** What a console measures of one room; `receivedByPhysician` is here what the *room* says it receives. */
export type ConsoleMeasurement = Omit<LinkMeasurement, 'physicianId'>

/**
 * All peer links of a physician's console, one for each room that offers one. A room's first signal makes its
 * link. Camera and microphone flow to a room only while that room asks for them.
 */
export type ConsoleLinks = {
  readonly handleSignal: (deviceId: string, envelope: SignalEnvelope) => void
  /** False: no open channel to this room, nothing was sent. */
  readonly send: (deviceId: string, message: PeerMessage) => boolean
  /** Lets go of this room's link; a later offer of the room makes a new one. */
  readonly drop: (deviceId: string) => void
  readonly setIce: (config: IceConfig) => void
  /** The network is back: asks rooms whose link is down for a new peer. */
  readonly retryNow: () => void
  readonly close: () => void
}

export type ConsoleLinksOptions = {
  readonly media: LocalMedia
  /** Told to the room with every heartbeat, and judged at both ends. */
  readonly attention: (deviceId: string) => Attention
  /** Default: direct only. */
  readonly ice?: IceConfig
  readonly onSignal: (deviceId: string, envelope: SignalEnvelope) => void
  /** Validated; heartbeats do not arrive here. `media` does, after it was followed. */
  readonly onMessage: (deviceId: string, message: PeerMessage) => void
  /** The channel to this room opened (again): repeat statements that the room has not logged. */
  readonly onOpen: (deviceId: string) => void
  /** Every 500 ms, by deviceId. */
  readonly onMeasured: (measurements: ReadonlyMap<string, ConsoleMeasurement>) => void
  readonly onStream: (deviceId: string, stream: MediaStream | null) => void
  readonly onNote?: (deviceId: string, words: string) => void
}

export function createConsoleLinks(options: ConsoleLinksOptions): ConsoleLinks {
  let ice = options.ice ?? directOnly
  const table = createLinkTable<object>((measured) => options.onMeasured(new Map(measured)))

  const open = (deviceId: string) => {
    const link = createPeerLink({
      role: 'console',
      ice,
      media: options.media,
      attention: () => options.attention(deviceId),
      sendSignal: (envelope) => options.onSignal(deviceId, envelope),
      onMessage: (message) => options.onMessage(deviceId, message),
      onOpen: () => options.onOpen(deviceId),
      onStream: (stream) => options.onStream(deviceId, stream),
      onNote: (words) => options.onNote?.(deviceId, words),
    })
    table.set(deviceId, { link })
    return link
  }

  return {
    handleSignal: (deviceId, envelope) =>
      (table.get(deviceId)?.link ?? open(deviceId)).handleSignal(envelope),
    send: (deviceId, message) => table.get(deviceId)?.link.send(message) ?? false,
    drop: table.drop,
    setIce: (config) => {
      if (JSON.stringify(config) === JSON.stringify(ice)) return
      ice = config
      for (const [, { link }] of table.entries()) link.setIce(config)
    },
    retryNow: table.retryNow,
    close: table.close,
  }
}
