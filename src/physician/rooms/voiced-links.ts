import type { IceServers, SignalEnvelope } from '../../contract/hub.ts'
import type { PeerMessage } from '../../contract/room-view.ts'
import type {
  ConsoleLinks,
  ConsoleLinksOptions,
  ConsoleMeasurement,
} from '../../platform/web/session-links.ts'
import type { Voices } from '../media/room-voice.ts'

/** The links to all rooms, each with its own copy of the physician's voice, so that it can be silent for one. */
export type VoicedLinks = {
  readonly handleSignal: (deviceId: string, envelope: SignalEnvelope) => void
  readonly send: (deviceId: string, message: PeerMessage) => boolean
  readonly setIceServers: (servers: IceServers) => void
  readonly retryNow: () => void
  readonly close: () => void
}

export type VoicedLinksOptions = Omit<ConsoleLinksOptions, 'media' | 'iceServers' | 'onMeasured'> & {
  readonly voices: Voices
  readonly create: (options: ConsoleLinksOptions) => ConsoleLinks
  readonly onMeasured: (deviceId: string, measurement: ConsoleMeasurement | null) => void
}

export function createVoicedLinks({
  voices,
  create,
  onMeasured,
  ...callbacks
}: VoicedLinksOptions): VoicedLinks {
  const linksByRoom = new Map<string, ConsoleLinks>()
  let iceServers: IceServers = []

  function linkWith(deviceId: string): ConsoleLinks {
    const known = linksByRoom.get(deviceId)
    if (known) return known
    const made = create({
      ...callbacks,
      media: voices.forRoom(deviceId),
      iceServers,
      onMeasured: (measurements) => onMeasured(deviceId, measurements.get(deviceId) ?? null),
    })
    linksByRoom.set(deviceId, made)
    return made
  }
  return {
    handleSignal: (deviceId, envelope) => linkWith(deviceId).handleSignal(deviceId, envelope),
    send: (deviceId, message) => linksByRoom.get(deviceId)?.send(deviceId, message) ?? false,
    setIceServers(servers) {
      iceServers = servers
      for (const links of linksByRoom.values()) links.setIceServers(servers)
    },
    retryNow() {
      for (const links of linksByRoom.values()) links.retryNow()
    },
    close() {
      for (const [deviceId, links] of linksByRoom) {
        links.close()
        voices.forget(deviceId)
      }
      linksByRoom.clear()
    },
  }
}
