import { expect, type Locator, type Page, test } from '@playwright/test'
import type { Intent, Snapshot } from '../../src/contract/ipc.ts'
import { intents, openRenderer, show } from '../support/renderer-page.ts'
import { type RendererServer, serveRenderer } from '../support/renderer-server.ts'
import {
  ago,
  call,
  injecting,
  observedFor,
  order,
  reacting,
  screened,
  signedIn,
  snapshotOf,
} from '../support/sample-snapshots.ts'

let server: RendererServer

test.beforeAll(async () => {
  server = await serveRenderer()
})
test.afterAll(() => server.close())

const open = (page: Page, first: Snapshot, which: 'index' | 'help' = 'index'): Promise<void> =>
  openRenderer(page, server, first, which)
const lastIntent = async (page: Page): Promise<Intent | undefined> => (await intents(page)).at(-1)
/**
 * Shows a snapshot and presses a button in the very frame in which it is there and another is gone: on a busy machine
 * the way from the test to the page takes longer than an order needs to settle.
 */
const showAndPress = (
  page: Page,
  next: Snapshot,
  name: string,
  { gone = '', by = 'hand' as 'hand' | 'key' } = {},
): Promise<void> =>
  page.evaluate(
    ([snapshot, wanted, unwanted, detail]) =>
      new Promise<void>((resolve) => {
        const named = (text: string) =>
          [...document.querySelectorAll('button')].find((button) => button.textContent?.includes(text))
        const look = (): void => {
          const button = named(wanted)
          if (button === undefined || (unwanted !== '' && named(unwanted))) requestAnimationFrame(look)
          else resolve(void button.dispatchEvent(new MouseEvent('click', { bubbles: true, detail })))
        }
        window.fakeBridge.show(snapshot)
        look()
      }),
    // A key counts no clicks.
    [next, name, gone, by === 'key' ? 0 : 1] as const,
  )
const redButton = (page: Page): Locator => page.getByTestId('help-button')

test('a press that lands on an order as it comes reads nothing back, and STOP stays where it was', async ({
  page,
}) => {
  await open(page, snapshotOf({ state: { operator: signedIn } }))
  await show(page, reacting({}))
  const stop = page.getByRole('button', { name: 'STOP injection' })
  await expect(stop).toBeVisible()
  const before = await stop.boundingBox()
  const name = 'Read back: epinephrine 0.3 mg IM now'
  const readBack = page.getByRole('button', { name })
  await showAndPress(page, reacting({ orders: [order(null)] }), name)
  expect(await intents(page)).toEqual([])
  expect(await stop.boundingBox()).toEqual(before)

  await readBack.click()
  expect(await intents(page)).toEqual([{ kind: 'read-back-order', statementId: 'o1' }])

  // The injection is over: the order moves up to where STOP was.
  const stopped = { kind: 'observing', facts: screened(), observation: observedFor(900) } as const
  await showAndPress(page, reacting({ orders: [order(null)] }, { state: { session: stopped } }), name, {
    gone: 'STOP injection',
  })
  expect(await intents(page)).toHaveLength(1)
  await readBack.click()
  expect(await intents(page)).toHaveLength(2)
})

test('a key means the order that has the focus, wherever that has just moved to', async ({ page }) => {
  await open(page, snapshotOf({ state: { operator: signedIn } }))
  await showAndPress(page, reacting({ orders: [order(null)] }), 'Read back: epinephrine 0.3 mg IM now', {
    by: 'key',
  })
  expect(await intents(page)).toEqual([{ kind: 'read-back-order', statementId: 'o1' }])
})

for (const which of ['index', 'help', 'strip'] as const) {
  test(`during a drill the red button of the ${which} says that a press is in earnest`, async ({ page }) => {
    const layout = which === 'strip' ? 'strip' : 'full'
    const state = { operator: signedIn, reaction: call('reaction', { drill: true }) }
    await open(page, snapshotOf({ layout, state }), which === 'help' ? 'help' : 'index')
    await expect(redButton(page)).toHaveText('REAL REACTION — CALL NOWends the drill')
    const armed = await redButton(page).evaluate((button) => getComputedStyle(button).backgroundColor)
    await show(page, snapshotOf({ layout, state: { operator: signedIn, reaction: call('reaction') } }))
    await expect(redButton(page)).toContainText('CALL AGAIN')
    await expect(redButton(page)).not.toHaveCSS('background-color', armed)
  })
}

test('a running injection is stopped from the lock screen, which shows no patient', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 })
  const locked = { operator: { kind: 'locked', technologistId: 'ortiz' } } as const
  await open(page, snapshotOf())
  await show(page, injecting({ kind: 'live' }, { state: locked }))
  await expect(page.getByRole('heading', { name: 'Locked' })).toBeVisible()
  await expect(page.getByText(/DOE|Iohexol/)).toBeHidden()
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeInViewport({ ratio: 1 })
  await page.getByRole('button', { name: 'STOP injection' }).click()
  expect(await lastIntent(page)).toEqual({ kind: 'stop-injection' })
})

test('whoever ends a call during an injection is told so, and can stop it there', async ({ page }) => {
  await open(page, reacting({ pressedAt: ago(30) }))
  await page.getByRole('button', { name: 'End the call…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('The injection still runs.')).toBeInViewport({ ratio: 1 })
  await dialog.getByRole('button', { name: 'STOP injection' }).click()
  expect(await lastIntent(page)).toEqual({ kind: 'stop-injection' })
  const reaction = call('reaction', { pressedAt: ago(30) })
  await show(page, snapshotOf({ state: { operator: signedIn, reaction } }))
  await expect(dialog).not.toContainText('still runs')
})

test('the strip has STOP, orders and telephones before the call', async ({ page }) => {
  await open(page, { ...reacting({ orders: [order(null)] }), layout: 'strip' })
  const tops: number[] = []
  for (const part of [
    page.getByRole('button', { name: 'STOP injection' }),
    page.getByRole('button', { name: /^Read back/ }),
    page.getByRole('region', { name: 'Telephone' }),
    page.getByRole('region', { name: 'Reaction call' }),
  ]) {
    await expect(part).toBeVisible()
    tops.push((await part.boundingBox())?.y ?? Number.NaN)
  }
  expect(tops).toEqual(tops.toSorted((a, b) => a - b))
})
