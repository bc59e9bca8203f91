import type { Page } from '@playwright/test'
import { whoIsShown } from '../../tests/support/who-is-shown.ts'
import type { PhysicianId, RoomId } from '../../tests/support/world.ts'
import { until } from './until.ts'

/** A picture that was put on the screen of a page, on the wall clock that all of this machine's pages share. */
export type FirstPicture = { readonly atMs: number; readonly label: string }

declare global {
  interface Window {
    demoFirstPicture?: Promise<FirstPicture>
  }
}

/**
 * Arms the physician's page: it notes when the alarm first shows a picture of the calling room that nothing covers.
 * Read it with `firstPicture`.
 */
export async function watchAlarmPicture(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.demoFirstPicture = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error('no picture of the room in the alarm within 60 s')), 60_000)
      const watched = new Set<HTMLVideoElement>()
      const look = () => {
        for (const video of document.querySelectorAll<HTMLVideoElement>('dialog[role="alertdialog"] video')) {
          if (watched.has(video)) continue
          watched.add(video)
          video.requestVideoFrameCallback(() => {
            // Called in the very frame that presents it; the words that stood in its place go with the next.
            requestAnimationFrame(() => {
              const isCovered = video.parentElement?.querySelector('.ui-video-absent, .ui-video-veil') != null
              if (isCovered) watched.delete(video)
              else resolve({ atMs: Date.now(), label: video.ariaLabel ?? '' })
              look()
            })
          })
        }
      }
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true })
      look()
    })
  })
}

export const firstPicture = (page: Page): Promise<FirstPicture> =>
  page.evaluate(() => {
    if (window.demoFirstPicture === undefined) throw new Error('the page was not armed')
    return window.demoFirstPicture
  })

/** Waits until the video with this label shows that camera's colour: "sees the other", in pixels. */
export const untilSees = (page: Page, label: string | RegExp, who: RoomId | PhysicianId) =>
  until(
    `the picture of ${who} in "${label}"`,
    () => whoIsShown(page, label),
    (shown) => shown === who,
  )

/** Waits for this many new pictures in the video with this label; gives how long they took, ms. */
export async function untilMoves(page: Page, label: string, frames: number): Promise<number> {
  const video = page.getByLabel(label).and(page.locator('video')).first()
  return video.evaluate(
    (element, wanted) =>
      new Promise<number>((resolve, reject) => {
        const startedAt = performance.now()
        const giveUp = setTimeout(() => reject(new Error('the picture stands still for 20 s')), 20_000)
        let left = wanted
        const next = () =>
          (element as HTMLVideoElement).requestVideoFrameCallback(() => {
            left -= 1
            if (left > 0) return void next()
            clearTimeout(giveUp)
            resolve(performance.now() - startedAt)
          })
        next()
      }),
    frames,
  )
}
