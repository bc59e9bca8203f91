import { expect, type Page, test } from '@playwright/test'
import type { PhysicianPage } from '../support/physician-page.ts'
import { whoIsShown } from '../support/who-is-shown.ts'
import { logEntries } from '../support/workstation-files.ts'
import { openWorld, type RoomAtWork, sparingTrace, type World } from '../support/world.ts'

// Two rooms and two consoles with their pictures in software: the most that the tests ask of a machine.
test.describe.configure({ timeout: 180_000 })
test.use({ trace: sparingTrace })

let world: World
let ct: RoomAtWork
let mr: RoomAtWork
let chen: PhysicianPage
let rao: PhysicianPage

test.beforeAll(async () => {
  // Each is the other room's standby: both consoles know both rooms. The bench is not due, however slow the machine.
  world = await openWorld({
    site: (site) => ({
      ...site,
      escalation: { ...site.escalation, benchAfterMs: 150_000, onScreenWithinMs: 150_000 },
    }),
  })
  ;[chen, rao] = await Promise.all([world.openPhysician('p-chen'), world.openPhysician('p-rao')])
  ct = await world.openRoom('ct-2')
  mr = await world.openRoom('mr-1')
  await ct.technologist.openSession('Okafor')
  await mr.technologist.openSession('Nguyen')
})
test.afterAll(() => world?.close())

const overlay = (page: Page) => page.getByRole('alertdialog')
const statementsOf = ({ workstation }: RoomAtWork) =>
  logEntries(workstation.userDataDir).flatMap(({ type, body }) => {
    if (type !== 'statement-received') return []
    const { statement } = (body as { signed: { statement: { kind: string; physicianId: string } } }).signed
    return [`${statement.physicianId} ${statement.kind}`]
  })

test('two rooms and two physicians at once: each sees the right one, and only that', async () => {
  await chen.openRoom('CT 2')
  await rao.openRoom('MR 1')
  await expect(ct.technologist.page.getByText('Dr. A. Chen sees and hears this room')).toBeVisible()
  await expect(mr.technologist.page.getByText('Dr. M. Rao sees and hears this room')).toBeVisible()
  await expect.poll(() => whoIsShown(chen.page, /^CT 2/)).toBe('ct-2')
  await expect.poll(() => whoIsShown(rao.page, /^MR 1/)).toBe('mr-1')
  await expect.poll(() => whoIsShown(ct.technologist.page, 'Dr. A. Chen')).toBe('p-chen')
  await expect.poll(() => whoIsShown(mr.technologist.page, 'Dr. M. Rao')).toBe('p-rao')
  await expect(chen.page.getByText('Okafor, Daniel')).toBeVisible()
  await expect(rao.page.getByText('Nguyen, Thi Lan')).toBeVisible()
  await expect(chen.page.getByText('Nguyen')).toBeHidden()
  await expect(rao.page.getByText('Okafor')).toBeHidden()
})

test('a call of one room is answered, ordered and logged there alone', async () => {
  // Open already, unless this test runs by itself.
  if (await chen.page.getByText('Okafor, Daniel').isHidden()) await chen.openRoom('CT 2')
  await ct.technologist.pressReaction()
  await expect(overlay(chen.page)).toContainText('CT 2')
  await chen.accept()
  await expect(ct.technologist.page.getByText('Dr. A. Chen is on screen')).toBeVisible()
  await chen.order({ what: 'epinephrine', dose: '0.3 mg', route: 'IM' })
  await ct.technologist.readBack('epinephrine 0.3 mg IM now')

  await mr.technologist.pressReaction()
  await expect(overlay(rao.page)).toContainText('MR 1')
  await rao.accept()
  await expect(mr.technologist.page.getByText('Dr. M. Rao is on screen')).toBeVisible()
  await rao.order({ what: 'oxygen', dose: '10 L/min', route: 'mask' })
  await mr.technologist.readBack('oxygen 10 L/min mask now')
  await expect(mr.technologist.page.getByText('epinephrine 0.3 mg IM now')).toBeHidden()
  await expect(ct.technologist.page.getByText('oxygen 10 L/min mask now')).toBeHidden()
  await expect(chen.page.getByText('oxygen')).toBeHidden()

  const answered = ['delivered', 'seen', 'accepted', 'on-screen', 'ordered']
  expect(statementsOf(ct)).toEqual(answered.map((kind) => `p-chen ${kind}`))
  expect(statementsOf(mr)).toEqual(answered.map((kind) => `p-rao ${kind}`))
})
