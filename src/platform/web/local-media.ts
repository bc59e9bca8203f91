import { createDeviceKeeper } from './device-keeper.ts'
import { createLevelMeter } from './level-meter.ts'

/** The room's or the physician's own camera and microphone, kept alive across loss of devices. */
export type LocalMedia = {
  /** The tracks to send now; null while no such device works. */
  readonly tracks: () => { readonly audio: MediaStreamTrack | null; readonly video: MediaStreamTrack | null }
  /** Called after every change of `tracks()`: loss, fallback, return. Returns its own removal. */
  readonly onChange: (listener: () => void) => () => void
  /** 0..1, the microphone's level now: for the meter. */
  readonly level: () => number
  readonly close: () => void
}

export type DeviceReport = {
  readonly device: 'camera' | 'microphone' | 'speaker'
  readonly state: 'lost' | 'fallback' | 'returned' | 'ready'
  /** The device's name as the system gives it, or why there is none, in words. */
  readonly label: string
}

const cameraConstraints: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
}
const microphoneConstraints: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: { ideal: 1 },
}

/**
 * Opens camera and microphone and keeps them. Resolves when both have been tried once, or after two seconds (a
 * person may still be asked for permission): what comes later is told by `onChange` and `onDevice`. It never
 * rejects; a device that cannot be had is a report and a null track.
 */
export async function openLocalMedia(options: {
  readonly mediaDevices: MediaDevices
  readonly onDevice: (report: DeviceReport) => void
  /** Labels in order of preference; remembered by the caller. */
  readonly preferred: { readonly camera: readonly string[]; readonly microphone: readonly string[] }
}): Promise<LocalMedia> {
  const { mediaDevices } = options
  const listeners = new Set<() => void>()
  const meter = createLevelMeter()
  const ending = new AbortController()
  const changed = () => {
    for (const listener of listeners) listener()
  }

  const camera = createDeviceKeeper({
    device: 'camera',
    mediaDevices,
    constraints: cameraConstraints,
    preferredLabels: options.preferred.camera,
    // Movement of a patient matters more than sharp edges.
    prepare: (track) => {
      track.contentHint = 'motion'
    },
    onTrack: changed,
    onReport: (report) => options.onDevice({ device: 'camera', ...report }),
  })
  const microphone = createDeviceKeeper({
    device: 'microphone',
    mediaDevices,
    constraints: microphoneConstraints,
    preferredLabels: options.preferred.microphone,
    prepare: (track) => {
      track.contentHint = 'speech'
    },
    onTrack: (track) => {
      meter.listenTo(track)
      changed()
    },
    onReport: (report) => options.onDevice({ device: 'microphone', ...report }),
  })
  const speaker = watchSpeaker(mediaDevices, options.onDevice)

  const look = () => {
    camera.look()
    microphone.look()
    void speaker.look()
  }
  mediaDevices.addEventListener('devicechange', look, { signal: ending.signal })
  void watchPermissions(look, ending.signal)

  const started = (async () => {
    // One question for both instead of two.
    const granted = (await areNamed(mediaDevices))
      ? null
      : await mediaDevices
          .getUserMedia({ video: cameraConstraints, audio: microphoneConstraints })
          .catch(() => null)
    await Promise.all([
      camera.start(granted?.getVideoTracks()[0] ?? null),
      microphone.start(granted?.getAudioTracks()[0] ?? null),
      speaker.look(),
    ])
  })()
  await Promise.race([started, new Promise((resolve) => setTimeout(resolve, 2000))])

  return {
    tracks: () => ({ audio: microphone.track(), video: camera.track() }),
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    level: meter.level,
    close: () => {
      ending.abort()
      camera.close()
      microphone.close()
      meter.close()
    },
  }
}

async function areNamed(mediaDevices: MediaDevices): Promise<boolean> {
  const devices = await mediaDevices.enumerateDevices().catch(() => [])
  return devices.some(({ label }) => label !== '')
}

async function watchPermissions(look: () => void, signal: AbortSignal) {
  for (const name of ['camera', 'microphone'] as const) {
    // Not every browser knows these names; then a person reloads the page after changing a permission.
    const status = await navigator.permissions.query({ name }).catch(() => null)
    status?.addEventListener('change', look, { signal })
  }
}

/** Only a change is told: without permission a browser may not list loudspeakers at all. */
function watchSpeaker(mediaDevices: MediaDevices, onDevice: (report: DeviceReport) => void) {
  let known: string | null = null
  let wasLost = false
  return {
    look: async () => {
      const devices = await mediaDevices.enumerateDevices().catch(() => [])
      const label = devices.find(({ kind }) => kind === 'audiooutput')?.label ?? null
      if (known !== null && label === null) {
        const words = 'No loudspeaker found: the alarm cannot be heard here. Check that one is plugged in.'
        onDevice({ device: 'speaker', state: 'lost', label: words })
        wasLost = true
      }
      if (known === null && label !== null) {
        onDevice({ device: 'speaker', state: wasLost ? 'returned' : 'ready', label })
      }
      known = label
    },
  }
}
