import type { Page } from '@playwright/test'

declare global {
  interface Window {
    benchClock: () => number
    benchRoom: { clickedAtMs: number | null; boardAtMs: number | null }
    /** When a tone was handed to audio hardware that runs. */
    benchSoundAtMs: number | null
    benchConsole: {
      /** When each alarm was painted, by escalation. */
      alarms: Record<string, number>
      /** When a picture of the calling room was put on the screen inside an alarm, with when its packets came. */
      pictures: { atMs: number; receivedAtMs: number }[]
    }
  }
}

/**
 * Gives a page a wall clock with fractions of a millisecond that agrees with this machine's: the time origin of a
 * page is read once when its process starts, and may be some milliseconds beside it by now.
 */
export async function installClock(page: Page): Promise<void> {
  await page.evaluate(() => {
    const fine = () => performance.timeOrigin + performance.now()
    // Date.now() cuts the fraction off, so the largest difference is the true one.
    let ahead = Number.NEGATIVE_INFINITY
    for (const until = fine() + 20; fine() < until; ) ahead = Math.max(ahead, Date.now() - fine())
    window.benchClock = () => fine() + ahead
  })
}

/** Notes the moment of the press (of the click itself, before any script runs) and of the painted board. */
export async function watchRoom(page: Page): Promise<void> {
  await installClock(page)
  await page.evaluate(() => {
    window.benchRoom = { clickedAtMs: null, boardAtMs: null }
    addEventListener(
      'click',
      (event) => {
        const isHelp = event.target instanceof Element && event.target.closest('[data-testid=help-button]')
        if (isHelp) window.benchRoom.clickedAtMs = window.benchClock() - (performance.now() - event.timeStamp)
      },
      { capture: true },
    )
    new MutationObserver(() => {
      const { benchRoom } = window
      if (benchRoom.boardAtMs !== null || document.querySelector('.board') === null) return
      benchRoom.boardAtMs = Number.NaN
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          benchRoom.boardAtMs = window.benchClock()
        }),
      )
    }).observe(document.body, { childList: true, subtree: true })
  })
}

/** Notes the moment in which a page hands its first tone to audio hardware that is already running. */
export async function watchSound(page: Page): Promise<void> {
  await installClock(page)
  await page.evaluate(() => {
    window.benchSoundAtMs = null
    const { start } = AudioBufferSourceNode.prototype
    AudioBufferSourceNode.prototype.start = function (...args) {
      start.apply(this, args)
      if (this.context.state === 'running') window.benchSoundAtMs ??= window.benchClock()
    }
  })
}

/** Notes when alarms are painted, and when pictures appear in them with nothing laid over them. */
export async function watchConsole(page: Page): Promise<void> {
  await installClock(page)
  await page.evaluate(() => {
    window.benchConsole = { alarms: {}, pictures: [] }
    const watched = new WeakSet<Element>()
    const notePainted = (id: string) => {
      if (id in window.benchConsole.alarms) return
      window.benchConsole.alarms[id] = Number.NaN
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          window.benchConsole.alarms[id] = window.benchClock()
        }),
      )
    }
    const watchPicture = (video: HTMLVideoElement) => {
      const onFrame: VideoFrameRequestCallback = (_, { receiveTime }) => {
        const now = window.benchClock()
        const receivedAtMs = receiveTime === undefined ? now : now - (performance.now() - receiveTime)
        const isCovered = video.parentElement?.querySelector('.ui-video-veil') != null
        if (!isCovered) window.benchConsole.pictures.push({ atMs: now, receivedAtMs })
        if (video.isConnected && window.benchConsole.pictures.length < 50)
          video.requestVideoFrameCallback(onFrame)
      }
      video.requestVideoFrameCallback(onFrame)
    }
    new MutationObserver(() => {
      for (const card of document.querySelectorAll('.alarm-card[data-escalation]'))
        notePainted(card.getAttribute('data-escalation') ?? '')
      for (const video of document.querySelectorAll('video')) {
        if (watched.has(video) || video.closest('.alarm-picture') === null) continue
        watched.add(video)
        watchPicture(video)
      }
    }).observe(document.body, { childList: true, subtree: true })
  })
}
