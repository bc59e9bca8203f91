import type { AlarmTones } from '../../platform/web/alarm-tones.ts'
import type { Clock } from '../ticker/clock.ts'
import type { Alarm, AlarmsState } from './alarms.ts'
import { notificationFor, ringing, soundFor, titleFor } from './attention.ts'

const beatMs = 700
/** How long to wait before trying again to sound when the browser would not. */
const soundRetryMs = 1000

/** Makes the noise that the alarms' state asks for, in every sense; reconciled, so nothing rings by accident. */
export type Ringer = {
  readonly show: (state: AlarmsState) => void
  /** A room waits for this physician to confirm that they supervise it: the tone of a question calls them. */
  readonly callIn: (isCalled: boolean) => void
  readonly close: () => void
}

export function createRinger(options: {
  readonly tones: AlarmTones
  readonly clock: Clock
  readonly setTitle: (title: string) => void
  /** Puts a notification of the system up, and returns how to take it away; undefined where none may be shown. */
  readonly notify: (alarm: Alarm, words: { title: string; body: string }) => (() => void) | undefined
  /** Whether the alarm can be heard; words when it cannot. */
  readonly onSound: (problem: string | null) => void
}): Ringer {
  const { tones, clock } = options
  let state: AlarmsState = { alarms: [], early: {}, remembered: {} }
  let isCalledIn = false
  let sounding: 'high' | 'medium' | null = null
  let stopBeat: (() => void) | null = null
  let beat = false
  const notified = new Map<string, (() => void) | undefined>()

  function sound(): void {
    const wanted = soundFor(state) ?? (isCalledIn ? 'medium' : null)
    if (wanted === sounding) return
    sounding = wanted
    if (wanted === null) {
      tones.stop()
      options.onSound(null)
      return
    }
    tones.start(wanted).then(
      () => options.onSound(null),
      (error: unknown) => {
        if (sounding !== wanted) return
        options.onSound(error instanceof Error ? error.message : String(error))
        sounding = null
        clock.after(soundRetryMs, sound)
      },
    )
  }

  function title(): void {
    const rings = ringing(state).length > 0
    if (rings && stopBeat === null) {
      beat = true
      stopBeat = clock.every(beatMs, () => {
        beat = !beat
        options.setTitle(titleFor(state, beat))
      })
    }
    if (!rings && stopBeat !== null) {
      stopBeat()
      stopBeat = null
    }
    options.setTitle(titleFor(state, beat))
  }

  function notifications(): void {
    const waiting = ringing(state)
    for (const alarm of waiting) {
      const id = alarm.page.escalationId
      if (!notified.has(id)) notified.set(id, options.notify(alarm, notificationFor(alarm)))
    }
    for (const [id, takeAway] of notified) {
      if (waiting.some(({ page }) => page.escalationId === id)) continue
      takeAway?.()
      notified.delete(id)
    }
  }

  const show = (next: AlarmsState) => {
    state = next
    sound()
    title()
    notifications()
  }
  return {
    show,
    callIn: (isCalled) => {
      isCalledIn = isCalled
      sound()
    },
    close: () => {
      isCalledIn = false
      show({ alarms: [], early: {}, remembered: {} })
    },
  }
}
