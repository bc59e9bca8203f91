import { randomUUID } from 'node:crypto'

/** The two clocks of one process. `mono` never jumps and may be compared only within one `boot`. */
export type Clock = {
  /** Wall clock, ms since the epoch. */
  readonly nowMs: () => number
  /** Milliseconds since this process began, to a tenth. */
  readonly mono: () => number
  /** Names this start of the process. */
  readonly boot: string
}

export const systemClock = (): Clock => ({
  nowMs: () => Date.now(),
  mono: () => Math.round(performance.now() * 10) / 10,
  boot: `b-${randomUUID()}`,
})

/** UTC with milliseconds, as the log writes it. */
export const isoOf = (ms: number): string => new Date(ms).toISOString()
