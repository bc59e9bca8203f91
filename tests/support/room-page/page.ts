import type { SignalEnvelope } from '../../../src/contract/hub.ts'
import type { PeerMessage } from '../../../src/contract/room-view.ts'
import type { Attention } from '../../../src/domain/link/link.ts'
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
  /** What the console said of its physician's attention when last measured. */
  readonly attention: () => Attention | null
  /** The loudest sample of the physician's voice within a second, 0..1. */
  readonly voice: () => Promise<number>
  readonly close: () => void
}

let links: ReturnType<typeof createRoomLinks> | null = null
let stream: MediaStream | null = null
let received = { frames: 0, audioBytes: 0 }
let attention: Attention | null = null

window.room = {
  async start(colour) {
    links = createRoomLinks({
      media: await colourMedia(colour),
      onSignal: window.emitFromRoom,
      onMessage: window.peerMessage,
      onOpen: window.channelOpened,
      onMeasured: ([first]) => {
        if (first === undefined) return
        const { framesDecodedPerS, audioBytesPerS } = first.received
        received = { frames: framesDecodedPerS, audioBytes: audioBytesPerS }
        attention = first.attention
      },
      onStream: (_, now) => {
        stream = now
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
  attention: () => attention,
  async voice() {
    if (stream === null) return 0
    const context = new AudioContext()
    await context.resume()
    const ear = context.createAnalyser()
    context.createMediaStreamSource(stream).connect(ear)
    const samples = new Float32Array(ear.fftSize)
    let loudest = 0
    for (const until = performance.now() + 1000; performance.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 25))
      ear.getFloatTimeDomainData(samples)
      for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample))
    }
    await context.close()
    return loudest
  },
  close: () => links?.close(),
}
