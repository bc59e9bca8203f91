import { expect } from '@playwright/test'
import { chen, inspect, pixel, test, trace } from '../support/console-test.ts'
import { idleStatus } from '../support/device-client.ts'
import { pressByKeyboard, tabTo } from '../support/keyboard.ts'
import { laterView, pageOf, screeningView, viewOf } from '../support/room-views.ts'

// Each opens browsers of its own and looks at every screen twice.
test.describe.configure({ timeout: 150_000 })
test.use({ trace })

test.describe('a room', () => {
  test('is seen and heard, decided for, ordered for and signed', async ({ physician, device, camera }) => {
    const chens = await physician()
    const { page } = chens
    const room = await camera(device, chens)
    const tile = page.locator(`[data-device="${device.deviceId}"]`)
    await expect(tile).toHaveAttribute('data-link', 'warm')
    await device.emit('status', { ...idleStatus, step: 'screening', primary: chen })
    await room.show(screeningView(device))
    await room.want('flowing')
    // Picture and sound go both ways, and nobody is there yet.
    await expect(tile).toContainText('Not opened')
    await expect(tile).toHaveAttribute('data-link', 'partial')
    await expect(tile).toContainText('Waits for your decision')
    await chens.openRoom('CT 2')
    await expect(page.getByText('The room hears you')).toBeVisible()
    await expect.poll(() => pixel(page)).toBe('green')
    await expect.poll(async () => (await room.received()).frames).toBeGreaterThan(1)
    await expect.poll(async () => (await room.received()).audioBytes).toBeGreaterThan(50)
    await inspect(page, 'room-screening')

    await page.getByLabel('Note').fill('premedicated')
    await page.getByRole('button', { name: 'Go on' }).click()
    const decided = await device.statement('decided')
    expect(decided).toMatchObject({
      questionId: 'allergy',
      answerSeq: 41,
      decision: 'go-on',
      note: 'premedicated',
    })
    await page.getByRole('button', { name: 'Imaging records reviewed' }).click()
    await device.statement('records-confirmed')

    await chens.order({ what: 'epinephrine', dose: '0.3 mg', route: 'IM' })
    const ordered = await device.statement('ordered')
    expect(ordered.order).toEqual({ what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' })
    const given = page.getByRole('list', { name: 'Orders given' })
    await expect(given).toContainText('“epinephrine 0.3 mg IM now”')
    await expect(given).toContainText('read-back not seen')
    const later = laterView(device, ordered)
    await room.show(later)
    await expect(given).toContainText('Read back')
    await expect(page.getByRole('button', { name: 'epinephrine 0.3 mg IM now' })).toBeVisible()
    await inspect(page, 'room-observing')

    await page.getByRole('button', { name: 'I have reviewed the gap' }).click()
    expect((await device.statement('gap-reviewed')).gap).toEqual(later.gap)
    await page.getByRole('button', { name: 'Sign A-0001' }).click()
    expect(await device.statement('signed')).toMatchObject({ sessionId: 's-0', closingHash: 'ab'.repeat(32) })

    await page.getByRole('button', { name: 'Mute', exact: true }).click()
    await expect(page.getByText('You are muted', { exact: true })).toBeVisible()
    // Silence is not a lost link, and not a live one either.
    await expect(page.getByText('Not attended', { exact: true })).toBeVisible()
    await expect.poll(() => room.attention()).toEqual({ front: 'this-room', microphone: 'muted' })
    await page.getByRole('button', { name: 'Unmute', exact: true }).click()
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
    await room.want('held')
    await expect(page.getByText('the room’s camera is held, and so is yours')).toBeVisible()
  })

  test('is opened, decided for, ordered for and signed by keyboard alone', async ({
    physician,
    device,
    camera,
  }) => {
    const chens = await physician()
    const { page } = chens
    const room = await camera(device, chens)
    await room.show(screeningView(device))
    const tile = page.locator(`[data-device="${device.deviceId}"]`)
    await expect(tile).toContainText('Waits for your decision')
    await tabTo(page, tile.getByRole('button', { name: 'CT 2', exact: true }))
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'CT 2' })).toBeFocused()

    await tabTo(page, page.getByLabel('Note'))
    await page.keyboard.type('premedicated')
    await pressByKeyboard(page, 'Go on')
    expect(await device.statement('decided')).toMatchObject({ decision: 'go-on', note: 'premedicated' })
    await pressByKeyboard(page, 'Imaging records reviewed')
    await device.statement('records-confirmed')

    for (const [field, words] of [
      ['Order', 'epinephrine'],
      ['Dose', '0.3 mg'],
      ['Route', 'IM'],
    ] as const) {
      await tabTo(page, page.getByLabel(field, { exact: true }))
      await page.keyboard.type(words)
    }
    await page.keyboard.press('Enter')
    const ordered = await device.statement('ordered')
    expect(ordered.order).toEqual({ what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' })
    // Where the next order is written.
    await expect(page.getByLabel('Order', { exact: true })).toBeFocused()

    await room.show(laterView(device, ordered))
    await pressByKeyboard(page, 'Sign A-0001')
    expect(await device.statement('signed')).toMatchObject({ sessionId: 's-0', closingHash: 'ab'.repeat(32) })
    await pressByKeyboard(page, 'All rooms')
    await expect(page.getByRole('heading', { name: 'Rooms', exact: true })).toBeVisible()
  })

  test('without a session can be read to its end by keyboard', async ({ physician, device, camera }) => {
    const chens = await physician()
    const { page } = chens
    const room = await camera(device, chens)
    const timeline = Array.from({ length: 40 }, (_, index) => ({
      at: new Date().toISOString(),
      words: `Line ${index + 1} of the log`,
    }))
    await room.show(viewOf(device, { timeline }))
    await chens.openRoom('CT 2')
    const column = page.getByRole('region', { name: 'Session and timeline' })
    await expect(column).toContainText('Line 40 of the log')
    await tabTo(page, column)
    const scrolled = () => column.evaluate((element) => element.scrollTop)
    expect(await scrolled()).toBe(0)
    await page.keyboard.press('End')
    await expect.poll(scrolled).toBeGreaterThan(0)
    await inspect(page, 'room-idle')
  })

  test('whose link dies is said to be lost within two seconds or so', async ({ live }) => {
    const { chens, room } = await live()
    const { page } = chens
    await room.page.close()
    const goneAt = Date.now()
    await expect(page.getByText('Link lost')).toBeVisible({ timeout: 5000 })
    expect(Date.now() - goneAt).toBeLessThan(4000)
    await expect(page.getByText('This is what the room last said: its link is down')).toBeVisible()
    await inspect(page, 'room-link-lost')
  })

  test('on screen is said once its picture and sound are here, and not before', async ({
    physician,
    device,
    camera,
  }) => {
    const chens = await physician()
    const { page } = chens
    const room = await camera(device, chens)
    await expect(page.locator(`[data-device="${device.deviceId}"]`)).toHaveAttribute('data-link', 'warm')
    await device.page()
    await device.statement('seen')
    await chens.accept()
    await device.statement('accepted')
    expect(device.heard().map(({ statement }) => statement.kind)).not.toContain('on-screen')
    await room.want('flowing')
    await device.statement('on-screen')
    await expect.poll(() => pixel(page)).toBe('green')
    await inspect(page, 'room-reaction')
  })

  test('hears the physician only while it is the open one, and is told so', async ({
    physician,
    device,
    mr,
    camera,
  }) => {
    const chens = await physician()
    const { page } = chens
    const ct = await camera(device, chens)
    const other = await camera(mr, chens)
    await ct.show(viewOf(device))
    await other.show(viewOf(mr, { roomName: 'MR 1', modality: 'MR' }))
    await ct.want('flowing')
    await other.want('flowing')
    const ctTile = page.locator(`[data-device="${device.deviceId}"]`)
    const mrTile = page.locator(`[data-device="${mr.deviceId}"]`)
    await expect(ctTile).toContainText('Not opened')
    await expect(mrTile).toContainText('Not opened')
    // Nobody is spoken to from the overview.
    expect(Math.max(await ct.voice(), await other.voice())).toBeLessThan(0.01)

    await chens.openRoom('CT 2')
    await expect.poll(() => ct.voice()).toBeGreaterThan(0.02)
    expect(await other.voice()).toBeLessThan(0.01)
    const strip = page.getByRole('navigation', { name: 'Other rooms' })
    await expect(strip).toContainText('Not in front')
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
    await expect.poll(() => other.attention()).toEqual({ front: 'another-room', microphone: 'on' })
    await inspect(page, 'room-beside-room')

    await strip.getByRole('button', { name: 'MR 1' }).click()
    await expect.poll(() => other.voice()).toBeGreaterThan(0.02)
    expect(await ct.voice()).toBeLessThan(0.01)
    await expect.poll(() => ct.attention()).toEqual({ front: 'another-room', microphone: 'on' })
    await page.getByRole('button', { name: 'Mute', exact: true }).click()
    await expect.poll(() => other.voice()).toBeLessThan(0.01)
    await expect.poll(() => other.attention()).toEqual({ front: 'this-room', microphone: 'muted' })
  })

  test('calls, is answered and takes orders over its own link while the hub is dead', async ({
    live,
    device,
    hub,
  }) => {
    const { chens, room } = await live()
    const { page } = chens
    await hub.kill()
    await expect(page.getByText('Hub lost', { exact: true })).toBeVisible()
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
    await inspect(page, 'hub-lost')

    const call = { ...pageOf(device), escalationId: 'e-without-hub' }
    await room.send({ kind: 'page', page: call })
    await device.statement('seen', (said) => said.escalationId === call.escalationId)
    await chens.accept()
    await device.statement('accepted')
    await device.statement('on-screen')
    await chens.order({ what: 'oxygen', dose: '10 L/min', route: 'mask' })
    await device.statement('ordered')
    await expect(page.getByText('not yet received by the room')).toBeHidden()

    await hub.restart()
    await expect(page.getByText('Hub lost', { exact: true })).toBeHidden()
    await expect(page.getByText('the hub has not confirmed it')).toBeHidden()
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
    await room.send({
      kind: 'page-end',
      end: { escalationId: call.escalationId, outcome: 'ended', words: 'Recovered.' },
    })
    const again = await device.page()
    await device.statement('delivered', (said) => said.escalationId === again.escalationId)
  })

  test('hears what was said while nothing could reach it, even after a reload', async ({
    physician,
    device,
    hub,
  }) => {
    const chens = await physician()
    const { page } = chens
    await chens.openRoom('CT 2')
    device.setConfirming(false)
    await hub.kill()
    await chens.order({ what: 'saline', dose: '500 mL', route: 'IV' })
    await expect(page.getByText('1 statement', { exact: true })).toBeVisible()
    await expect(page.getByRole('list', { name: 'Orders given' })).toContainText(
      'Not yet received by the room',
    )
    await hub.restart()
    const first = await device.statement('ordered')
    await page.reload()
    await chens.goOnCall()
    await expect(page.getByText('1 statement', { exact: true })).toBeVisible()
    device.setConfirming(true)
    await expect(page.getByText('1 statement', { exact: true })).toBeHidden({ timeout: 20_000 })
    expect(device.heard().filter(({ statement }) => statement.kind === 'ordered')).toHaveLength(1)
    expect(first.order.what).toBe('saline')
  })
})
