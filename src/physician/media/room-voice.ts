import type { Attention } from '../../domain/link/link.ts'
import type { LocalMedia } from '../../platform/web/local-media.ts'

/**
 * One camera and microphone for many rooms, where only the rooms that the physician talks to hear the voice: the
 * others get silence, so that no room hears what is said about another room's patient. Silence still flows as
 * packets, so the link stays measured, and speaking into another room is a switch and not a negotiation.
 */
export type Voices = {
  /** The media that the link with this room should send. */
  readonly forRoom: (deviceId: string) => LocalMedia
  /** Into the room in front alone, and into none while muted. */
  readonly speak: (now: Speaking) => void
  /** What the room is told of it. */
  readonly attentionTo: (deviceId: string) => Attention
  readonly forget: (deviceId: string) => void
}

export type Speaking = { readonly frontRoomId: string | null; readonly muted: boolean }

type Voice = { readonly source: MediaStreamTrack; readonly track: MediaStreamTrack }

export function createVoices(local: LocalMedia): Voices {
  const voiceByRoom = new Map<string, Voice>()
  let speaking: Speaking = { frontRoomId: null, muted: false }
  const isHeardIn = (deviceId: string) => speaking.frontRoomId === deviceId && !speaking.muted

  function voiceFor(deviceId: string): MediaStreamTrack | null {
    const source = local.tracks().audio
    const current = voiceByRoom.get(deviceId)
    if (current?.source === source) return current.track
    current?.track.stop()
    voiceByRoom.delete(deviceId)
    if (source === null) return null
    const track = source.clone()
    track.enabled = isHeardIn(deviceId)
    voiceByRoom.set(deviceId, { source, track })
    return track
  }
  const forget = (deviceId: string) => {
    voiceByRoom.get(deviceId)?.track.stop()
    voiceByRoom.delete(deviceId)
  }
  return {
    forget,
    forRoom: (deviceId) => ({
      tracks: () => ({ audio: voiceFor(deviceId), video: local.tracks().video }),
      onChange: local.onChange,
      level: local.level,
      close: () => forget(deviceId),
    }),
    speak(now) {
      speaking = now
      for (const [deviceId, { track }] of voiceByRoom) track.enabled = isHeardIn(deviceId)
    },
    attentionTo: (deviceId) => ({
      front:
        speaking.frontRoomId === null
          ? 'no-room'
          : speaking.frontRoomId === deviceId
            ? 'this-room'
            : 'another-room',
      microphone: speaking.muted ? 'muted' : 'on',
    }),
  }
}
