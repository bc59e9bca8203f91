import { readFileSync, writeFileSync } from 'node:fs'
import { expect, type Locator, test } from '@playwright/test'
import { freezeCamera } from '../support/frozen-camera.ts'
import type { PhysicianPage } from '../support/physician-page.ts'
import { whoIsShown } from '../support/who-is-shown.ts'
import {
  logEntries,
  logLines,
  pinnedHubKey,
  verifyFile,
  verifyInPython,
} from '../support/workstation-files.ts'
import { openWorld, type RoomAtWork, sparingTrace, type World } from '../support/world.ts'

// One patient from the worklist to the signed record: each test goes on where the one before it stopped.
test.describe.configure({ mode: 'serial' })
test.use({ trace: sparingTrace })

let world: World
let room: RoomAtWork
let chen: PhysicianPage
let savedRecord = ''

test.beforeAll(async () => {
  world = await openWorld()
  room = await world.openRoom('ct-2')
})
test.afterAll(() => world?.close())

const page = () => room.technologist.page
const gate = () => page().getByRole('list', { name: 'Ready to inject?' })
const start = () => page().getByRole('button', { name: 'Start injection' })
const waits = (): Locator => page().locator('.step-waits')
const logged = (type: string) =>
  logEntries(room.workstation.userDataDir).filter((entry) => entry.type === type)
/** Past the screen, as a page that has been taken over would. */
const injectAnyway = () =>
  page().evaluate(() =>
    window.workstation?.dispatch({
      kind: 'start-injection',
      agentId: 'iohexol-350',
      volumeMl: 90,
      route: 'IV',
      lot: null,
    }),
  )

test('before anyone is on call, the gate is shut and names what it waits for', async () => {
  const { technologist } = room
  await technologist.openSession('Okafor')
  await technologist.screen(/eGFR below 30/)
  await expect(gate()).toContainText('No physician is on call for CT 2')
  await expect(gate()).toContainText('No on-site responder has checked in')
  await expect(gate()).toContainText('The physician has to decide on "Is the eGFR below 30')
  await expect(waits()).toContainText('two-way audio and video with the physician')
  await expect(start()).toBeDisabled()
  await technologist.checkIn('R. Patel')
  await technologist.fillInjection('Iohexol', 90)
  await expect(waits()).not.toContainText('responder')
  await expect(start()).toBeDisabled()
  expect(await injectAnyway()).toMatchObject({ ok: false })
})

test('it opens when each end measures the other, and the physician has decided', async () => {
  chen = await world.openPhysician('p-chen')
  await expect.poll(() => whoIsShown(page(), 'Dr. A. Chen')).toBe('p-chen')
  await expect(chen.page.getByText('Waits for your decision')).toBeVisible()
  // Picture and sound go both ways, and nobody attends yet.
  await expect(gate()).toContainText('Dr. A. Chen has not opened this room')
  await expect(page().getByText('they have not opened this room')).toBeVisible()
  await chen.openRoom('CT 2')
  await expect(gate()).toContainText('Dr. A. Chen sees and hears this room')
  await expect.poll(() => whoIsShown(chen.page, /^CT 2/)).toBe('ct-2')
  await expect(chen.page.getByText('Daniel Okafor').or(chen.page.getByText('Okafor, Daniel'))).toBeVisible()

  await expect(start()).toBeDisabled()
  await chen.page.getByLabel('Note (stays in the record)').fill('Hydrated; benefit exceeds the risk')
  await chen.page.getByRole('button', { name: 'Go on', exact: true }).click()
  await expect(gate()).toContainText('The physician decided to go on')
  await expect(start()).toBeDisabled()
  await chen.page.getByRole('button', { name: 'Imaging records reviewed' }).click()
  await expect(gate()).toContainText("Dr. A. Chen has the patient's imaging records")
  await expect(waits()).toHaveText('All checks pass')
  await expect(start()).toBeEnabled()
})

test('a picture that stops shuts it again, though everything is still connected', async () => {
  const frozenAt = Date.now()
  const thaw = await freezeCamera(chen.page, 'You')
  await expect(start()).toBeDisabled()
  console.log(`camera frozen → the gate is shut: ${Date.now() - frozenAt} ms`)
  await expect(gate()).toContainText('This room does not see Dr. A. Chen')
  await expect(page().getByText('you do not see them')).toBeVisible()
  await expect(page().getByText('Picture has stopped')).toBeVisible()
  await expect(chen.page.getByText('the room does not see you').first()).toBeVisible()
  expect(await injectAnyway()).toMatchObject({ ok: false })

  await thaw()
  await expect(start()).toBeEnabled()
  await expect.poll(() => whoIsShown(page(), 'Dr. A. Chen')).toBe('p-chen')
  expect(logged('injection-started')).toEqual([])
})

test('a muted microphone shuts it too, in its own words', async () => {
  await chen.page.getByRole('button', { name: 'Mute', exact: true }).click()
  await expect(gate()).toContainText("Dr. A. Chen's microphone is muted")
  await expect(page().getByText('their microphone is muted')).toBeVisible()
  expect(await injectAnyway()).toMatchObject({ ok: false })
  await chen.page.getByRole('button', { name: 'Unmute', exact: true }).click()
  await expect(start()).toBeEnabled()
})

test('a loss in mid-injection is shown and logged, and the next one waits for its review', async () => {
  const { technologist } = room
  await technologist.startInjection()
  await expect(page().getByText('Supervised now')).toBeVisible()
  const leftAt = Date.now()
  await chen.page.reload()
  await expect(page().getByText(/^SUPERVISION LOST/)).toBeVisible()
  console.log(`physician gone → said on the injection's screen: ${Date.now() - leftAt} ms`)
  expect(logged('supervision-gap-opened')).toHaveLength(1)
  await chen.goOnCall()
  await chen.openRoom('CT 2')
  await expect(page().getByText('Supervised now')).toBeVisible()
  await technologist.stopInjection()

  await page().getByRole('button', { name: 'Another injection' }).click()
  await technologist.fillInjection('Iohexol', 20)
  await expect(gate()).toContainText('Supervision was lost during an injection at')
  await expect(waits()).toHaveText(/: review of the interrupted supervision$/)
  await expect(start()).toBeDisabled()
  expect(await injectAnyway()).toMatchObject({ ok: false })

  await chen.page.getByRole('button', { name: 'I have reviewed the gap' }).click()
  await expect(start()).toBeEnabled()
  expect(logged('supervision-gap-closed').map(({ body }) => body)).toEqual([{ by: 'physician-review' }])
})

test('a loss that nobody reviews is overridden only with a reason, which stays', async () => {
  const { technologist } = room
  await technologist.startInjection()
  const thaw = await freezeCamera(chen.page, 'You')
  await expect(page().getByText(/^SUPERVISION LOST .*you do not see them/)).toBeVisible()
  await thaw()
  await expect(page().getByText('Supervised now')).toBeVisible()
  await technologist.stopInjection()
  await page().getByRole('button', { name: 'Another injection' }).click()
  await technologist.fillInjection('Iohexol', 10)
  await expect(start()).toBeDisabled()
  await page().getByRole('button', { name: 'Override…' }).click()
  await page().getByLabel('Reason').fill('no')
  await page().getByRole('button', { name: 'Override with this reason' }).click()
  await expect(page().getByText('Say why, in at least 3 characters.')).toBeVisible()
  await page().getByLabel('Reason').fill('Dr. Chen agreed by telephone')
  await page().getByRole('button', { name: 'Override with this reason' }).click()
  await expect(gate()).toContainText('(overridden: Dr. Chen agreed by telephone)')
  await technologist.startInjection()
  await technologist.stopInjection()
  expect(logged('check-overridden').map(({ body }) => body.reason)).toEqual(['Dr. Chen agreed by telephone'])
})

test('observed, closed, signed, and saved as a page and as a log that verifies', async () => {
  const { technologist, workstation } = room
  await expect(page().getByText(/^left to observe, until/)).toBeVisible()
  await technologist.endObservationEarly('Dr. Chen stays on the telephone')
  await technologist.closeSession()

  const recent = page().getByRole('region', { name: 'Recent sessions' })
  await expect(recent).toContainText('Not signed yet: waiting for Dr. A. Chen')
  await chen.page.getByRole('button', { name: /^Sign N/ }).click()
  await expect(recent).toContainText('Signed by Dr. A. Chen')
  await expect(chen.page.getByText('To sign')).toBeHidden()

  await recent.getByRole('button', { name: 'Save record' }).click()
  await expect(recent).toContainText('Record saved')
  const paths = await recent.locator('.recent-path').allInnerTexts()
  const [pdf = '', jsonl = ''] = [
    paths.find((path) => path.endsWith('.pdf')),
    paths.find((path) => path.endsWith('.jsonl')),
  ]
  expect(paths.map((path) => path.replace(/.*T\d{6}\./, ''))).toEqual([
    'pdf',
    'jsonl',
    'csv',
    'fhir.json',
    'dcm',
  ])
  expect(readFileSync(pdf).subarray(0, 5).toString('latin1')).toBe('%PDF-')
  savedRecord = jsonl
  const verdict = await verifyFile(jsonl, '--hub-key', pinnedHubKey(workstation.userDataDir))
  expect(verdict.words).toMatch(/An excerpt: \d+ of \d+ entries .* each shown entry proves itself/)
  expect(verdict.words).toContain('the hub vouched for each key')
  expect(verdict.exitCode).toBe(0)
  expect(logged('injection-started')).toHaveLength(3)
  expect(logged('supervision-gap-opened')).toHaveLength(2)
})

test('its record, its log and the hub’s copy hold for a verifier in another language too', async () => {
  const { userDataDir } = room.workstation
  const { enrolment } = await room.technologist.snapshot()
  const file = test.info().outputPath('log.jsonl')
  const write = (lines: readonly string[]) => writeFileSync(file, `${lines.join('\n')}\n`)
  write(logLines(userDataDir))
  const verdict = await verifyInPython(file)
  test.skip(verdict === null, 'python3 is not installed')
  expect(verdict).toMatchObject({ exitCode: 0, words: expect.stringContaining('VERIFIED') })
  const deviceId = enrolment.kind === 'enrolled' ? enrolment.deviceId : ''
  write([await world.hub.exportLog(deviceId)])
  expect(await verifyInPython(file)).toMatchObject({ exitCode: 0 })
  expect(await verifyInPython(savedRecord)).toMatchObject({ exitCode: 0 })
})
