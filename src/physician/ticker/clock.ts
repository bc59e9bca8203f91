/** Time as the console's modules see it; a test drives its own. */
export type Clock = {
  /** Milliseconds from a clock that never jumps. */
  readonly monoMs: () => number
  /** Wall clock, for what is written down. */
  readonly instant: () => string
  /** Runs once, also in a hidden tab; returns the cancellation. */
  readonly after: (delayMs: number, run: () => void) => () => void
  /** Runs again and again, also in a hidden tab; returns the cancellation. */
  readonly every: (periodMs: number, run: () => void) => () => void
  /** 0..1, to spread retries. */
  readonly jitter: () => number
}
