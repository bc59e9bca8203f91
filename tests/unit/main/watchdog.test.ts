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
  // They have been there for a while.
  pass(watchdogTimes.startingForMs, 'main', 'help')
})

/** Time passes with a tick every quarter second; the named windows say that they are alive. */
function pass(ms: number, ...alive: ('main' | 'help')[]): void {
  for (const end = mono + ms; mono < end; ) {
    mono += 250
    for (const window of alive) watchdog.alive(window)
    watchdog.tick()
  }
}

/** The same on a computer that is too slow for such ticks; the help window answers. */
function passLate(ms: number): void {
  for (const end = mono + ms; mono < end; ) {
    mono += 500
    watchdog.alive('help')
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

  it('that has only just come may be silent for five seconds', () => {
    pass(2250, 'help')
    watchdog.gone('main', 'killed')
    watchdog.usable('main')
    events = []
    pass(5000, 'help')
    expect(events).toEqual([])
    pass(250, 'help')
    expect(events).toEqual(['lost main: it stopped answering', 'kill main'])
    watchdog.gone('main', 'killed')
    watchdog.usable('main')
    pass(watchdogTimes.startingForMs, 'main', 'help')
    events = []
    pass(2250, 'help')
    expect(events).toHaveLength(2)
  })

  it('that is late together with the other is left alone for ten seconds: the computer is slow, not the page', () => {
    pass(10_000)
    expect(events).toEqual([])
    expect(watchdog.isAlive('main')).toBe(false)
    pass(1000, 'main', 'help')
    expect(watchdog.isAlive('main')).toBe(true)
    expect(events).toEqual([])
    pass(10_250)
    expect(events).toEqual(['lost main: it stopped answering', 'kill main'])
    // One at a time: the other is judged anew.
    pass(2250)
    expect(events).toContain('kill help')
  })

  it('that hangs while the other answers again is ended after all', () => {
    pass(5000)
    pass(250, 'help')
    expect(events).toEqual(['lost main: it stopped answering', 'kill main'])
  })

  it('that stops answering again is ended as soon as the first time', () => {
    pass(2250, 'help')
    watchdog.gone('main', 'killed')
    watchdog.usable('main')
    pass(watchdogTimes.startingForMs, 'main', 'help')
    pass(2000, 'help')
    expect(events.filter((event) => event === 'kill main')).toHaveLength(1)
    pass(250, 'help')
    expect(events.filter((event) => event === 'kill main')).toHaveLength(2)
  })

  it('whose process is gone is reloaded at once', () => {
    watchdog.gone('help', 'crashed')
    expect(events).toEqual(['lost help: crashed', 'reload help'])
  })

  it('that does not die when killed is made anew', () => {
    pass(2250 + watchdogTimes.diesWithinMs + 250, 'help')
    expect(events.at(-1)).toBe('recreate main')
  })

  it('that needs minutes to load on a slow computer comes in the end, and is no worse off for it later', () => {
    watchdog.gone('main', 'crashed')
    for (const ms of watchdogTimes.usableWithinMs.slice(0, 2)) {
      pass(ms, 'help')
      expect(events).not.toContain('kill main')
      pass(250, 'help')
      expect(events.splice(0)).toContain('kill main')
      watchdog.gone('main', 'killed')
      events = []
    }
    pass(30_000, 'help')
    expect(events).toEqual([])
    watchdog.usable('main')
    expect(events).toEqual(['restored main after 120500'])
    watchdog.loading('main')
    pass(watchdogTimes.usableWithinMs[0] + 250, 'help')
    expect(events).toContain('lost main: it did not become usable')
  })

  it('that loads and does not become usable is started again', () => {
    watchdog.gone('main', 'crashed')
    pass(watchdogTimes.usableWithinMs[0] + 250, 'help')
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
    pass(2250, 'help')
    expect(events).toContain('kill main')
  })

  it('counts only while this process itself is on time', () => {
    passLate(10_000)
    expect(events).toEqual([])
    pass(2250, 'help')
    expect(events).toEqual(['lost main: it stopped answering', 'kill main'])
  })

  it('has an end even while this process is late', () => {
    passLate(watchdogTimes.longestMs + 500)
    expect(events).toEqual(['lost main: it stopped answering', 'kill main'])
  })

  it('while the computer slept means nothing', () => {
    mono += 1900
    watchdog.forgive()
    pass(1000, 'main', 'help')
    expect(events).toEqual([])
  })
})
