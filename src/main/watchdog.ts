import type { WindowName } from './ports.ts'

/** What to do to a window. `kill` ends a hung process (then `gone` follows); `reload` starts a dead one anew. */
export type WatchdogAction = {
  readonly kind: 'kill' | 'reload' | 'recreate'
  readonly window: WindowName
  readonly reason: string
}

export type WatchdogOptions = {
  /** Milliseconds on a clock that never jumps. */
  readonly mono: () => number
  readonly act: (action: WatchdogAction) => void
  readonly onLost: (window: WindowName, reason: string) => void
  readonly onRestored: (window: WindowName, afterMs: number) => void
}

/** Keeps a window's page alive. It never gives up; it only becomes slower. */
export type Watchdog = {
  /** Its page has been asked for (at the start, or by anybody's reload). */
  readonly loading: (window: WindowName) => void
  readonly usable: (window: WindowName) => void
  readonly alive: (window: WindowName) => void
  /** Its process is gone. */
  readonly gone: (window: WindowName, reason: string) => void
  /** To be called four times a second: on a computer that does so much later, windows are given more time as well. */
  readonly tick: () => void
  /** The computer slept: silence until now means nothing. */
  readonly forgive: () => void
  readonly isAlive: (window: WindowName) => boolean
}

export const watchdogTimes = {
  silentForMs: 2000,
  /** Devices, peers and pictures all start with a page: one that has just come may be silent for longer. */
  startingForMs: 10_000,
  silentAtStartMs: 5000,
  /**
   * While the other window is late as well it is the computer that is slow: ending pages would make it slower still.
   * Both pages can hang for one reason too, so even this has an end.
   */
  bothSilentForMs: 10_000,
  /** Two signs of life (vital-signs.ts) that did not come. */
  lateAfterMs: 1250,
  /** A tick so late says that this process gets little of the computer too: the time until it counts for nothing. */
  lateTickMs: 450,
  /** However slow the computer is. */
  longestMs: 15_000,
  /**
   * On a computer that is only slow, ending a page makes all of it slower: longer after the first that did not become
   * usable. Meanwhile the other window and the key call for help.
   */
  usableWithinMs: [30_000, 60_000],
  diesWithinMs: 1000,
  /** After more failures than this within the window of time the page is made from nothing again. */
  reloads: 3,
  withinMs: 5 * 60_000,
  /** Wait before each recreation: an instant one first, then slower, so that a broken disk does not spin. */
  recreateAfterMs: [0, 1000, 3000, 10_000],
} as const

type Watch =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'loading'; readonly sinceMono: number }
  | { readonly kind: 'usable'; readonly sinceMono: number; readonly heardAtMono: number; excusedMs: number }
  | { readonly kind: 'killing'; readonly sinceMono: number; readonly reason: string }
  | { readonly kind: 'waiting'; readonly untilMono: number; readonly reason: string }

type Watched = {
  watch: Watch
  /** When it was lost, until it is back. */
  lostAtMono: number | undefined
  failures: readonly number[]
  /** How many pages in a row did not become usable in their time. */
  unusable: number
}

export function createWatchdog({ mono, act, onLost, onRestored }: WatchdogOptions): Watchdog {
  const fresh = (): Watched => ({
    watch: { kind: 'unknown' },
    lostAtMono: undefined,
    failures: [],
    unusable: 0,
  })
  const watched: Record<WindowName, Watched> = { main: fresh(), help: fresh() }
  let lastTickMono = mono()

  const lose = (window: WindowName, reason: string, how: 'hung' | 'gone') => {
    const it = watched[window]
    const now = mono()
    if (it.lostAtMono === undefined) {
      it.lostAtMono = now
      onLost(window, reason)
    }
    it.failures = [...it.failures.filter((at) => now - at < watchdogTimes.withinMs), now]
    const beyond = it.failures.length - watchdogTimes.reloads
    if (beyond <= 0) {
      if (how === 'gone') reload(window, reason)
      else {
        it.watch = { kind: 'killing', sinceMono: now, reason }
        act({ kind: 'kill', window, reason })
      }
      return
    }
    const waits = watchdogTimes.recreateAfterMs
    const waitMs = waits[Math.min(beyond - 1, waits.length - 1)] ?? 0
    it.watch = { kind: 'waiting', untilMono: now + waitMs, reason }
    if (waitMs === 0) recreate(window, reason)
  }

  const reload = (window: WindowName, reason: string) => {
    watched[window].watch = { kind: 'loading', sinceMono: mono() }
    act({ kind: 'reload', window, reason })
  }

  const recreate = (window: WindowName, reason: string) => {
    watched[window].watch = { kind: 'loading', sinceMono: mono() }
    act({ kind: 'recreate', window, reason })
  }

  /** How long its page may be silent now. */
  const patienceMs = (window: WindowName, usableSinceMono: number): number => {
    const now = mono()
    const other = watched[window === 'main' ? 'help' : 'main'].watch
    const isLate = other.kind === 'usable' && now - other.heardAtMono > watchdogTimes.lateAfterMs
    if (isLate) return watchdogTimes.bothSilentForMs
    const isStarting = now - usableSinceMono < watchdogTimes.startingForMs
    return isStarting ? watchdogTimes.silentAtStartMs : watchdogTimes.silentForMs
  }

  const tickOne = (window: WindowName) => {
    const { watch } = watched[window]
    const now = mono()
    switch (watch.kind) {
      case 'unknown':
        return
      case 'loading':
        if (now - watch.sinceMono > usableWithinMs(watched[window].unusable)) {
          watched[window].unusable += 1
          lose(window, 'it did not become usable', 'hung')
        }
        return
      case 'usable':
        if (
          now - watch.heardAtMono >
          Math.min(patienceMs(window, watch.sinceMono) + watch.excusedMs, watchdogTimes.longestMs)
        ) {
          // One at a time: the end of this one may be all that the other needs.
          forgive()
          lose(window, 'it stopped answering', 'hung')
        }
        return
      case 'killing':
        if (now - watch.sinceMono > watchdogTimes.diesWithinMs) recreate(window, watch.reason)
        return
      case 'waiting':
        if (now >= watch.untilMono) recreate(window, watch.reason)
    }
  }

  /** So much of its silence is not held against a page. */
  const excuse = (ms: number) => {
    for (const { watch } of Object.values(watched)) if (watch.kind === 'usable') watch.excusedMs += ms
  }
  const forgive = () => {
    const now = mono()
    for (const it of Object.values(watched)) {
      if (it.watch.kind === 'usable') it.watch = heard(it.watch, now)
      if (it.watch.kind === 'loading') it.watch = { kind: 'loading', sinceMono: now }
    }
  }

  return {
    loading: (window) => {
      watched[window].watch = { kind: 'loading', sinceMono: mono() }
    },
    usable: (window) => {
      const it = watched[window]
      it.watch = { kind: 'usable', sinceMono: mono(), heardAtMono: mono(), excusedMs: 0 }
      it.unusable = 0
      if (it.lostAtMono === undefined) return
      onRestored(window, mono() - it.lostAtMono)
      it.lostAtMono = undefined
    },
    alive: (window) => {
      const it = watched[window]
      if (it.watch.kind === 'usable') it.watch = heard(it.watch, mono())
    },
    gone: (window, reason) => {
      const { watch } = watched[window]
      // The end of a process that was killed for hanging is not a second failure.
      if (watch.kind === 'killing') reload(window, watch.reason)
      else if (watch.kind !== 'waiting') lose(window, reason, 'gone')
    },
    tick: () => {
      const now = mono()
      const sinceTickMs = now - lastTickMono
      lastTickMono = now
      // This process itself stood still: what the windows said meanwhile is still on its way.
      if (sinceTickMs > 1000) forgive()
      else if (sinceTickMs > watchdogTimes.lateTickMs) excuse(sinceTickMs)
      for (const window of ['main', 'help'] as const) tickOne(window)
    },
    forgive,
    isAlive: (window) => {
      const { watch } = watched[window]
      return watch.kind === 'usable' && mono() - watch.heardAtMono <= watchdogTimes.silentForMs
    },
  }
}

const heard = (watch: Extract<Watch, { kind: 'usable' }>, heardAtMono: number): Watch => ({
  ...watch,
  heardAtMono,
  excusedMs: 0,
})

const usableWithinMs = (unusable: number): number =>
  watchdogTimes.usableWithinMs[Math.min(unusable, watchdogTimes.usableWithinMs.length - 1)] ?? 0
