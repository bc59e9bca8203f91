/** The hub's only source of time. Deadlines are absolute, so a late or missed tick delays and never loses. */
export type HubClock = {
  /** Wall clock, ms since the epoch. */
  readonly nowMs: () => number
  /** Runs `tick` every `periodMs` until the returned function is called. */
  readonly every: (periodMs: number, tick: () => void) => () => void
}

export const systemClock: HubClock = {
  nowMs: () => Date.now(),
  every(periodMs, tick) {
    const timer = setInterval(tick, periodMs)
    // Ticks keep nothing alive: the server does.
    timer.unref()
    return () => clearInterval(timer)
  },
}

export const isoOf = (ms: number): string => new Date(ms).toISOString()
export const nowIso = (clock: HubClock): string => isoOf(clock.nowMs())
