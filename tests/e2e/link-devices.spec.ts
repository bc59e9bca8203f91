import { type Browser, type BrowserContext, expect, test } from '@playwright/test'
import { samplePins, sampleSite } from '../../tools/sample-site.ts'
import { launchWorkstation } from '../support/electron-app.ts'
import { startHubProcess } from '../support/hub-process.ts'
import { createExchange, type PartyPage } from '../support/link-page/driver.ts'
import { pullablePlugs } from '../support/pullable-plugs.ts'
import { technologistAt } from '../support/technologist.ts'
import { logEntries } from '../support/workstation-files.ts'

test.use({ trace: 'off' })

/** Looks twenty times a second: what is waited for here takes tenths of seconds. */
const soon = <T>(read: () => T) => expect.poll(read, { intervals: [50] })

/** A browser with switches that the other tests do not have. */
async function withBrowser(
  browser: Browser,
  switches: string[],
  act: (context: BrowserContext) => Promise<void>,
) {
  const { launchOptions } = test.info().project.use
  const own = await browser.browserType().launch({
    ...launchOptions,
    args: [...(launchOptions?.args ?? []), ...switches],
  })
  try {
    await act(await own.newContext())
  } finally {
    await own.close()
  }
}

const open = (context: BrowserContext) => createExchange(context).open('room', '')
const lastReport = (page: PartyPage, device: string) =>
  page.page.evaluate(
    (which) =>
      window.party
        .deviceReports()
        .filter((report) => report.device === which)
        .at(-1) ?? null,
    device,
  )

test('a room without a camera says so, and its sound arrives all the same', async ({ context }) => {
  const exchange = createExchange(context)
  const room = await exchange.open('room', '')
  const physician = await exchange.open('physician', 'console-1')
  await room.call((p) => p.hideDevice('camera'))
  await Promise.all([room.call((p) => p.openDevices()), physician.call((p) => p.openDevices())])
  expect(await lastReport(room, 'camera')).toMatchObject({
    state: 'lost',
    label: expect.stringContaining('No camera found'),
  })
  expect(await lastReport(room, 'microphone')).toMatchObject({ state: 'ready' })
  await room.call((p) => p.startRoom())
  await physician.call((p) => p.startConsole())
  await room.call((p) => p.want([{ physicianId: 'physician', connectionId: 'console-1', media: 'flowing' }]))
  await soon(
    async () => (await room.call((p) => p.measured('physician')))?.receivedByPhysician?.audioBytesPerS ?? 0,
  ).toBeGreaterThan(50)
  expect((await physician.call((p) => p.measured('room')))?.received.framesDecodedPerS).toBe(0)
  await soon(
    async () => (await room.call((p) => p.measured('physician')))?.received.framesDecodedPerS ?? 0,
  ).toBeGreaterThan(1)

  // A camera that is plugged in later joins the link that is up.
  const seen = physician.call((p) => p.nextFrame('room'))
  const pluggedAt = await room.call((p) => p.showDevice('camera'))
  console.log(`camera plugged in → on the console's screen: ${(await seen) - pluggedAt} ms`)
  expect(await lastReport(room, 'camera')).toMatchObject({ state: 'returned' })
})

test('a lost camera is replaced by the next within a second, and comes back by itself', async ({
  browser,
}) => {
  await withBrowser(browser, ['--use-fake-device-for-media-stream=device-count=2'], async (context) => {
    const room = await open(context)
    await room.call((p) => p.openDevices(['fake_device_1']))
    expect(await room.call((p) => p.camera())).toBe('fake_device_1')
    expect(await lastReport(room, 'camera')).toMatchObject({ state: 'ready', label: 'fake_device_1' })

    const lostAt = await room.call((p) => p.hideDevice('fake_device_1'))
    await soon(() => room.call((p) => p.camera())).toBe('fake_device_0')
    const fallback = await lastReport(room, 'camera')
    expect(fallback).toMatchObject({ state: 'fallback', label: 'fake_device_0' })
    console.log(`camera lost → the next one: ${(fallback?.atMs ?? 0) - lostAt} ms`)

    await room.call((p) => p.showDevice('fake_device_1'))
    await soon(() => room.call((p) => p.camera())).toBe('fake_device_1')
    expect(await lastReport(room, 'camera')).toMatchObject({ state: 'returned', label: 'fake_device_1' })

    await room.call((p) => p.hideDevice('camera'))
    await soon(async () => (await lastReport(room, 'camera'))?.state).toBe('lost')
    expect(await room.call((p) => p.camera())).toBeNull()
  })
})

test('a workstation names what it lost and what it took instead, on screen and in the log', async () => {
  const hub = await startHubProcess({ site: sampleSite(new Date(), samplePins) })
  const workstation = await launchWorkstation({
    args: ['--use-fake-device-for-media-stream=device-count=2'],
  })
  try {
    const page = await workstation.windowAt('/index.html')
    const technologist = technologistAt(page)
    await technologist.enrol(hub.url, await hub.issueEnrolmentCode('ct-2'))
    await technologist.signIn('J. Ortiz', samplePins['t-ortiz'])
    const line = (device: string) => page.locator('.self-devices').getByText(device)
    await expect(line('Camera')).toHaveText('Camera works')
    await expect(line('Microphone')).toHaveText('Microphone works')
    const changes = () =>
      logEntries(workstation.userDataDir)
        .filter(({ type }) => type === 'device-changed')
        .map(({ body }) => [body.device, body.state, body.label])
    const of = (device: string) => changes().findLast(([which]) => which === device)
    const [, , camera] = of('camera') ?? []
    const [, , microphone] = of('microphone') ?? []
    const plugs = await pullablePlugs(page)

    for (const [name, device, first] of [
      ['Microphone', 'microphone', String(microphone)],
      ['Camera', 'camera', String(camera)],
    ] as const) {
      await plugs.pull(first)
      const instead = new RegExp(`^${name} using (.+) instead$`)
      await expect(line(name)).toHaveText(instead)
      const [, second] = instead.exec((await line(name).textContent()) ?? '') ?? []
      expect(second).not.toBe(first)
      await expect.poll(() => of(device)).toEqual([device, 'fallback', second])
      await plugs.putBack(first)
      await expect(line(name)).toHaveText(`${name} works`)
      await expect.poll(() => of(device)).toEqual([device, 'returned', first])

      await plugs.pull(`every ${device}`)
      await expect(line(name)).toHaveText(
        `${name} not working: No ${device} found: check that it is plugged in.`,
      )
      await expect
        .poll(() => of(device))
        .toEqual([device, 'lost', `No ${device} found: check that it is plugged in.`])
      await plugs.putBack(`every ${device}`)
      await expect(line(name)).toHaveText(`${name} works`)
      await expect.poll(() => of(device)).toEqual([device, 'returned', first])
    }
  } finally {
    await workstation.close()
    await hub.stop()
  }
})

test('the alarm waits for the first gesture, says so, and then sounds', async ({ browser }) => {
  // A driven browser allows sound at once; this is what a physician's browser does.
  await withBrowser(browser, ['--autoplay-policy=document-user-activation-required'], async (context) => {
    const written: string[] = []
    const room = await createExchange(context).open('room', '', '#alarm', (text) => written.push(text))
    await soon(() => written.find((text) => text.startsWith('alarm:'))).toMatch(
      /false .*after the first click/,
    )
    await room.page.mouse.click(10, 10)
    await soon(() => room.call((p) => p.alarm.ready())).toBe(true)
    expect(await room.call((p) => p.alarm.start('high'))).toBe('sounding')
    await room.call((p) => p.alarm.stop())
  })
})

test('the meter follows the microphone', async ({ context }) => {
  const room = await open(context)
  await room.call((p) => p.openDevices())
  await room.page.mouse.click(10, 10)
  // The browser's synthetic microphone beeps once a second.
  await soon(() => room.call((p) => p.level())).toBeGreaterThan(0.2)
})
