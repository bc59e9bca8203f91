/**
 * Tones patterned on IEC 60601-1-8 (not a claim of conformance): high priority, ten pulses in two groups of
 * 3 + 2, repeated until silenced; medium priority, three pulses.
 */
export type AlarmTones = {
  /** Resolves once the first pulse is scheduled on running audio hardware; rejects with words if it cannot sound. */
  readonly start: (priority: 'high' | 'medium') => Promise<void>
  readonly stop: () => void
  /** Whether the page may sound (autoplay policy): false until the first user gesture in a plain browser. */
  readonly ready: () => boolean
}

export declare function createAlarmTones(context: () => AudioContext): AlarmTones
