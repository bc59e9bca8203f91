/** Priorities that sound. Low priority has no tone of its own here. */
export type AlarmPriority = 'high' | 'medium'

export type Pulse = { readonly atS: number; readonly durationS: number }

export type AlarmPattern = {
  readonly pulses: readonly Pulse[]
  /** From the start of one burst to the start of the next. */
  readonly repeatS: number
  readonly fundamentalHz: number
  /** Multiples of the fundamental; all of them lie between 300 and 4000 Hz. */
  readonly harmonics: readonly number[]
}

/** C4: the general alarm's pitch. Its own frequency lies below the band, its harmonics carry the sound. */
const c4Hz = 261.63
const harmonics = [2, 3, 4, 5, 6] as const

/**
 * Patterned on the general alarm of IEC 60601-1-8 (2006 with amendments 1 and 2), from secondary sources: no claim
 * of conformance, which is a matter of the standard's own text and of sound measured at the place of use.
 * High priority: ten pulses, 3 + 2, a pause, 3 + 2; pulses of 75 to 200 ms with 50 to 125 ms between them, twice that
 * and a pulse more between the third and the fourth, 350 to 1300 ms between the fifth and the sixth; again after
 * 2.5 to 15 s. Medium priority: three pulses of 125 to 250 ms with 125 to 250 ms between them; again after 2.5 to 30 s.
 */
export function alarmPattern(priority: AlarmPriority): AlarmPattern {
  const [durationS, gapS, pauseS] = priority === 'high' ? [0.15, 0.1, 2.5] : [0.2, 0.2, 5]
  const long = 2 * gapS + durationS
  const gaps = priority === 'high' ? [gapS, gapS, long, gapS, 0.6, gapS, gapS, long, gapS] : [gapS, gapS]
  const pulses: Pulse[] = [{ atS: 0, durationS }]
  for (const gap of gaps) {
    const last = pulses.at(-1)?.atS ?? 0
    pulses.push({ atS: last + durationS + gap, durationS })
  }
  const endS = (pulses.at(-1)?.atS ?? 0) + durationS
  return { pulses, repeatS: endS + pauseS, fundamentalHz: c4Hz, harmonics }
}

/** Of the pulse's duration, at each end: a pulse that starts at once clicks and startles. */
const riseShare = 0.15
/** Below full scale, so that loudspeakers do not distort. */
const peak = 0.8

/**
 * One burst and the silence after it, to be looped by the audio hardware: a busy or stuck page cannot silence it.
 * @param sampleRate per second
 * @returns mono samples, -1..1
 */
export function renderAlarm(pattern: AlarmPattern, sampleRate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(pattern.repeatS * sampleRate))
  let loudest = 0
  for (const { atS, durationS } of pattern.pulses) {
    const first = Math.round(atS * sampleRate)
    const count = Math.round(durationS * sampleRate)
    for (let i = 0; i < count; i += 1) {
      const t = i / sampleRate
      const edge = Math.min(1, i / (riseShare * count), (count - i) / (riseShare * count))
      let value = 0
      for (const multiple of pattern.harmonics) {
        // Each 3 dB below the one before: the loudest and the softest stay within 15 dB.
        const level = 2 ** (-(multiple - (pattern.harmonics[0] ?? 1)) / 2)
        value += level * Math.sin(2 * Math.PI * pattern.fundamentalHz * multiple * t)
      }
      samples[first + i] = value * edge
      loudest = Math.max(loudest, Math.abs(value))
    }
  }
  return samples.map((sample) => (loudest === 0 ? 0 : (sample / loudest) * peak))
}
