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

export declare function openLocalMedia(options: {
  readonly mediaDevices: MediaDevices
  readonly onDevice: (report: DeviceReport) => void
  /** Labels in order of preference; remembered by the caller. */
  readonly preferred: { readonly camera: readonly string[]; readonly microphone: readonly string[] }
}): Promise<LocalMedia>
