import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AlarmTones } from '../../platform/web/alarm-tones.ts'
import type { LocalMedia, openLocalMedia } from '../../platform/web/local-media.ts'
import { createVoices, type Voices } from '../media/room-voice.ts'
import {
  type Ability,
  deviceAbility,
  mayBeOnCall,
  notificationAbility,
  type Readiness,
  unknownReadiness,
} from './readiness.ts'

export type CallState =
  | { readonly kind: 'off' }
  /** The browser is asking the person for permissions. */
  | { readonly kind: 'preparing' }
  | {
      readonly kind: 'on'
      readonly since: string
      /** Whether the hub has confirmed it: only then do rooms find this physician through it. */
      readonly announced: boolean
    }
  /** Another page of the same physician is on call instead of this one. */
  | { readonly kind: 'superseded' }

export type CallStore = {
  readonly call: CallState
  readonly readiness: Readiness
  /** The own picture, for the self view; null while no camera works. */
  readonly selfView: MediaStream | null
  readonly muted: boolean
  /** Why nothing can be heard from this computer, in words; null while a loudspeaker is there. */
  readonly speakerProblem: string | null
}

export type Call = {
  readonly store: StoreApi<CallStore>
  /** Must run in a person's gesture: browsers give sound and ask for permissions only then. */
  readonly prepare: (signature: Promise<Ability>) => Promise<Voices | null>
  readonly announced: (announced: boolean) => void
  readonly setMuted: (muted: boolean) => void
  readonly end: (as: 'off' | 'superseded') => void
  /** 0..1, the own microphone now. */
  readonly level: () => number
}

export function createCall(deps: {
  readonly instant: () => string
  readonly tones: AlarmTones
  /** Starts the audio hardware; rejects when the browser refuses. */
  readonly resumeSound: () => Promise<void>
  readonly askNotifications: () => Promise<NotificationPermission | 'unsupported'>
  readonly openLocalMedia: typeof openLocalMedia
  readonly mediaDevices: MediaDevices | undefined
}): Call {
  const store = createStore<CallStore>(() => ({
    call: { kind: 'off' },
    readiness: unknownReadiness,
    selfView: null,
    muted: false,
    speakerProblem: null,
  }))
  let media: LocalMedia | null = null

  const ready = (change: Partial<Readiness>) =>
    store.setState(({ readiness }) => ({ readiness: { ...readiness, ...change } }))

  async function openSound(): Promise<void> {
    try {
      await deps.resumeSound()
    } catch {
      // Answered by `ready()` below, like a browser that resumed into silence.
    }
    ready({
      sound: deps.tones.ready()
        ? { kind: 'ready', label: 'This page may sound alarms' }
        : {
            kind: 'missing',
            words: 'The browser does not let this page make a sound. Check its site settings.',
          },
    })
  }

  async function openMedia(): Promise<void> {
    if (media !== null) return
    if (deps.mediaDevices === undefined) {
      const words = 'This browser gives no camera or microphone here. Open the console over https.'
      ready({ camera: { kind: 'missing', words }, microphone: { kind: 'missing', words } })
      return
    }
    const opened = await deps.openLocalMedia({
      mediaDevices: deps.mediaDevices,
      preferred: { camera: [], microphone: [] },
      onDevice: (report) => {
        if (report.device !== 'speaker') ready({ [report.device]: deviceAbility(report) })
        else store.setState({ speakerProblem: report.state === 'lost' ? report.label : null })
      },
    })
    media = opened
    const show = () => {
      const { audio, video } = opened.tracks()
      store.setState(({ readiness }) => ({
        selfView: video === null ? null : new MediaStream([video]),
        readiness: {
          ...readiness,
          camera: ability(readiness.camera, video, 'camera'),
          microphone: ability(readiness.microphone, audio, 'microphone'),
        },
      }))
    }
    opened.onChange(show)
    show()
  }

  return {
    store,
    async prepare(signature) {
      store.setState({ call: { kind: 'preparing' } })
      const asked = deps.askNotifications()
      const [signs] = await Promise.all([
        signature,
        openSound(),
        openMedia(),
        asked.then((permission) => ready({ notifications: notificationAbility(permission) })),
      ])
      if (media === null || !mayBeOnCall(store.getState().readiness, signs)) {
        store.setState({ call: { kind: 'off' } })
        return null
      }
      store.setState({ call: { kind: 'on', since: deps.instant(), announced: false } })
      return createVoices(media)
    },
    announced: (announced) =>
      store.setState(({ call }) => ({ call: call.kind === 'on' ? { ...call, announced } : call })),
    setMuted: (muted) => store.setState({ muted }),
    end(as) {
      media?.close()
      media = null
      store.setState({
        call: { kind: as },
        selfView: null,
        muted: false,
        speakerProblem: null,
        readiness: unknownReadiness,
      })
    },
    level: () => media?.level() ?? 0,
  }
}

/** A track is the proof; a report only names the device. */
function ability(
  current: Readiness['camera'],
  track: MediaStreamTrack | null,
  what: string,
): Readiness['camera'] {
  if (track !== null) return current.kind === 'ready' ? current : { kind: 'ready', label: track.label }
  return current.kind === 'missing'
    ? current
    : { kind: 'missing', words: `No ${what} works on this computer.` }
}
