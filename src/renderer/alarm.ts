import type { Report, Snapshot } from '../contract/ipc.ts'
import type { AlarmTones } from '../platform/web/alarm-tones.ts'
import { afterPaint } from './vital-signs.ts'

const retryAfterMs = 1000

export type AlarmOptions = {
  readonly window: 'main' | 'help'
  readonly tones: AlarmTones
  readonly report: (report: Report) => void
  /** The alarm cannot be heard, and why; null once it can. */
  readonly onProblem: (words: string | null) => void
}

/**
 * Sounds the local alarm while the snapshot says that this window does. Reports `help-shown` once a call's first
 * tone is scheduled and two frames have been painted since: only then have an ear and an eye been told.
 */
export function createAlarm({ window: owner, tones, report, onProblem }: AlarmOptions): {
  readonly update: (snapshot: Snapshot) => void
} {
  let sounding: string | null = null
  const shown = new Set<string>()
  // Rendered before they are needed: the first alarm of a shift must not be the slow one.
  afterPaint(() => tones.ready())

  const sound = async (escalationId: string): Promise<void> => {
    try {
      await tones.start('high')
    } catch (reason) {
      onProblem(reason instanceof Error ? reason.message : String(reason))
      // A device that comes back must be heard: there is no last attempt.
      setTimeout(() => {
        if (sounding === escalationId) void sound(escalationId)
      }, retryAfterMs)
      return
    }
    if (sounding !== escalationId) {
      // The call ended while the tone was being prepared.
      if (sounding === null) tones.stop()
      return
    }
    onProblem(null)
    if (shown.has(escalationId)) return
    shown.add(escalationId)
    afterPaint(() => report({ kind: 'help-shown', escalationId }))
  }

  return {
    update: ({ alarm, state }) => {
      const due = alarm?.soundIn === owner ? (state.reaction?.id ?? null) : null
      if (due === sounding) return
      sounding = due
      if (due === null) {
        tones.stop()
        onProblem(null)
      } else void sound(due)
    },
  }
}
