import { beforeEach, describe, expect, it } from 'vitest'
import { createWatchdog, type Watchdog, watchdogTimes } from '../../../src/main/watchdog.ts'

let mono = 0
let events: string[] = []
let watchdog: Watchdog

beforeEach(() => {
  mono = 0
  events = []
  watchdog = createWatchdog({
    mono: () => mono,
    act: ({ kind, window }) => void events.push(`${kind} ${window}`),
    onLost: (window, reason) => void events.push(`lost ${window}: ${reason}`),
    onRestored: (window, afterMs) => void events.push(`restored ${window} after ${afterMs}`),
  })
  watchdog.loading('main')
  watchdog.loading('help')
  watchdog.usable('main')
  watchdog.usable('help')
})

/** Time passes with a tick every quarter second; the named windows say that they are alive. */
function pass(ms: number, ...alive: ('main' | 'help')[]): void {
  for (const end = mono + ms; mono < end; ) {
    mono += 250
    for (const window of alive) watchdog.alive(window)
    watchdog.tick()
  }
}

describe('a window', () => {
  it('that answers is left alone', () => {
    pass(60_000, 'main', 'help')
    expect(events).toEqual([])
    expect(watchdog.isAlive('main')).toBe(true)
  })

  it('that hangs is killed after two seconds, reloaded once it is gone, and its return is told', () => {
    pass(2000, 'help')
    expect(events).toEqual([])
    pass(250, 'help')
    expect(events).toEqual(['lost main: it stopped answering', 'kill main'])
    expect(watchdog.isAlive('main')).toBe(false)
    mono += 60
    watchdog.gone('main', 'killed')
    mono += 400
    watchdog.usable('main')
    expect(events.slice(2)).toEqual(['reload main', 'restored main after 460'])
    pass(10_000, 'main', 'help')
    expect(events).toHaveLength(4)
  })

  it('whose process is gone is reloaded at once', () => {
    watchdog.gone('help', 'crashed')
    expect(events).toEqual(['lost help: crashed', 'reload help'])
  })

  it('that does not die when killed is made anew', () => {
    pass(2250 + watchdogTimes.diesWithinMs + 250, 'help')
    expect(events.at(-1)).toBe('recreate main')
  })

  it('that loads and does not become usable is started again', () => {
    watchdog.gone('main', 'crashed')
    pass(watchdogTimes.usableWithinMs + 250, 'help')
    expect(events).toEqual(['lost main: crashed', 'reload main', 'kill main'])
  })

  it('that fails again and again is made from nothing, ever slower, and never given up', () => {
    const acts = () => events.filter((event) => /^(reload|recreate)/.test(event))
    for (let failure = 0; failure < 3; failure += 1) watchdog.gone('main', 'crashed')
    expect(acts()).toEqual(['reload main', 'reload main', 'reload main'])
    watchdog.gone('main', 'crashed')
    expect(acts().at(-1)).toBe('recreate main')
    watchdog.gone('main', 'crashed')
    expect(acts()).toHaveLength(4)
    pass(1000, 'help')
    expect(acts()).toHaveLength(5)
    for (let hour = 0; hour < 5; hour += 1) {
      watchdog.gone('main', 'crashed')
      const before = acts().length
      pass(10_250, 'help')
      expect(acts().length).toBeGreaterThan(before)
    }
    expect(events.filter((event) => event.startsWith('lost'))).toHaveLength(1)
  })

  it('that failed long ago is reloaded as if for the first time', () => {
    for (let failure = 0; failure < 3; failure += 1) {
      watchdog.gone('main', 'crashed')
      watchdog.usable('main')
    }
    pass(watchdogTimes.withinMs + 250, 'main', 'help')
    watchdog.gone('main', 'crashed')
    expect(events.at(-1)).toBe('reload main')
  })
})

describe('silence', () => {
  it('while this process stood still means nothing', () => {
    mono += 5000
    watchdog.tick()
    expect(events).toEqual([])
    pass(2250)
    expect(events).toContain('kill main')
  })

  it('while the computer slept means nothing', () => {
    mono += 1900
    watchdog.forgive()
    pass(1000, 'main', 'help')
    expect(events).toEqual([])
  })
})
