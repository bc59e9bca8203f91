import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Locator } from '@playwright/test'
import { chen, inspect, overlay, rao, test, trace } from '../support/console-test.ts'
import { idleStatus } from '../support/device-client.ts'
import { fakeMediaArgs, writeFakeMedia } from '../support/fake-media.ts'
import { listenIn, loudest } from '../support/hear-page.ts'
import { notificationsOf, watchNotifications } from '../support/notifications.ts'
import { openConsole } from '../support/physician-page.ts'
import { openPlainBrowser } from '../support/plain-browser.ts'
import { viewOf } from '../support/room-views.ts'

// Each opens browsers of its own and looks at every screen twice.
test.describe.configure({ timeout: 150_000 })
test.use({ trace })

/** Whether all of it is on the screen, and nothing lies over its corners. */
const isWhole = (element: Locator) =>
  element.evaluate((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect()
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return false
    return [left + 6, right - 6].every((x) =>
      [top + 6, bottom - 6].every((y) => {
        const seen = document.elementFromPoint(x, y)
        return seen !== null && (one.contains(seen) || seen.contains(one))
      }),
    )
  })

test.describe('an alarm', () => {
  test('is painted and heard until it is answered, and each fact is signed', async ({
    physician,
    device,
  }) => {
    const chens = await physician()
    const { page } = chens
    await loudest(page)
    const { escalationId } = await device.page({ elapsedMs: 4000 })
    const mine = (said: { escalationId: string }) => said.escalationId === escalationId
    await device.statement('delivered', mine)
    await device.statement('seen', mine)
    await expect(overlay(page)).toContainText('REACTION')
    await expect(overlay(page)).toContainText('Imaging Center North')
    await expect(overlay(page).getByRole('timer')).toHaveText(/^0:0[4-9]$/)
    await expect.poll(() => loudest(page)).toBeGreaterThan(0.05)
    await inspect(page, 'alarm-reaction')

    // Still sounding, many pulses later, because nobody has answered.
    await expect(overlay(page).getByRole('timer')).toHaveText(/^0:1[2-9]$/, { timeout: 15_000 })
    await loudest(page)
    await expect.poll(() => loudest(page)).toBeGreaterThan(0.05)

    await page.keyboard.press('Escape')
    await expect(overlay(page)).toBeVisible()
    await page.keyboard.press('a')
    const accepted = await device.statement('accepted', mine)
    expect(accepted.physicianId).toBe(chen)
    await expect(overlay(page)).toBeHidden()
    await expect(page.getByText('Reaction · you have it')).toBeVisible()
    await loudest(page)
    await expect.poll(() => loudest(page)).toBe(0)
    await device.endPage({ escalationId, outcome: 'ended', words: 'Recovered.' })
    await expect(page.getByText('Recovered.')).toBeVisible()
  })

  test('is not answered by a key that was meant for something else', async ({
    physician,
    device,
    camera,
  }) => {
    const chens = await physician()
    const { page } = chens
    const room = await camera(device, chens)
    await room.show(viewOf(device))
    await chens.openRoom('CT 2')
    await page.getByLabel('Order', { exact: true }).pressSequentially('salin')
    // In the page, in the moment in which the alarm comes up: no test is as fast from outside.
    const atOnce = page.evaluate(
      () =>
        new Promise<{ readonly enterStopped: boolean }>((resolve) => {
          const observer = new MutationObserver(() => {
            if (document.querySelector('dialog[role="alertdialog"][open]') === null) return
            observer.disconnect()
            const press = (key: string) =>
              document.activeElement?.dispatchEvent(
                new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
              ) === false
            press('a')
            resolve({ enterStopped: press('Enter') })
          })
          observer.observe(document, { subtree: true, childList: true, attributes: true })
        }),
    )
    const { escalationId } = await device.page()
    expect(await atOnce).toEqual({ enterStopped: true })
    await expect(overlay(page)).toBeVisible()
    expect(device.heard().map(({ statement }) => statement.kind)).not.toContain('accepted')
    await expect(async () => {
      await page.keyboard.press('Enter')
      await expect(overlay(page)).toBeHidden({ timeout: 100 })
    }).toPass()
    await device.statement('accepted', (said) => said.escalationId === escalationId)
  })

  test('reaches a hidden tab: it sounds, the title moves, the system shows it, and it is seen only in front', async ({
    hub,
    device,
  }) => {
    const folder = mkdtempSync(join(tmpdir(), 'scanside-hidden-'))
    const media = writeFakeMedia(folder, '#2458b8', 500)
    const browser = await openPlainBrowser(fakeMediaArgs(media))
    try {
      await listenIn(browser.context)
      await watchNotifications(browser.context)
      const { page, register, goOnCall } = await openConsole(browser.context, { hubUrl: hub.url })
      await register(await hub.issueInvite(chen))
      await goOnCall()
      const other = await browser.context.newPage()
      await other.bringToFront()
      await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden')
      await loudest(page)

      const { escalationId } = await device.page()
      await device.statement('delivered')
      await expect.poll(() => loudest(page)).toBeGreaterThan(0.05)
      const [notification, ...more] = await notificationsOf(page)
      expect(more).toEqual([])
      expect(notification).toEqual({
        title: 'REACTION · CT 2',
        body: 'Imaging Center North: a patient reacts. Answer now.',
        requireInteraction: true,
        tag: escalationId,
        permission: 'granted',
        closed: false,
      })
      const titles = new Set<string>()
      await expect
        .poll(async () => titles.add(await page.title()).size, { intervals: [100] })
        .toBeGreaterThanOrEqual(2)
      expect([...titles].join(' ')).toContain('REACTION')
      expect(device.heard().map(({ statement }) => statement.kind)).not.toContain('seen')

      await page.bringToFront()
      await device.statement('seen')
      expect(await notificationsOf(page)).toEqual([notification])
      await page.getByRole('button', { name: /^Accept/ }).click()
      await device.statement('accepted')
      await expect.poll(() => notificationsOf(page)).toEqual([{ ...notification, closed: true }])
      await expect.poll(() => page.title()).toBe('Scanside · physician’s console')
    } finally {
      await browser.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('does not hide another: both are seen, heard and answered apart', async ({
    physician,
    device,
    mr,
  }) => {
    const chens = await physician()
    const { page } = chens
    const question = await mr.page({ kind: 'question' })
    await overlay(page).waitFor()
    await inspect(page, 'alarm-question')
    const reaction = await device.page()
    await expect(overlay(page).getByRole('article')).toHaveCount(2)
    await expect(overlay(page).getByRole('article').first()).toContainText('REACTION')
    await mr.statement('seen', (said) => said.escalationId === question.escalationId)
    await device.statement('seen', (said) => said.escalationId === reaction.escalationId)
    await inspect(page, 'alarm-two')

    await overlay(page)
      .getByRole('article')
      .first()
      .getByRole('button', { name: /^Accept/ })
      .click()
    await device.statement('accepted')
    // The question rings on, beside the patient who has the physician.
    await expect(overlay(page).getByRole('article')).toHaveCount(1)
    await expect(page.getByRole('heading', { name: 'CT 2' })).toBeVisible()
    await loudest(page)
    await expect.poll(() => loudest(page)).toBeGreaterThan(0.05)
    await inspect(page, 'alarm-beside-room')
    await overlay(page).getByRole('button', { name: 'Decline' }).click()
    await overlay(page).getByRole('button', { name: 'With another patient' }).click()
    const declined = await mr.statement('declined')
    expect(declined.reason).toBe('With another patient')
    await expect(overlay(page)).toBeHidden()
    await expect(page.getByText('you declined; the bench is being called')).toBeVisible()
  })

  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 1920, height: 1080 },
  ]) {
    test(`leaves every answer on a screen of ${viewport.width} × ${viewport.height}, with pictures and with notices`, async ({
      physician,
      device,
      mr,
      camera,
    }) => {
      const chens = await physician()
      const { page } = chens
      const name = `${viewport.width}`
      await page.setViewportSize(viewport)
      const ct = await camera(device, chens)
      const other = await camera(mr, chens)
      await ct.show(viewOf(device))
      await other.show(viewOf(mr, { roomName: 'MR 1', modality: 'MR' }))
      // Notices of what is over stay until they are put away.
      for (const words of [
        'Recovered.',
        'Transferred to the emergency department.',
        'No reaction.',
        'Over.',
      ]) {
        const { escalationId } = await mr.page()
        await overlay(page).waitFor()
        await mr.endPage({ escalationId, outcome: 'ended', words })
        await expect(page.getByText(words, { exact: true })).toBeAttached()
      }
      await ct.want('flowing')
      await other.want('flowing')
      await mr.page({ kind: 'question' })
      await device.page()
      await expect(overlay(page).getByRole('article')).toHaveCount(2)
      await expect(overlay(page).locator('video')).toHaveCount(2)
      await expect(overlay(page).locator('.ui-video-absent')).toHaveCount(0)
      const accepts = overlay(page).getByRole('button', { name: /^Accept/ })
      await expect(accepts.first()).toBeFocused()
      for (const button of await overlay(page).getByRole('button').all())
        expect(await isWhole(button)).toBe(true)
      const ring = await accepts.first().evaluate((button) => getComputedStyle(button).outlineStyle)
      expect(ring).toBe('solid')
      await inspect(page, `alarm-two-pictures-${name}`)
      await overlay(page).getByRole('button', { name: 'Decline…' }).first().click()
      for (const button of await overlay(page).getByRole('button').all())
        expect(await isWhole(button)).toBe(true)
      await overlay(page).screenshot({ path: `test-results/console/alarm-declining-${name}.png` })
      await overlay(page).getByRole('button', { name: 'Back to the alarm' }).click()

      await accepts.first().click()
      await expect(overlay(page).getByRole('article')).toHaveCount(1)
      expect(await isWhole(accepts.first())).toBe(true)
      await expect(page.getByText('Live', { exact: true })).toBeVisible()
      // Above the room: the bar of the other call, and the notices.
      expect(await isWhole(page.getByRole('heading', { name: 'CT 2' }))).toBe(true)
      expect(await isWhole(page.getByText('Reaction · you have it'))).toBe(true)
      expect(await isWhole(page.getByRole('button', { name: 'Mute', exact: true }))).toBe(true)
      await inspect(page, `room-beside-alarm-${name}`)
      await page.locator('main').evaluate((main) => main.scrollTo(0, main.scrollHeight))
      expect(await isWhole(page.getByRole('heading', { name: 'CT 2' }))).toBe(true)
    })
  }

  test('that somebody else takes falls silent here, says who has it, and rings again when they do not come', async ({
    physician,
    device,
  }) => {
    const chens = await physician(chen)
    const raos = await physician(rao)
    await device.emit('status', { ...idleStatus, primary: chen, standby: rao })
    await device.page()
    await overlay(chens.page).waitFor()
    // The bench is called when the primary has not answered within its time.
    await overlay(raos.page).waitFor({ timeout: 30_000 })
    await expect(overlay(raos.page)).toContainText('as backup')
    await raos.accept()
    await expect(overlay(chens.page)).toBeHidden()
    await expect(chens.page.getByRole('button', { name: 'Join' })).toBeVisible()
    await expect(chens.page.locator(`[data-device="${device.deviceId}"]`)).toContainText('Dr. M. Rao has it')
    await inspect(chens.page, 'alarm-taken')
    // Nobody came on screen: having it is not helping.
    await expect(overlay(chens.page)).toContainText('Dr. M. Rao has it, and is not on screen')
    await chens.accept()
    await device.statement('accepted', (said) => said.physicianId === chen)
  })

  test('cancelled in the room ends on its own, with the reason', async ({ physician, device }) => {
    const { page } = await physician()
    const { escalationId } = await device.page({ drill: true })
    await expect(overlay(page)).toContainText('DRILL')
    await device.endPage({ escalationId, outcome: 'cancelled', words: 'Pressed by mistake.' })
    await expect(overlay(page)).toBeHidden()
    await expect(page.getByText('Pressed by mistake.')).toBeVisible()
    await page.getByRole('button', { name: 'Put away' }).click()
    await expect(page.getByText('Pressed by mistake.')).toBeHidden()
  })
})
