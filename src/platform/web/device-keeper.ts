import { deviceProblem, isDenied, rankDevices } from './device-ranking.ts'

export type KeeperReport = {
  readonly state: 'lost' | 'fallback' | 'returned' | 'ready'
  readonly label: string
}

/** Keeps one track of one kind alive: the best device that works, and back to a better one when there is one. */
export type DeviceKeeper = {
  readonly track: () => MediaStreamTrack | null
  /** Resolves when the first attempt is over, whatever came of it. */
  readonly start: (track: MediaStreamTrack | null) => Promise<void>
  /** The system's list of devices or a permission has changed. */
  readonly look: () => void
  readonly close: () => void
}

export type KeeperOptions = {
  readonly device: 'camera' | 'microphone'
  readonly mediaDevices: MediaDevices
  readonly constraints: MediaTrackConstraints
  readonly preferredLabels: readonly string[]
  readonly prepare: (track: MediaStreamTrack) => void
  readonly onTrack: (track: MediaStreamTrack | null) => void
  readonly onReport: (report: KeeperReport) => void
}

type Held = { readonly track: MediaStreamTrack; readonly deviceId: string; readonly label: string }

/** A device mutes for an instant while it is set up; one that stays mute gives nothing. */
const muteGraceMs = 400
/** No event tells that another program has let go of a device. */
const retryLostMs = 2000
const retryBetterMs = 5000
/** For a device that has just failed while there is another one: the picture must be back within a second. */
const hastyMs = 700
const patientMs = 8000
const personMs = 120_000

export function createDeviceKeeper(options: KeeperOptions): DeviceKeeper {
  const kind = options.device === 'camera' ? 'videoinput' : 'audioinput'
  const ending = new AbortController()
  let preferredLabels = options.preferredLabels
  let using: Held | null = null
  /** The track of a device that went mute, kept open only to be told when it speaks again. */
  let waiting: Held | null = null
  let reported: KeeperReport | null = null
  /** Devices that opened but gave nothing. */
  let mute = new Set<string>()
  let settling: Promise<void> | null = null
  let lookAgain = false
  let retry: ReturnType<typeof setTimeout> | undefined

  function report(state: KeeperReport['state'], label: string) {
    if (ending.signal.aborted || (reported?.state === state && reported.label === label)) return
    reported = { state, label }
    options.onReport(reported)
  }

  function use(track: MediaStreamTrack, label: string) {
    const old = using
    using = { track, deviceId: track.getSettings().deviceId ?? '', label }
    options.prepare(track)
    const { signal } = ending
    track.addEventListener('ended', () => using?.track === track && look(), { signal })
    track.addEventListener('mute', () => setTimeout(() => muted(track), muteGraceMs), { signal })
    track.addEventListener('unmute', () => unmuted(track), { signal })
    if (track.muted) setTimeout(() => muted(track), muteGraceMs)
    if (old !== null && mute.has(old.deviceId)) {
      waiting?.track.stop()
      waiting = old
    } else {
      old?.track.stop()
    }
    options.onTrack(track)
  }

  function muted(track: MediaStreamTrack) {
    if (using?.track !== track || !track.muted) return
    mute.add(using.deviceId)
    settle()
  }

  function unmuted(track: MediaStreamTrack) {
    const held = [using, waiting].find((one) => one?.track === track)
    if (!held) return
    mute.delete(held.deviceId)
    if (held === waiting) {
      waiting.track.stop()
      waiting = null
    }
    settle()
  }

  /** Null when this device cannot be had in time; the reason goes to `problems`. */
  async function open(constraints: MediaTrackConstraints, patienceMs: number, problems: unknown[]) {
    const opening = options.mediaDevices.getUserMedia(
      kind === 'videoinput' ? { video: constraints } : { audio: constraints },
    )
    let late: ReturnType<typeof setTimeout> | undefined
    const slow = new Promise<null>((resolve) => {
      late = setTimeout(() => resolve(null), patienceMs)
    })
    try {
      const stream = await Promise.race([opening, slow])
      const track = stream?.getTracks()[0] ?? null
      if (track !== null && !ending.signal.aborted) return track
      track?.stop()
      if (stream === null) {
        problems.push(new DOMException('it took too long', 'AbortError'))
        const stopAll = (tardy: MediaStream) => {
          for (const one of tardy.getTracks()) one.stop()
        }
        opening.then(stopAll, () => undefined)
      }
      return null
    } catch (error) {
      problems.push(error)
      return null
    } finally {
      clearTimeout(late)
    }
  }

  function say() {
    if (using === null) return
    if (mute.has(using.deviceId)) {
      return report('lost', `${using.label} gives nothing: it is muted by the system or by a switch on it.`)
    }
    // The first device ever had is the one to come back to, when the caller remembers none.
    if (preferredLabels.length === 0) preferredLabels = [using.label]
    if (using.label !== preferredLabels[0]) report('fallback', using.label)
    else if (reported === null) report('ready', using.label)
    else if (reported.state !== 'ready') report('returned', using.label)
  }

  async function attempt() {
    const alive = () => using?.track.readyState === 'live'
    const devices = await options.mediaDevices.enumerateDevices().catch(() => [])
    const ranked = rankDevices(devices, kind, preferredLabels)
    const problems: unknown[] = []
    for (const [index, device] of ranked.entries()) {
      if (ending.signal.aborted) return
      if (mute.has(device.deviceId)) continue
      if (alive() && using?.deviceId === device.deviceId) break
      const justLost = using !== null && !alive() && index < ranked.length - 1
      const exact = { ...options.constraints, deviceId: { exact: device.deviceId } }
      const track = await open(exact, justLost ? hastyMs : patientMs, problems)
      if (track !== null) {
        use(track, device.label)
        break
      }
    }
    // Without permission the devices have no names; this asks for it, and people take their time.
    if (ranked.length === 0 && !alive()) {
      const track = await open(options.constraints, personMs, problems)
      if (track !== null) use(track, track.label)
    }
    if (ending.signal.aborted) return
    if (alive()) {
      say()
      if (using?.label !== preferredLabels[0]) again(retryBetterMs)
      return
    }
    if (using !== null) {
      using.track.stop()
      using = null
      options.onTrack(null)
    }
    report('lost', deviceProblem(problems.at(-1) ?? new DOMException('', 'NotFoundError'), options.device))
    // Asking again after a refusal would only put the question to the person again.
    if (!problems.some(isDenied)) again(retryLostMs)
  }

  function again(inMs: number) {
    clearTimeout(retry)
    retry = setTimeout(settle, inMs)
  }

  /** One attempt at a time; what changes meanwhile makes another. */
  function settle(): Promise<void> {
    lookAgain = true
    settling ??= (async () => {
      while (lookAgain && !ending.signal.aborted) {
        lookAgain = false
        clearTimeout(retry)
        await attempt()
      }
      settling = null
    })()
    return settling
  }

  function look() {
    // What was mute may speak now, except for the one that is held and would have said so.
    const heldIds = [using, waiting].flatMap((held) => (held === null ? [] : [held.deviceId]))
    mute = new Set(heldIds.filter((id) => mute.has(id)))
    void settle()
  }

  return {
    track: () => using?.track ?? null,
    start: (track) => {
      if (track !== null) use(track, track.label)
      return settle()
    },
    look,
    close: () => {
      ending.abort()
      clearTimeout(retry)
      using?.track.stop()
      waiting?.track.stop()
      using = null
    },
  }
}
