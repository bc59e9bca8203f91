import { expect, test } from '@playwright/test'
import { type Coturn, coturn, selectedCandidates, startCoturn } from '../support/coturn.ts'
import type { PhysicianPage } from '../support/physician-page.ts'
import { whoIsShown } from '../support/who-is-shown.ts'
import { logEntries } from '../support/workstation-files.ts'
import { openWorld, type RoomAtWork, sparingTrace, type World } from '../support/world.ts'

// One site whose network lets media through its relay alone: set up wrong, then mended.
test.describe.configure({ mode: 'serial' })
test.use({ trace: sparingTrace })
test.skip(!coturn.ok, coturn.ok ? '' : coturn.message)

const hubSecret = 'the-secret-of-the-site'
const program = coturn.ok ? coturn.path : ''

let relay: Coturn
let world: World
let room: RoomAtWork
let chen: PhysicianPage

test.beforeAll(async () => {
  relay = await startCoturn({ program, secret: 'not-the-secret-of-the-site' })
  world = await openWorld({
    hubArgs: ['--turn-url', relay.url, '--turn-secret', hubSecret, '--relay-only'],
  })
  ;[room, chen] = await Promise.all([world.openRoom('ct-2'), world.openPhysician('p-chen')])
})
test.afterAll(async () => {
  await world?.close()
  await relay?.stop()
})

const alarm = () => chen.page.getByRole('alertdialog')

test('a relay with another secret: both screens name it, and a press pages all the same', async () => {
  const { technologist, workstation } = room
  const { page } = technologist
  const refused = `the relay ${relay.url} refuses the hub's credentials`
  await expect(page.getByRole('status').filter({ hasText: 'CONNECTING' })).toContainText(refused)
  await chen.openRoom('CT 2')
  await expect(chen.page.getByText(refused).first()).toBeVisible()
  expect(await selectedCandidates(page)).toEqual([])
  const links = logEntries(workstation.userDataDir).filter(({ type }) => type === 'link-changed')
  expect(links.map(({ body }) => JSON.stringify(body)).join()).toContain(refused)

  await technologist.pressReaction()
  await expect(alarm()).toContainText('CT 2')
  await technologist.endHelp('No reaction after all')
  await expect(alarm()).toBeHidden()
})

test('once it is mended the link comes up by itself, through the relay alone, and a press brings its picture', async () => {
  await relay.stop()
  relay = await startCoturn({ program, secret: hubSecret, port: relay.port })
  const { technologist } = room
  const { page } = technologist
  await expect(page.getByText('READY', { exact: true })).toBeVisible({ timeout: 20_000 })
  await technologist.pressReaction()
  await expect(alarm()).toContainText('CT 2')
  await expect.poll(() => whoIsShown(chen.page, /^CT 2/)).toBe('ct-2')
  await chen.accept()
  await expect(page.getByText('Dr. A. Chen is on screen')).toBeVisible()
  await expect.poll(() => whoIsShown(page, 'Dr. A. Chen')).toBe('p-chen')
  await expect(page.getByText('LIVE', { exact: true })).toBeVisible()

  const relayed = [{ local: 'relay', remote: 'relay' }]
  expect(await selectedCandidates(page)).toEqual(relayed)
  expect(await selectedCandidates(chen.page)).toEqual(relayed)
})
