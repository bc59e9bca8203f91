import type { IceConfig, SignalEnvelope } from '../../contract/hub.ts'
import type { PeerMessage } from '../../contract/room-view.ts'
import type { Attention } from '../../domain/link/link.ts'
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
  readonly setIce: (config: IceConfig) => void
  readonly retryNow: () => void
  readonly close: () => void
}

export type VoicedLinksOptions = Omit<ConsoleLinksOptions, 'media' | 'attention' | 'ice' | 'onMeasured'> & {
  readonly ice: IceConfig
  readonly voices: Voices
  readonly isVisible: () => boolean
  readonly create: (options: ConsoleLinksOptions) => ConsoleLinks
  readonly onMeasured: (deviceId: string, measurement: ConsoleMeasurement | null) => void
}

/** A room in front on a page that is hidden is before nobody's eyes. */
const seenBy = (attention: Attention, isVisible: boolean): Attention =>
  attention.front === 'this-room' && !isVisible ? { ...attention, front: 'hidden' } : attention

export function createVoicedLinks({
  voices,
  isVisible,
  create,
  onMeasured,
  ice: known,
  ...callbacks
}: VoicedLinksOptions): VoicedLinks {
  const linksByRoom = new Map<string, ConsoleLinks>()
  let ice = known

  function linkWith(deviceId: string): ConsoleLinks {
    const known = linksByRoom.get(deviceId)
    if (known) return known
    const made = create({
      ...callbacks,
      media: voices.forRoom(deviceId),
      attention: (id) => seenBy(voices.attentionTo(id), isVisible()),
      ice,
      onMeasured: (measurements) => onMeasured(deviceId, measurements.get(deviceId) ?? null),
    })
    linksByRoom.set(deviceId, made)
    return made
  }
  return {
    handleSignal: (deviceId, envelope) => linkWith(deviceId).handleSignal(deviceId, envelope),
    send: (deviceId, message) => linksByRoom.get(deviceId)?.send(deviceId, message) ?? false,
    setIce(config) {
      ice = config
      for (const links of linksByRoom.values()) links.setIce(config)
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
