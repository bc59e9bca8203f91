import { expect } from '@playwright/test'
import { samplePins, sampleSite } from '../../tools/sample-site.ts'
import { chen, faceOf, inspect, overlay, rao, test, trace } from '../support/console-test.ts'
import { type DeviceClient, idleStatus, openDevice } from '../support/device-client.ts'
import { openConsole, openPhysician } from '../support/physician-page.ts'
import { screeningView } from '../support/room-views.ts'

// Each opens browsers of its own and looks at every screen twice.
test.describe.configure({ timeout: 150_000 })
test.use({ trace })

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

  test('without a signature that the hub certifies is not on call, and says the way out', async ({ hub }) => {
    const chens = await openPhysician({ hubUrl: hub.url, inviteUrl: null, ...faceOf(chen) })
    const { page } = chens
    const keys = '**/api/physician/console-key'
    try {
      await page.route(keys, (route) => route.abort())
      await chens.register(await hub.issueInvite(chen))
      await expect(page.getByText('Your signature: missing')).toBeVisible()
      await expect(page.getByText('No room could trust what you say: you cannot be on call.')).toBeVisible()
      await expect(page.getByRole('button', { name: 'Go on call' })).toBeDisabled()
      await inspect(page, 'no-signature')
      await page.unroute(keys)
      await page.getByRole('button', { name: 'Try again' }).click()
      await expect(page.getByText('Certified by the hub')).toBeVisible()
      await chens.goOnCall()
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
    // Contrast flows there without a live link: that comes before a decision.
    await expect(page.locator('[data-device]').first()).toContainText('CT 3')
    await expect(page.locator('[data-device]').nth(1)).toContainText('CT 6')
    await expect(page.locator('[data-device]').nth(1)).toContainText('Not opened')
    const scrolls = await page.evaluate(() => {
      const main = document.querySelector('main')
      return main === null || main.scrollHeight > main.clientHeight || document.body.scrollWidth > innerWidth
    })
    expect(scrolls).toBe(false)
    await inspect(page, 'grid-ten')

    // Everything is reached by keyboard: a room opens without a mouse, and Back closes it.
    await page.locator('[data-device]').nth(1).getByRole('button').focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'CT 6' })).toBeFocused()
    await page.getByRole('button', { name: 'All rooms' }).press('Enter')
    await expect(page.getByRole('heading', { name: 'Rooms', exact: true })).toBeVisible()
    for (const device of devices) device.close()
  })
})
