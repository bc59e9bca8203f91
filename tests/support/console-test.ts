/** What the tests of the physician's console share: a real hub, rooms, physicians, and a look at each screen. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import type { PolicyContent } from '../../src/domain/policy/policy.ts'
import { sampleIds, samplePins, sampleSite } from '../../tools/sample-site.ts'
import { type DeviceClient, openDevice } from './device-client.ts'
import { listenIn } from './hear-page.ts'
import { type HubProcess, startHubProcess } from './hub-process.ts'
import { openPhysician, type PhysicianPage } from './physician-page.ts'
import { openRoomWithCamera, type RoomWithCamera } from './room-page/room.ts'
import { screeningView } from './room-views.ts'

export const { chen, rao } = sampleIds.physicians
const faces: Readonly<Record<string, { colour: string; toneHz: number }>> = {
  [chen]: { colour: '#2458b8', toneHz: 500 },
  [rao]: { colour: '#7a2fa0', toneHz: 700 },
}
/** Moving pictures of every step would take more of the machine than the video that is tested. */
export const trace = {
  mode: 'retain-on-failure',
  screenshots: false,
  snapshots: true,
  sources: true,
} as const
const pictures = join(import.meta.dirname, '..', '..', 'test-results', 'console')

type Fixtures = {
  readonly site: PolicyContent
  readonly hub: HubProcess
  readonly device: DeviceClient
  /** A second room: MR 1. */
  readonly mr: DeviceClient
  /** Registered and on call; closed after the test. */
  readonly physician: (id?: string) => Promise<PhysicianPage>
  readonly camera: (device: DeviceClient, physician: PhysicianPage, id?: string) => Promise<RoomWithCamera>
  /** A physician on call who has the room open and live, with a session in screening. */
  readonly live: () => Promise<{ readonly chens: PhysicianPage; readonly room: RoomWithCamera }>
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
  site: async ({}, use) => use(sampleSite(new Date(), samplePins)),
  hub: async ({ site }, use) => {
    const hub = await startHubProcess({ site })
    await use(hub)
    await hub.stop()
  },
  device: async ({ hub }, use) => {
    const device = await openDevice({ hubUrl: hub.url, code: await hub.issueEnrolmentCode('ct-2') })
    await use(device)
    device.close()
  },
  mr: async ({ hub }, use) => {
    const mr = await openDevice({
      hubUrl: hub.url,
      code: await hub.issueEnrolmentCode('mr-1'),
      names: { roomName: 'MR 1', siteName: 'Imaging Center North' },
    })
    await use(mr)
    mr.close()
  },
  physician: async ({ hub }, use) => {
    const opened: PhysicianPage[] = []
    await use(async (id = chen) => {
      const one = await openPhysician({ hubUrl: hub.url, inviteUrl: null, ...faceOf(id) })
      opened.push(one)
      await listenIn(one.context)
      await one.register(await hub.issueInvite(id))
      await one.goOnCall()
      return one
    })
    for (const one of opened) await one.close()
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  camera: async ({}, use) => {
    const opened: RoomWithCamera[] = []
    await use(async (device, { browser }, id = chen) => {
      const room = await openRoomWithCamera({ browser, device, physicianId: id, colour: '#1f8a4c' })
      opened.push(room)
      return room
    })
    for (const room of opened) await room.close()
  },
  live: async ({ physician, device, camera }, use) => {
    await use(async () => {
      const chens = await physician()
      const room = await camera(device, chens)
      await room.show(screeningView(device))
      await room.want('flowing')
      await chens.openRoom('CT 2')
      await expect(chens.page.getByText('Live', { exact: true })).toBeVisible()
      return { chens, room }
    })
  },
})

export const faceOf = (id: string) => faces[id] ?? { colour: '#666666', toneHz: 600 }
export const overlay = (page: Page) => page.getByRole('alertdialog')

/** Looks at a screen in both themes, which differ in colour alone: axe finds nothing, and a picture stays for people. */
export async function inspect(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  const before = await page.evaluate(() => document.documentElement.dataset.theme ?? 'dark')
  for (const theme of ['dark', 'light']) {
    await page.evaluate((now) => {
      document.documentElement.dataset.theme = now
    }, theme)
    // Colours on their way from one theme to the other have the contrast of neither.
    await page.evaluate(() =>
      Promise.all(
        document
          .getAnimations()
          .map((one) => (one.effect?.getComputedTiming().iterations === 1 ? one.finished : undefined)),
      ),
    )
    await page.screenshot({ path: join(pictures, `${name}-${theme}.png`) })
    // The pages have no frames: axe judges in the page itself, not in another that it would open for each look.
    const axe = new AxeBuilder({ page }).setLegacyMode()
    const { violations } = await (theme === 'light' ? axe.withRules('color-contrast') : axe).analyze()
    expect(
      violations.map(({ id, nodes }) => `${name} ${theme}: ${id}: ${nodes.map((n) => n.html).join(' ')}`),
    ).toEqual([])
  }
  await page.evaluate((now) => {
    document.documentElement.dataset.theme = now
  }, before)
}

/** The colour in the middle of the largest picture, roughly. */
export function pixel(page: Page): Promise<string> {
  return page.evaluate(() => {
    const videos = [...document.querySelectorAll('video')].toSorted((a, b) => b.clientWidth - a.clientWidth)
    const [video] = videos
    const drawing = new OffscreenCanvas(1, 1).getContext('2d')
    if (!video || !drawing || video.videoWidth === 0) return 'nothing'
    drawing.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1)
    const [r = 0, g = 0, b = 0] = drawing.getImageData(0, 0, 1, 1).data
    return g > r + 20 && g > b + 20 ? 'green' : `rgb(${r}, ${g}, ${b})`
  })
}
