import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import type { RoomView } from '../../src/contract/room-view.ts'
import type { PolicyContent } from '../../src/domain/policy/policy.ts'
import { sampleIds, samplePins, sampleSite } from '../../tools/sample-site.ts'
import { type DeviceClient, idleStatus, openDevice } from '../support/device-client.ts'
import { fakeMediaArgs, writeFakeMedia } from '../support/fake-media.ts'
import { listenIn, loudest } from '../support/hear-page.ts'
import { type HubProcess, startHubProcess } from '../support/hub-process.ts'
import { openConsole, openPhysician, type PhysicianPage } from '../support/physician-page.ts'
import { openPlainBrowser } from '../support/plain-browser.ts'
import { openRoomWithCamera, type RoomWithCamera } from '../support/room-page/room.ts'

const { chen, rao } = sampleIds.physicians
const faces: Readonly<Record<string, { colour: string; toneHz: number }>> = {
  [chen]: { colour: '#2458b8', toneHz: 500 },
  [rao]: { colour: '#7a2fa0', toneHz: 700 },
}
const pictures = join(import.meta.dirname, '..', '..', 'test-results', 'console')

type Fixtures = {
  readonly site: PolicyContent
  readonly hub: HubProcess
  readonly device: DeviceClient
  /** Registered and on call; closed after the test. */
  readonly physician: (id?: string) => Promise<PhysicianPage>
  readonly camera: (device: DeviceClient, physician: PhysicianPage, id?: string) => Promise<RoomWithCamera>
}

const test = base.extend<Fixtures>({
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
})

// Moving pictures of every step would take more of the machine than the video that is tested.
test.use({ trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: true } })

const faceOf = (id: string) => faces[id] ?? { colour: '#666666', toneHz: 600 }
const overlay = (page: Page) => page.getByRole('alertdialog')

/** Looks at a screen in both themes: axe finds nothing, and a picture stays for people to look at. */
async function inspect(page: Page, name: string): Promise<void> {
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
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(
      violations.map(({ id, nodes }) => `${name} ${theme}: ${id}: ${nodes.map((n) => n.html).join(' ')}`),
    ).toEqual([])
  }
  await page.evaluate((now) => {
    document.documentElement.dataset.theme = now
  }, before)
}

test.describe('an account', () => {
  test('is made by an invite once, and serves with its passkey from then on', async ({ hub }) => {
    const invite = await hub.issueInvite(chen)
    const chens = await openPhysician({ hubUrl: hub.url, inviteUrl: null, ...faceOf(chen) })
    const { page } = chens
    const mistakes: string[] = []
    page.on('pageerror', (error) => mistakes.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) mistakes.push(message.text())
    })
    try {
      await inspect(page, 'sign-in')
      await page.goto(invite)
      await inspect(page, 'register')
      await chens.register(invite)
      await inspect(page, 'off-call')
      await chens.goOnCall()
      await expect(page.getByText('You cover no room')).toBeVisible()
      await chens.goOffCall()
      await chens.signOut()
      await chens.signIn()
      await expect(page.getByText('Dr. A. Chen, you are not on call')).toBeVisible()
      await chens.signOut()

      await page.getByRole('button', { name: 'I have an invite' }).click()
      await page.getByLabel('Invite').fill(invite)
      await page.keyboard.press('Enter')
      await expect(page.getByText('This invite has been used.')).toBeVisible()
      await inspect(page, 'invite-used')
      expect(mistakes).toEqual([])
    } finally {
      await chens.close()
    }
  })

  test('says in words that a passkey was refused, and lets the person try again', async ({ hub }) => {
    const chens = await openPhysician({ hubUrl: hub.url, inviteUrl: null, ...faceOf(chen) })
    const { page } = chens
    try {
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await expect(page.getByText(/^Not signed in: the request was cancelled/)).toBeVisible()
      await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeEnabled()
      await page.getByRole('button', { name: 'I have an invite' }).click()
      await page.getByRole('button', { name: 'Make a passkey' }).click()
      await expect(page.getByText('Enter the invite that you were sent.')).toBeVisible()
      await page.getByLabel('Invite').fill('WRONG-CODE')
      await page.getByRole('button', { name: 'Make a passkey' }).click()
      await expect(page.getByText('This invite is not known here.')).toBeVisible()
    } finally {
      await chens.close()
    }
  })

  test('that ends elsewhere is said on the page, which goes on where it was after a new sign-in', async ({
    physician,
    device,
    hub,
  }) => {
    const chens = await physician()
    const { page } = chens
    await expect(page.getByRole('button', { name: 'CT 2' })).toBeVisible()
    await chens.context.request.post(`${hub.url}/api/physician/sign-out`, {
      headers: { origin: hub.url },
      data: {},
    })
    await expect(page.getByText('Your session with the hub has ended')).toBeVisible()
    await inspect(page, 'session-ended')
    await page.getByRole('button', { name: 'Sign in again' }).click()
    await expect(page.getByText('Your session with the hub has ended')).toBeHidden()
    await expect(page.getByText('On call', { exact: true })).toBeVisible()
    await expect(page.getByText('the hub has not confirmed it')).toBeHidden()
    const { escalationId } = await device.page()
    await device.statement('seen', (said) => said.escalationId === escalationId)
  })

  test('on two pages is on call on the newer one, and the older says so', async ({
    physician,
    hub,
    device,
  }) => {
    const chens = await physician()
    const second = await openConsole(chens.context, { hubUrl: hub.url })
    await second.goOnCall()
    await expect(chens.page.getByText('You went on call on another page')).toBeVisible()
    await inspect(chens.page, 'superseded')
    await device.page()
    await expect(overlay(second.page)).toBeVisible()
    await expect(overlay(chens.page)).toBeHidden()
    await chens.page.getByRole('button', { name: 'Take calls on this page' }).click()
    await expect(overlay(chens.page)).toBeVisible()
    await expect(second.page.getByText('You went on call on another page')).toBeVisible()
    await expect(overlay(second.page)).toBeHidden()
  })
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
    const { escalationId } = await device.page()
    await overlay(page).waitFor()
    await page.keyboard.press('a')
    await page.keyboard.press('Enter')
    await expect(overlay(page)).toBeVisible()
    expect(device.heard().map(({ statement }) => statement.kind)).not.toContain('accepted')
    await expect(async () => {
      await page.keyboard.press('Enter')
      await expect(overlay(page)).toBeHidden({ timeout: 100 })
    }).toPass()
    await device.statement('accepted', (said) => said.escalationId === escalationId)
  })

  test('reaches a hidden tab: it sounds, the title moves, and it is seen only in front', async ({
    hub,
    device,
  }) => {
    const folder = mkdtempSync(join(tmpdir(), 'scanside-hidden-'))
    const media = writeFakeMedia(folder, '#2458b8', 500)
    const browser = await openPlainBrowser(fakeMediaArgs(media))
    try {
      await listenIn(browser.context)
      const { page, register, goOnCall } = await openConsole(browser.context, { hubUrl: hub.url })
      await register(await hub.issueInvite(chen))
      await goOnCall()
      const other = await browser.context.newPage()
      await other.bringToFront()
      await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden')
      await loudest(page)

      await device.page()
      await device.statement('delivered')
      await expect.poll(() => loudest(page)).toBeGreaterThan(0.05)
      const titles = new Set<string>()
      await expect
        .poll(async () => titles.add(await page.title()).size, { intervals: [100] })
        .toBeGreaterThanOrEqual(2)
      expect([...titles].join(' ')).toContain('REACTION')
      expect(device.heard().map(({ statement }) => statement.kind)).not.toContain('seen')

      await page.bringToFront()
      await device.statement('seen')
      await page.getByRole('button', { name: /^Accept/ }).click()
      await device.statement('accepted')
      await expect.poll(() => page.title()).toBe('Scanside · physician’s console')
    } finally {
      await browser.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('does not hide another: both are seen, heard and answered apart', async ({
    physician,
    device,
    hub,
  }) => {
    const mr = await openDevice({
      hubUrl: hub.url,
      code: await hub.issueEnrolmentCode('mr-1'),
      names: { roomName: 'MR 1', siteName: 'Imaging Center North' },
    })
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
    mr.close()
  })

  test('that somebody else takes falls silent here and says who has it', async ({ physician, device }) => {
    const chens = await physician(chen)
    const raos = await physician(rao)
    await device.emit('status', { ...idleStatus, primary: chen, standby: rao })
    await device.page()
    await overlay(chens.page).waitFor()
    // The bench is called when the primary has not answered within its time.
    await overlay(raos.page).waitFor({ timeout: 20_000 })
    await expect(overlay(raos.page)).toContainText('as the bench')
    await raos.accept()
    await expect(overlay(chens.page)).toBeHidden()
    await expect(chens.page.getByRole('button', { name: 'Join' })).toBeVisible()
    await expect(chens.page.locator(`[data-device="${device.deviceId}"]`)).toContainText('Dr. M. Rao has it')
    await inspect(chens.page, 'alarm-taken')
    await chens.page.getByRole('button', { name: 'Join' }).click()
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
    await expect(tile).toHaveAttribute('data-link', 'live')
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
    expect(decided).toMatchObject({ questionId: 'allergy', decision: 'go-on', note: 'premedicated' })
    await page.getByRole('button', { name: 'Imaging records reviewed' }).click()
    await device.statement('records-confirmed')

    await chens.order({ what: 'epinephrine', dose: '0.3 mg', route: 'IM' })
    const ordered = await device.statement('ordered')
    expect(ordered.order).toEqual({ what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' })
    const given = page.getByRole('list', { name: 'Orders given' })
    await expect(given).toContainText('“epinephrine 0.3 mg IM now”')
    await expect(given).toContainText('not read back')
    await room.show(laterView(device, ordered))
    await expect(given).toContainText('Read back')
    await expect(page.getByRole('button', { name: 'epinephrine 0.3 mg IM now' })).toBeVisible()
    await inspect(page, 'room-observing')

    await page.getByRole('button', { name: 'I have reviewed the gap' }).click()
    await device.statement('gap-reviewed')
    await page.getByRole('button', { name: 'Sign A-0001' }).click()
    expect(await device.statement('signed')).toMatchObject({ sessionId: 's-0', closingHash: 'ab'.repeat(32) })

    await page.getByRole('button', { name: 'Mute', exact: true }).click()
    await expect(page.getByText('You are muted')).toBeVisible()
    // Silence is not a lost link.
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
    await room.want('held')
    await expect(page.getByText('the room’s camera is held, and so is yours')).toBeVisible()
  })

  test('whose link dies is said to be lost within two seconds or so', async ({
    physician,
    device,
    camera,
  }) => {
    const chens = await physician()
    const { page } = chens
    const room = await camera(device, chens)
    await room.show(screeningView(device))
    await room.want('flowing')
    await chens.openRoom('CT 2')
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
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

  test('hears the physician only while it is the open one, and stays live all the same', async ({
    physician,
    device,
    camera,
    hub,
  }) => {
    const mr = await openDevice({ hubUrl: hub.url, code: await hub.issueEnrolmentCode('mr-1') })
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
    await expect(ctTile).toHaveAttribute('data-link', 'live')
    await expect(mrTile).toHaveAttribute('data-link', 'live')
    // Nobody is spoken to from the overview.
    expect(Math.max(await ct.voice(), await other.voice())).toBeLessThan(0.01)

    await chens.openRoom('CT 2')
    await expect.poll(() => ct.voice()).toBeGreaterThan(0.02)
    expect(await other.voice()).toBeLessThan(0.01)
    const strip = page.getByRole('navigation', { name: 'Other rooms' })
    await expect(strip).toContainText('Live')
    await inspect(page, 'room-beside-room')

    await strip.getByRole('button', { name: 'MR 1' }).click()
    await expect.poll(() => other.voice()).toBeGreaterThan(0.02)
    expect(await ct.voice()).toBeLessThan(0.01)
    await expect(strip).toContainText('Live')
    await page.getByRole('button', { name: 'Mute', exact: true }).click()
    await expect.poll(() => other.voice()).toBeLessThan(0.01)
    await expect(page.getByText('Live', { exact: true }).first()).toBeVisible()
    mr.close()
  })

  test('calls, is answered and takes orders over its own link while the hub is dead', async ({
    physician,
    device,
    camera,
    hub,
  }) => {
    const chens = await physician()
    const { page } = chens
    const room = await camera(device, chens)
    await room.show(screeningView(device))
    await room.want('flowing')
    await chens.openRoom('CT 2')
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
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

test.describe('ten rooms', () => {
  test.use({
    // biome-ignore lint/correctness/noEmptyPattern: as above
    site: async ({}, use) => {
      const site = sampleSite(new Date(), samplePins)
      const bench = [chen, rao]
      const rooms = Array.from({ length: 10 }, (_, n) => ({
        id: `room-${n}`,
        name: n < 6 ? `CT ${n + 1}` : `MR ${n - 5}`,
        modality: n < 6 ? ('CT' as const) : ('MR' as const),
        bench,
      }))
      await use({ ...site, rooms })
    },
  })

  test('fit a screen of 1280 × 800, those that need the physician first', async ({
    physician,
    hub,
    camera,
  }) => {
    const devices: DeviceClient[] = []
    for (let n = 0; n < 10; n += 1) {
      const code = await hub.issueEnrolmentCode(`room-${n}`)
      devices.push(await openDevice({ hubUrl: hub.url, code }))
    }
    const chens = await physician()
    const { page } = chens
    const [, , third, , , sixth, , eighth] = devices
    if (!third || !sixth || !eighth) throw new Error('ten devices were opened')
    await third.emit('status', { ...idleStatus, step: 'injecting', primary: chen })
    await eighth.emit('status', { ...idleStatus, technologistSignedIn: false, primary: rao, standby: chen })
    const room = await camera(sixth, chens)
    await sixth.emit('status', { ...idleStatus, step: 'screening', primary: chen })
    await room.show({ ...screeningView(sixth), roomName: 'CT 6' })
    await room.want('flowing')
    await expect(page.locator('[data-device]')).toHaveCount(10)
    await expect(page.locator('[data-device]').first()).toContainText('CT 6')
    await expect(page.locator('[data-device]').first()).toHaveAttribute('data-link', 'live')
    await expect(page.locator('[data-device]').nth(1)).toContainText('CT 3')
    const scrolls = await page.evaluate(() => {
      const main = document.querySelector('main')
      return main === null || main.scrollHeight > main.clientHeight || document.body.scrollWidth > innerWidth
    })
    expect(scrolls).toBe(false)
    await inspect(page, 'grid-ten')

    // Everything is reached by keyboard: the first room opens without a mouse, and Back closes it.
    await page.locator('[data-device]').first().getByRole('button').focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'CT 6' })).toBeFocused()
    await page.getByRole('button', { name: 'All rooms' }).press('Enter')
    await expect(page.getByRole('heading', { name: 'Rooms', exact: true })).toBeVisible()
    for (const device of devices) device.close()
  })
})

/** The colour in the middle of the largest picture, roughly. */
function pixel(page: Page): Promise<string> {
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

const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString()

const pageOf = (device: DeviceClient) => ({
  escalationId: 'e-1',
  kind: 'reaction' as const,
  drill: false,
  deviceId: device.deviceId,
  roomId: device.roomId,
  roomName: 'CT 2',
  siteName: 'Imaging Center North',
  sessionId: null,
  pressedAt: at(0),
  elapsedMs: 0,
})

const viewOf = (device: DeviceClient, change: Partial<RoomView> = {}): RoomView => ({
  roomId: device.roomId,
  deviceId: device.deviceId,
  roomName: 'CT 2',
  siteName: 'Imaging Center North',
  modality: 'CT',
  technologist: 'J. Ortiz, RT(R)(CT)',
  responder: 'R. Patel, RN',
  step: 'idle',
  session: null,
  escalations: [],
  orders: [],
  gapOpen: false,
  unsigned: [],
  timeline: [],
  ...change,
})

function screeningView(device: DeviceClient): RoomView {
  return viewOf(device, {
    step: 'screening',
    session: {
      sessionId: 's-1',
      exam: {
        accession: 'A-0002',
        patientName: 'DOE^JANE^M',
        patientId: 'P-1042',
        birthDate: '1961-04-12',
        sex: 'F',
        weightKg: 71,
        procedure: 'CT abdomen and pelvis with contrast',
        modality: 'CT',
      },
      openedAt: at(6),
      answers: [
        {
          questionId: 'allergy',
          text: 'Has the patient had a reaction to contrast before?',
          answer: 'yes',
          leadsTo: 'physician-decides',
          note: 'hives, 2019',
          decision: null,
        },
        {
          questionId: 'metformin',
          text: 'Does the patient take metformin?',
          answer: 'yes',
          leadsTo: 'tell-physician',
          note: '',
          decision: null,
        },
        {
          questionId: 'pregnant',
          text: 'Could the patient be pregnant?',
          answer: 'no',
          leadsTo: 'go-on',
          note: '',
          decision: null,
        },
      ],
      recordsConfirmed: false,
      injections: [],
      observationDueAt: null,
    },
    timeline: [
      { at: at(6), words: 'Session opened for accession A-0002' },
      { at: at(5), words: 'Screening: reaction before: yes' },
      { at: at(4), words: 'R. Patel, RN, checked in as on-site responder' },
    ],
  })
}

function laterView(
  device: DeviceClient,
  ordered: { readonly id: string; readonly at: string; readonly order: RoomView['orders'][number]['order'] },
): RoomView {
  const before = screeningView(device)
  const session = before.session
  if (session === null) throw new Error('the screening view has a session')
  return {
    ...before,
    step: 'observing',
    session: {
      ...session,
      answers: session.answers.map((answer) => ({
        ...answer,
        decision: answer.questionId === 'allergy' ? ('go-on' as const) : null,
      })),
      recordsConfirmed: true,
      injections: [
        { agent: 'iohexol 350 mg I/mL', volumeMl: 100, route: 'IV', startedAt: at(3), stoppedAt: at(2) },
      ],
      observationDueAt: new Date(Date.now() + 18 * 60_000).toISOString(),
    },
    gapOpen: true,
    orders: [
      { statementId: ordered.id, physicianId: chen, order: ordered.order, at: ordered.at, readBackAt: at(0) },
    ],
    unsigned: [
      {
        sessionId: 's-0',
        accession: 'A-0001',
        closedAt: at(40),
        closingHash: 'ab'.repeat(32),
        physicianId: chen,
      },
    ],
    timeline: [
      ...before.timeline,
      { at: at(3), words: 'Injection started: iohexol 350 mg I/mL, 100 mL IV' },
      { at: at(2), words: 'Injection stopped' },
      { at: at(1), words: 'Dr. A. Chen ordered: epinephrine 0.3 mg IM now' },
      { at: at(0), words: 'Order read back' },
    ],
  }
}
