import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { watchdogTimes } from '../../src/main/watchdog.ts'
import { fillLog, forgetCheckpoint } from '../bench/long-log.ts'
import { launchWorkstation, revivedPage } from '../support/electron-app.ts'
import { logKeyOf } from '../support/log-keys.ts'
import type { PhysicianPage } from '../support/physician-page.ts'
import { allowedMs, openPlainWindow } from '../support/plain-window.ts'
import { technologistAt } from '../support/technologist.ts'
import { whoIsShown } from '../support/who-is-shown.ts'
import { logEntries, logLines } from '../support/workstation-files.ts'
import { openWorld, type RoomAtWork, screenWith, sparingTrace, type World } from '../support/world.ts'

// One injection that outlives a page that hangs and an app that is killed, in this order.
test.describe.configure({ mode: 'serial' })
test.use({ trace: sparingTrace })

let world: World
let room: RoomAtWork
let chen: PhysicianPage
let release = async (): Promise<void> => undefined

test.beforeAll(async () => {
  world = await openWorld()
  ;[room, chen] = await Promise.all([world.openRoom('ct-2'), world.openPhysician('p-chen')])
  const { technologist } = room
  await screenWith(room, chen)
  await technologist.fillInjection('Iohexol', 90)
  await technologist.startInjection()
})
test.afterAll(async () => {
  await release()
  await world?.close()
})

const logged = (type: string) =>
  logEntries(room.workstation.userDataDir).filter((entry) => entry.type === type)

test('a page that hangs is replaced, with session and link as they were', async () => {
  const { workstation, technologist } = room
  // One that has only just come is given more time; this one has been there for a while.
  const ageMs = () => technologist.page.evaluate(() => performance.now())
  await expect.poll(ageMs).toBeGreaterThan(watchdogTimes.startingForMs + 3000)
  const before = await technologist.snapshot()
  const plainBeforeMs = await openPlainWindow(workstation)
  const hungAt = Date.now()
  // Never answered: the page is killed for it.
  const hung = technologist.page
    .evaluate(() => {
      for (;;);
    })
    .catch(() => 'killed')
  expect(await hung).toBe('killed')
  await expect.poll(() => logged('renderer-restored').length, { timeout: 30_000 }).toBe(1)
  const plainMs = [plainBeforeMs, await openPlainWindow(workstation)]
  const [lost, restored] = [logged('renderer-lost')[0], logged('renderer-restored')[0]]
  const noticedMs = Date.parse(lost?.at ?? '') - hungAt
  const backMs = Number(restored?.body.afterMs)
  const backWithinMs = allowedMs(3000, plainMs)
  console.log(
    `renderer hung → noticed ${noticedMs} ms → usable again ${backMs} ms ` +
      `(at most ${backWithinMs} ms: a plain window took ${plainMs.join(' and ')} ms)`,
  )
  expect(lost?.body).toEqual({ window: 'main', reason: 'it stopped answering' })
  expect(noticedMs).toBeLessThanOrEqual(allowedMs(watchdogTimes.silentForMs + 1000, plainMs))
  expect(backMs).toBeLessThanOrEqual(backWithinMs)

  const revived = await revivedPage(workstation, '/index.html')
  release = revived.release
  const { page } = revived
  await expect(page.getByText('This screen was restarted.')).toBeVisible()
  await expect(page.getByText('Supervised now')).toBeVisible()
  await expect.poll(() => whoIsShown(page, 'Dr. A. Chen')).toBe('p-chen')
  await expect.poll(() => whoIsShown(chen.page, /^CT 2/)).toBe('ct-2')
  const after = await technologistAt(page).snapshot()
  expect(after.state.session).toEqual(before.state.session)
  expect(after.state.operator).toEqual(before.state.operator)
})

test('an app that is killed in mid-injection goes on there, locked, and has lost nothing', async () => {
  const before = logLines(room.workstation.userDataDir)
  await release()
  release = async () => undefined
  room = await room.killAndStart()
  const { page } = room.technologist
  await expect(page.getByText('The session goes on: 4 · Injection')).toBeVisible()
  await expect(page.getByText('Okafor')).toBeHidden()
  await room.technologist.unlock(room.pin)
  await expect(page.getByRole('heading', { name: 'Injecting' })).toBeVisible()
  await expect(page.getByText('Supervised now')).toBeVisible()
  await expect.poll(() => whoIsShown(chen.page, /^CT 2/)).toBe('ct-2')

  const lines = logLines(room.workstation.userDataDir)
  expect(lines.slice(0, before.length)).toEqual(before)
  expect(logged('workstation-locked').at(-1)?.body.reason).toBe('restart')
  expect(logged('injection-started')).toHaveLength(1)
  // For a while the physician saw nothing of the injection, and the record says so.
  expect(logged('supervision-gap-opened').length).toBeGreaterThan(0)
  await room.technologist.stopInjection()
  await expect(page.getByText('all records synced')).toBeVisible()
  const device = (await room.technologist.snapshot()).enrolment
  const exported = await world.hub.exportLog(device.kind === 'enrolled' ? device.deviceId : '')
  expect(exported.split('\n')).toEqual(logLines(room.workstation.userDataDir))
})

test('a start arms the button before certificates, hub and a long log that was never read', async () => {
  const { userDataDir } = room.workstation
  await room.workstation.close()
  const entries = fillLog(userDataDir, logKeyOf(userDataDir), 3000)
  forgetCheckpoint(userDataDir, logKeyOf(userDataDir))
  const appLog = join(userDataDir, 'logs', 'scanside.log')
  const before = statSync(appLog).size
  const again = await launchWorkstation({ userDataDir })
  try {
    type Said = { readonly event: string; readonly at: string; readonly entries?: number }
    const said = () =>
      readFileSync(appLog)
        .subarray(before)
        .toString()
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line): Said => JSON.parse(line))
    const last = (event: string) => said().findLast((one) => one.event === event)
    await expect.poll(() => last('log-reviewed')?.entries ?? 0, { timeout: 30_000 }).toBeGreaterThan(entries)
    const connected = () =>
      logEntries(userDataDir).findLast(({ seq, type }) => seq > entries && type === 'hub-connected')
    await expect.poll(connected, { timeout: 30_000 }).toBeDefined()
    // `trust` is said once the system's certificates have been read.
    const laterOnes = ['usable', 'trust', 'log-reviewed']
    await expect.poll(() => laterOnes.filter((event) => last(event) === undefined)).toEqual([])
    const events = said().map(({ event }) => event)
    for (const later of laterOnes)
      expect(events.indexOf(later), later).toBeGreaterThan(events.indexOf('armed'))
    // The client of the hub, and the policy that it fetches, come with the connection.
    expect(Date.parse(connected()?.at ?? '')).toBeGreaterThan(Date.parse(last('armed')?.at ?? ''))
    console.log(`a start: ${events.join(' → ')}`)
  } finally {
    await again.close()
  }
})
