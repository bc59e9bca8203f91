import { type AlarmPriority, alarmPattern, renderAlarm } from './alarm-pattern.ts'

/**
 * Tones patterned on IEC 60601-1-8 (not a claim of conformance): high priority, ten pulses in two groups of
 * 3 + 2, repeated until silenced; medium priority, three pulses.
 */
export type AlarmTones = {
  /**
   * Resolves once the first pulse is scheduled on running audio hardware; rejects with words if it cannot sound.
   * After a rejection the alarm stays armed: it sounds as soon as the browser lets it. The same priority again
   * goes on without starting anew.
   */
  readonly start: (priority: AlarmPriority) => Promise<void>
  readonly stop: () => void
  /** Whether the page may sound (autoplay policy): false until the first user gesture in a plain browser. */
  readonly ready: () => boolean
}

const patienceMs = 1000
/** Long enough to be heard as an end and not as a click. */
const releaseS = 0.005

/** @param context makes, or gives, the page's audio context; called once, when first needed */
export function createAlarmTones(context: () => AudioContext): AlarmTones {
  let made: AudioContext | null = null
  const bursts = new Map<AlarmPriority, AudioBuffer>()
  let sounding: {
    readonly priority: AlarmPriority
    readonly source: AudioBufferSourceNode
    readonly gain: GainNode
  } | null = null

  function audio(): AudioContext {
    if (made !== null) return made
    const fresh = context()
    made = fresh
    // A system that interrupts audio (a call, a lost device) must not silence an alarm for good.
    fresh.addEventListener('statechange', () => {
      if (sounding !== null && fresh.state !== 'running' && fresh.state !== 'closed') wake(fresh)
    })
    const gesture = () => wake(fresh)
    globalThis.addEventListener?.('pointerdown', gesture, { capture: true, passive: true })
    globalThis.addEventListener?.('keydown', gesture, { capture: true, passive: true })
    return fresh
  }

  function stop() {
    if (sounding === null) return
    const { source, gain } = sounding
    sounding = null
    const at = audio().currentTime
    gain.gain.setValueAtTime(1, at)
    gain.gain.linearRampToValueAtTime(0, at + releaseS)
    source.stop(at + releaseS)
  }

  function burst(priority: AlarmPriority): AudioBuffer {
    const target = audio()
    const kept = bursts.get(priority)
    if (kept !== undefined) return kept
    const samples = renderAlarm(alarmPattern(priority), target.sampleRate)
    const buffer = target.createBuffer(1, samples.length, target.sampleRate)
    buffer.copyToChannel(samples, 0)
    bursts.set(priority, buffer)
    return buffer
  }

  function schedule(priority: AlarmPriority) {
    const target = audio()
    const source = target.createBufferSource()
    source.buffer = burst(priority)
    source.loop = true
    const gain = target.createGain()
    source.connect(gain).connect(target.destination)
    source.start()
    sounding = { priority, source, gain }
  }

  return {
    start: async (priority) => {
      if (sounding?.priority !== priority) {
        stop()
        schedule(priority)
      }
      await running(audio())
    },
    stop,
    ready: () => {
      const target = audio()
      // Computed ahead: the tens of milliseconds that it takes would delay the alarm's first pulse and paint.
      burst('high')
      burst('medium')
      if (target.state !== 'running') wake(target)
      return target.state === 'running'
    },
  }
}

function wake(context: AudioContext) {
  void context.resume().catch(() => undefined)
}

/** A context may call itself running while no hardware pulls samples: only a clock that advances counts. */
async function running(context: AudioContext): Promise<void> {
  wake(context)
  const startedAt = context.currentTime
  const deadline = performance.now() + patienceMs
  while (context.state !== 'running' || context.currentTime <= startedAt) {
    if (performance.now() > deadline) {
      throw new Error(
        context.state === 'running'
          ? 'The alarm cannot sound: the audio output does not run. Check the loudspeaker.'
          : 'The alarm cannot sound yet: this browser allows sound after the first click or key press.',
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
