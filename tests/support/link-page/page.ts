import type { SignalEnvelope } from '../../../src/contract/hub.ts'
import type { PeerWanted } from '../../../src/contract/ipc.ts'
import type { PeerMessage } from '../../../src/contract/room-view.ts'
import type { Attention, LinkMeasurement } from '../../../src/domain/link/link.ts'
import { createAlarmTones } from '../../../src/platform/web/alarm-tones.ts'
import { type DeviceReport, type LocalMedia, openLocalMedia } from '../../../src/platform/web/local-media.ts'
import {
  type ConsoleMeasurement,
  createConsoleLinks,
  createRoomLinks,
} from '../../../src/platform/web/session-links.ts'
import { colourMedia, heldBackDevices } from './media.ts'
import { watchPictures } from './pictures.ts'

/** The bridge to the test: what leaves this page. */
declare global {
  interface Window {
    emitSignal: (to: string, connectionId: string, envelope: SignalEnvelope) => void
    party: Party
  }
}

// Every connection of this page, so that a test can cut one underneath the code that holds it.
const connections: RTCPeerConnection[] = []
const Native = window.RTCPeerConnection
window.RTCPeerConnection = class extends Native {
  constructor(configuration?: RTCConfiguration) {
    super(configuration)
    connections.push(this)
  }
}

const pictures = watchPictures()
const messages: { readonly from: string; readonly message: PeerMessage; readonly atMs: number }[] = []
const notes: string[] = []
const opened: { readonly id: string; readonly atMs: number }[] = []
const streamed: { readonly id: string; readonly has: boolean; readonly atMs: number }[] = []
const deviceReports: (DeviceReport & { readonly atMs: number })[] = []
const measured = new Map<string, ConsoleMeasurement>()
const devices = heldBackDevices()
let media: LocalMedia | null = null
let attention: Attention = { front: 'this-room', microphone: 'on' }
let room: ReturnType<typeof createRoomLinks> | null = null
let physician: ReturnType<typeof createConsoleLinks> | null = null
const tones = createAlarmTones(() => new AudioContext())

const localMedia = (): LocalMedia => {
  if (media === null) throw new Error('openMedia comes first')
  return media
}
const common = {
  onMessage: (from: string, message: PeerMessage) => messages.push({ from, message, atMs: Date.now() }),
  onOpen: (id: string) => opened.push({ id, atMs: Date.now() }),
  onStream: (id: string, stream: MediaStream | null) => {
    streamed.push({ id, has: stream !== null, atMs: Date.now() })
    pictures.show(id, stream)
  },
  onNote: (id: string, words: string) => notes.push(`${id}: ${words}`),
}
const used = () => connections.filter((one) => one.getTransceivers().length > 0 || one.remoteDescription)

const party = {
  openDevices: async (preferredCamera: readonly string[] = []) => {
    media = await openLocalMedia({
      mediaDevices: devices.mediaDevices,
      onDevice: (report) => deviceReports.push({ ...report, atMs: Date.now() }),
      preferred: { camera: preferredCamera, microphone: [] },
    })
  },
  openColour: async (colour: string) => {
    media = await colourMedia(colour)
  },
  /** Silence that still flows: what a physician's page sends to rooms that it does not talk to. */
  muteColour: () => {
    const { audio } = localMedia().tracks()
    if (audio !== null) audio.enabled = false
  },
  startRoom: () => {
    room = createRoomLinks({
      ...common,
      media: localMedia(),
      onSignal: (id, connectionId, envelope) => window.emitSignal(id, connectionId, envelope),
      onMeasured: (links: LinkMeasurement[]) => {
        for (const { physicianId, ...rest } of links) measured.set(physicianId, rest)
      },
    })
  },
  startConsole: () => {
    physician = createConsoleLinks({
      ...common,
      media: localMedia(),
      attention: () => attention,
      onSignal: (id, envelope) => window.emitSignal(id, '', envelope),
      onMeasured: (all) => {
        for (const [id, one] of all) measured.set(id, one)
      },
    })
  },
  attend: (now: Attention) => {
    attention = now
  },
  want: (peers: PeerWanted[]) => {
    room?.setWanted(peers)
    return Date.now()
  },
  signal: (from: string, connectionId: string, envelope: SignalEnvelope) => {
    room?.handleSignal(from, connectionId, envelope)
    physician?.handleSignal(from, envelope)
  },
  send: (to: string, message: PeerMessage) =>
    room?.send(to, message) ?? physician?.send(to, message) ?? false,
  retryNow: () => {
    room?.retryNow()
    physician?.retryNow()
  },
  measured: (id: string) => measured.get(id) ?? null,
  messages: () => messages,
  notes: () => notes,
  opened: () => opened,
  streamed: () => streamed,
  deviceReports: () => deviceReports,
  hideDevice: devices.hide,
  showDevice: devices.show,
  camera: () => localMedia().tracks().video?.label ?? null,
  level: () => localMedia().level(),
  nextFrame: pictures.nextFrame,
  pixel: pictures.pixel,
  /** Closes the newest connection underneath its peer, as a driver or a browser bug would. */
  closeConnection: () => {
    used().at(-1)?.close()
    return Date.now()
  },
  livingConnections: () => used().filter(({ connectionState }) => connectionState === 'connected').length,
  /** Everything on the wire of the newest connection: media, data channel, DTLS and ICE. */
  wireBytes: async () => {
    const stats = await used().at(-1)?.getStats()
    let bytes = { sent: 0, received: 0, framesSent: 0, atMs: performance.now() }
    for (const stat of stats?.values() ?? []) {
      if (stat.type === 'transport') bytes = { ...bytes, sent: stat.bytesSent, received: stat.bytesReceived }
      if (stat.type === 'outbound-rtp' && stat.kind === 'video') bytes.framesSent = stat.framesSent ?? 0
    }
    return bytes
  },
  sendRaw: (text: string) => {
    // Past every check of ours, as a hostile or broken other end would.
    const original = JSON.stringify
    JSON.stringify = () => text
    try {
      return party.send([...measured.keys()][0] ?? '', { kind: 'statement-logged', statementId: 'x' })
    } finally {
      JSON.stringify = original
    }
  },
  alarm: {
    ready: tones.ready,
    start: (priority: 'high' | 'medium') => tones.start(priority).then(() => 'sounding', String),
    stop: tones.stop,
  },
}
export type Party = typeof party
window.party = party

// What a driver evaluates in a page counts as a gesture of the user, so this starts by itself.
if (location.hash === '#alarm') {
  const ready = tones.ready()
  void party.alarm.start('high').then((words) => console.log(`alarm: ${ready} ${words}`))
}
