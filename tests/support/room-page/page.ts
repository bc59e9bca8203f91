import type { SignalEnvelope } from '../../../src/contract/hub.ts'
import type { PeerMessage } from '../../../src/contract/room-view.ts'
import { createRoomLinks } from '../../../src/platform/web/session-links.ts'
import { colourMedia } from '../link-page/media.ts'

declare global {
  interface Window {
    emitFromRoom: (physicianId: string, connectionId: string, envelope: SignalEnvelope) => void
    peerMessage: (physicianId: string, message: PeerMessage) => void
    channelOpened: (physicianId: string) => void
    room: Room
  }
}

/** The media half of a workstation: the product's own links with a picture of one colour. */
export type Room = {
  readonly start: (colour: string) => Promise<void>
  readonly want: (physicianId: string, connectionId: string, media: 'held' | 'flowing') => void
  readonly signal: (physicianId: string, connectionId: string, envelope: SignalEnvelope) => void
  readonly send: (physicianId: string, message: PeerMessage) => boolean
  readonly received: () => { readonly frames: number; readonly audioBytes: number }
  readonly close: () => void
}

let links: ReturnType<typeof createRoomLinks> | null = null
let received = { frames: 0, audioBytes: 0 }

window.room = {
  async start(colour) {
    links = createRoomLinks({
      media: await colourMedia(colour),
      onSignal: window.emitFromRoom,
      onMessage: window.peerMessage,
      onOpen: window.channelOpened,
      onMeasured: ([first]) => {
        if (first)
          received = {
            frames: first.received.framesDecodedPerS,
            audioBytes: first.received.audioBytesPerS,
          }
      },
      onStream: (_, stream) => {
        // Decoded only where it is played.
        const video =
          document.querySelector('video') ?? document.body.appendChild(document.createElement('video'))
        video.srcObject = stream
        void video.play().catch(() => undefined)
      },
    })
  },
  want: (physicianId, connectionId, media) => links?.setWanted([{ physicianId, connectionId, media }]),
  signal: (physicianId, connectionId, envelope) => links?.handleSignal(physicianId, connectionId, envelope),
  send: (physicianId, message) => links?.send(physicianId, message) ?? false,
  received: () => received,
  close: () => links?.close(),
}
