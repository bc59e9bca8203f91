import { expect, test } from '@playwright/test'
import { sessionRecord } from '../../src/domain/record/session-record.ts'
import { evolve, initialState } from '../../src/domain/workstation/evolve.ts'
import type { PhysicianPage } from '../support/physician-page.ts'
import { whoIsShown } from '../support/who-is-shown.ts'
import { logEntries } from '../support/workstation-files.ts'
import { openWorld, type RoomAtWork, screenWith, sparingTrace, type World } from '../support/world.ts'

// One injection that is handed over while contrast flows, in this order.
test.describe.configure({ mode: 'serial', timeout: 180_000 })
test.use({ trace: sparingTrace })

let world: World
let room: RoomAtWork
let chen: PhysicianPage
let rao: PhysicianPage

const entries = () => logEntries(room.workstation.userDataDir)
const supervisor = async () => (await room.technologist.snapshot()).state.supervisor

test.beforeAll(async () => {
  world = await openWorld()
  // Whoever is there first is the primary.
  ;[room, chen] = await Promise.all([world.openRoom('ct-2'), world.openPhysician('p-chen')])
  rao = await world.openPhysician('p-rao')
  const { technologist } = room
  await screenWith(room, chen)
  await technologist.fillInjection('Iohexol', 90)
  await expect.poll(async () => (await technologist.snapshot()).gate?.open).toBe(true)
  await technologist.startInjection()
})
test.afterAll(() => world?.close())

const handOver = () => chen.page.getByRole('button', { name: 'Hand over to Dr. M. Rao' })

test('whoever is asked may say no: nothing changes, and the log has it', async () => {
  const { page } = room.technologist
  await handOver().click()
  await expect(page.getByText('Dr. A. Chen asks Dr. M. Rao to take over.')).toBeVisible()
  await rao.page.getByRole('button', { name: 'Not now' }).click()
  await expect(page.getByText('Dr. A. Chen asks Dr. M. Rao to take over.')).toBeHidden()
  expect(await supervisor()).toMatchObject({ primary: 'p-chen', handover: null })
  await expect(handOver()).toBeVisible()
})

test('whoever accepts supervises once both have been live together, and the technologist confirms it', async () => {
  const { page } = room.technologist
  await handOver().click()
  await expect(rao.page.getByText('Dr. A. Chen asks you to take over CT 2')).toBeVisible()
  expect((await supervisor()).primary).toBe('p-chen')
  const acceptedAt = Date.now()
  await rao.page.getByRole('button', { name: 'Take over CT 2' }).click()
  await expect(page.getByText('Dr. M. Rao supervises this room since')).toBeVisible()
  console.log(`accepted → named on the technologist's screen: ${Date.now() - acceptedAt} ms`)
  await expect(page.getByText('Supervised now')).toBeVisible()
  // Both can be seen, and heard, until what they said is confirmed.
  await expect.poll(() => whoIsShown(page, 'Dr. M. Rao')).toBe('p-rao')
  await expect.poll(() => whoIsShown(page, 'Dr. A. Chen')).toBe('p-chen')
  await expect(chen.page.getByText('Dr. M. Rao supervises CT 2 now')).toBeVisible()
  await expect(rao.page.getByText('You supervise CT 2 now')).toBeVisible()
  await page.getByRole('button', { name: 'I heard it from both' }).click()
  await expect(page.getByText('Dr. M. Rao supervises this room since')).toBeHidden()
  await expect(chen.page.getByText('Dr. M. Rao supervises this room now')).toBeVisible()
  expect(await supervisor()).toMatchObject({ primary: 'p-rao', takeover: null, handover: null })
})

test('log and record say who supervised when, signed, and show no gap', async () => {
  await room.technologist.stopInjection()
  const all = entries()
  const said = all.flatMap(({ type, body }) => {
    if (type === 'handover-confirmed') return [type]
    if (type === 'supervisor-chosen' && body.instead !== undefined) return [type]
    if (type !== 'statement-received') return []
    const { statement } = (body as { signed: { statement: { kind: string; physicianId: string } } }).signed
    return statement.kind.startsWith('handover') ? [`${statement.physicianId} ${statement.kind}`] : []
  })
  expect(said).toEqual([
    'p-chen handover-offered',
    'p-rao handover-declined',
    'p-chen handover-offered',
    'p-rao handover-accepted',
    'supervisor-chosen',
    'handover-confirmed',
  ])
  expect(all.some(({ type }) => type === 'supervision-gap-opened')).toBe(false)

  // At the moment of the change both were live, by measurement at both ends.
  const change = all.findIndex(({ type, body }) => type === 'supervisor-chosen' && body.instead !== undefined)
  const { links } = all.slice(0, change).reduce(evolve, initialState)
  expect([links['p-chen']?.kind, links['p-rao']?.kind]).toEqual(['live', 'live'])

  const record = sessionRecord(all, (await room.technologist.snapshot()).policy)
  expect(record.supervision.map(({ name, how }) => [name, how])).toEqual([
    ['Dr. A. Chen', ''],
    ['Dr. M. Rao', 'instead of Dr. A. Chen, who handed over; accepted by them'],
  ])
})
