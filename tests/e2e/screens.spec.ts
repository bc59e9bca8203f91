import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import type { Snapshot } from '../../src/contract/ipc.ts'
import { installFakeBridge } from '../support/fake-bridge.ts'
import { type RendererServer, serveRenderer } from '../support/renderer-server.ts'
import { snapshotOf } from '../support/sample-snapshots.ts'
import { scenes } from '../support/screen-scenes.ts'
import type { Scene } from '../support/screen-scenes-help.ts'

const shots = join(import.meta.dirname, '..', '..', 'test-results', 'screens')
const maxBundleBytes = 300 * 1024
const smallestHelpPx = 64

const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
]
/** The docked strip and the help window. */
const narrow = [{ width: 360, height: 900 }]

// A trace of dozens of screens costs more than the screens; the pictures are kept anyway.
test.use({ trace: 'off' })

let server: RendererServer
let complaints: string[]

test.beforeAll(async () => {
  mkdirSync(shots, { recursive: true })
  server = await serveRenderer()
})
test.afterAll(() => server.close())
test.beforeEach(({ page }) => {
  complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
})
test.afterEach(() => {
  // Errors, and what the content security policy refused.
  expect(complaints).toEqual([])
})

for (const scene of scenes) {
  test(`screen: ${scene.name}`, async ({ page }) => {
    test.setTimeout(120_000)
    const first = scene.snapshot()
    // A theme fades in for those who do not mind motion; a picture must not catch it half way.
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.setViewportSize(sizes[0] ?? { width: 1280, height: 800 })
    await page.addInitScript(installFakeBridge, scene.first === true || first === null ? first : snapshotOf())
    await page.goto(server.url(scene.page ?? 'index'))
    if (first !== null) await show(page, first)
    await scene.act?.(page)
    for (const size of scene.narrow === true ? narrow : sizes) {
      await page.setViewportSize(size)
      // Themes differ in colour alone, sizes in layout alone: each is looked at once with every other.
      for (const theme of size.width === 1920 ? (['dark'] as const) : (['dark', 'light'] as const)) {
        await look(page, scene, theme, size.width)
      }
    }
  })
}

const show = (page: Page, snapshot: Snapshot): Promise<void> =>
  page.evaluate((next) => window.fakeBridge.show(next), snapshot)

async function look(page: Page, scene: Scene, theme: Snapshot['theme'], width: number): Promise<void> {
  const snapshot = scene.snapshot()
  // Before the first snapshot nobody has said which theme; the help window is always dark.
  if (theme === 'light' && (snapshot === null || scene.page === 'help')) return
  if (snapshot !== null) await show(page, { ...snapshot, theme })
  for (const words of scene.says) await expect(page.getByText(words).first()).toBeVisible()
  await page.screenshot({ path: join(shots, `${scene.name}-${width}-${theme}.png`) })
  await expectHelpButton(page)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0)
  // What axe looks at is the same at both sizes, and all but contrast in both themes.
  if (width !== 1920) expect(await faultsOf(page, theme)).toEqual([])
}

async function faultsOf(page: Page, theme: Snapshot['theme']): Promise<string[]> {
  // The pages have no frames: axe judges in the page itself, not in another that it would open for each look.
  const axe = new AxeBuilder({ page }).setLegacyMode()
  const { violations } = await (theme === 'light' ? axe.withRules('color-contrast') : axe).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

/** In view and large enough wherever it is drawn; the help window draws its own. */
async function expectHelpButton(page: Page): Promise<void> {
  const button = page.getByTestId('help-button')
  await expect(button).toBeInViewport({ ratio: 1 })
  const box = await button.boundingBox()
  expect(box?.height).toBeGreaterThanOrEqual(smallestHelpPx)
  expect(box?.width).toBeGreaterThanOrEqual(smallestHelpPx)
}

test('the bundles are small', () => {
  const [main, help] = [server.sizeOf('index'), server.sizeOf('help')]
  const kB = (bytes: number): string => `${(bytes / 1024).toFixed(1)} kB`
  console.log(`renderer bundle ${kB(main)} gzipped (limit 300 kB); help window ${kB(help)}`)
  expect(main).toBeLessThanOrEqual(maxBundleBytes)
  expect(help).toBeLessThan(main / 4)
})
