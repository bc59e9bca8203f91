import { expect, test } from '@playwright/test'
import { sessionRecord } from '../../src/domain/record/session-record.ts'
import type { PhysicianPage } from '../support/physician-page.ts'
import { allowedMs, openPlainWindow } from '../support/plain-window.ts'
import { signalAll } from '../support/process-tree.ts'
import { whoIsShown } from '../support/who-is-shown.ts'
import { logEntries } from '../support/workstation-files.ts'
import {
  openWorld,
  type PhysicianId,
  type RoomAtWork,
  screenWith,
  sparingTrace,
  type World,
} from '../support/world.ts'

// One session that loses its supervising physician again and again, in this order.
test.describe.configure({ mode: 'serial', timeout: 240_000 })
test.use({ trace: sparingTrace })

const names: Readonly<Record<PhysicianId, string>> = { 'p-chen': 'Dr. A. Chen', 'p-rao': 'Dr. M. Rao' }
/** Promised in milliseconds from the loss to the standby on the technologist's screen. */
const promisedMs = 3000

let world: World
let room: RoomAtWork
const at = new Map<PhysicianId, PhysicianPage>()
const measured: { how: string; ms: number; chosenMs: number; allowed: number }[] = []

const consoleOf = (id: PhysicianId): PhysicianPage => {
  const page = at.get(id)
  if (page === undefined) throw new Error(`${id} is at no console`)
  return page
}
const entries = () => logEntries(room.workstation.userDataDir)
const confirmButton = (id: PhysicianId) =>
  consoleOf(id).page.getByRole('button', { name: 'I supervise CT 2 now' })

async function untilStandsBy(id: PhysicianId): Promise<void> {
  const { page } = room.technologist
  await expect(page.getByText(`${names[id]} — ready`)).toBeVisible({ timeout: 30_000 })
}

/** Ends or stops the primary's browser, and waits until the standby is on the technologist's screen. */
async function lose(
  how: 'killed' | 'asleep',
  gone: PhysicianId,
  follows: PhysicianId,
): Promise<readonly number[]> {
  const { page } = room.technologist
  await untilStandsBy(follows)
  expect(await whoIsShown(page, names[gone])).toBe(gone)
  const processes = await consoleOf(gone).processes()
  expect(processes.length).toBeGreaterThan(1)
  const plainBeforeMs = await openPlainWindow(room.workstation)
  const chosenBefore = entries().length
  const lostAt = Date.now()
  signalAll(processes, how === 'killed' ? 'SIGKILL' : 'SIGSTOP')
  await expect
    .poll(() => whoIsShown(page, names[follows]), { intervals: [50], timeout: 30_000 })
    .toBe(follows)
  const ms = Date.now() - lostAt
  const plainMs = [plainBeforeMs, await openPlainWindow(room.workstation)]
  const chosen = entries()
    .slice(chosenBefore)
    .find(({ type, body }) => type === 'supervisor-chosen' && body.primary === follows)
  expect(chosen?.body.instead).toMatchObject({ physicianId: gone })
  measured.push({
    how,
    ms,
    chosenMs: Date.parse(chosen?.at ?? '') - lostAt,
    allowed: allowedMs(promisedMs, plainMs),
  })
  return processes
}

/** The standby taps; until then nothing says that the room is supervised, and no injection can start. */
async function confirm(id: PhysicianId, instead: PhysicianId): Promise<void> {
  const { page } = room.technologist
  await expect(page.getByText(`${names[id]} was brought in at`)).toBeVisible()
  await expect(
    consoleOf(id).page.getByText(new RegExp(`^You were brought into CT 2 at .*instead of ${names[instead]}`)),
  ).toBeVisible()
  // The console has opened the room by itself.
  await expect(consoleOf(id).page.getByRole('heading', { name: 'CT 2' })).toBeVisible()
  await expect.poll(() => whoIsShown(consoleOf(id).page, /^CT 2/)).toBe('ct-2')
  const unconfirmed = await room.technologist.snapshot()
  expect(unconfirmed.state.links[id]?.kind).not.toBe('live')
  expect(unconfirmed.gate?.open).toBe(false)
  await confirmButton(id).click()
  await expect(page.getByText(`${names[id]} was brought in at`)).toBeHidden()
  await expect.poll(async () => (await room.technologist.snapshot()).state.links[id]?.kind).toBe('live')
}

test.beforeAll(async () => {
  world = await openWorld()
  // Whoever is there first is the primary.
  const [opened, chen] = await Promise.all([world.openRoom('ct-2'), world.openPhysician('p-chen')])
  const rao = await world.openPhysician('p-rao')
  room = opened
  at.set('p-chen', chen).set('p-rao', rao)
  const { technologist } = room
  await screenWith(room, chen)
  await expect(technologist.page.getByText('Dr. A. Chen sees and hears this room').first()).toBeVisible()
})
test.afterAll(async () => {
  await world?.close()
})

test('a console that is killed: the standby is on screen, and supervises once they say so', async () => {
  const { technologist } = room
  await lose('killed', 'p-chen', 'p-rao')
  const { page } = technologist
  const checks = () => page.getByRole('list', { name: 'Ready to inject?' })
  await expect(checks()).toContainText('Dr. M. Rao has not confirmed yet that they supervise this room now')
  await confirm('p-rao', 'p-chen')
  // What Dr. Chen had seen of the imaging records, Dr. Rao has not.
  await expect(checks()).toContainText('Dr. M. Rao has not confirmed access')
  expect((await technologist.snapshot()).gate?.open).toBe(false)
  await consoleOf('p-rao').page.getByRole('button', { name: 'Imaging records reviewed' }).click()
  await expect.poll(async () => (await technologist.snapshot()).gate?.open).toBe(true)
  await technologist.fillInjection('Iohexol', 90)
  await technologist.startInjection()
  await expect(page.getByText('Supervised now')).toBeVisible()
})

test('a computer that sleeps in mid-injection: the same, and the loss waits for its review', async () => {
  const { technologist } = room
  at.set('p-chen', await world.openPhysician('p-chen'))
  const stopped = await lose('asleep', 'p-rao', 'p-chen')
  try {
    await expect(technologist.page.getByText(/^SUPERVISION LOST/)).toBeVisible()
    await confirm('p-chen', 'p-rao')
    await expect(technologist.page.getByText('Supervised now')).toBeVisible()
    const chen = consoleOf('p-chen').page
    await expect(chen.getByText('before you took over')).toBeVisible()
    await chen.getByRole('button', { name: 'I have reviewed the gap' }).click()
    await expect.poll(async () => (await technologist.snapshot()).state.gap).toBeNull()
  } finally {
    signalAll(stopped, 'SIGCONT')
  }
  // Whoever wakes stands by, and is told who supervises now.
  const rao = consoleOf('p-rao').page
  await expect(rao.getByText('Dr. A. Chen supervises this room now')).toBeVisible({ timeout: 30_000 })
  await untilStandsBy('p-rao')
  expect((await technologist.snapshot()).state.supervisor.primary).toBe('p-chen')
})

test('a console that freezes for a moment has the room back, as nobody has confirmed to follow', async () => {
  const { technologist } = room
  const stopped = await lose('asleep', 'p-chen', 'p-rao')
  signalAll(stopped, 'SIGCONT')
  await expect
    .poll(async () => (await technologist.snapshot()).state.supervisor)
    .toEqual({ primary: 'p-chen', standby: 'p-rao', takeover: null, handover: null })
  await expect.poll(async () => (await technologist.snapshot()).state.links['p-chen']?.kind).toBe('live')
  await expect(technologist.page.getByText('was brought in at')).toBeHidden()
  await expect(confirmButton('p-rao')).toBeHidden()
  await untilStandsBy('p-rao')
})

test('again and again: how long it takes, and what record and log say of it', async () => {
  const { technologist } = room
  const rounds: [PhysicianId, PhysicianId][] = [
    ['p-chen', 'p-rao'],
    ['p-rao', 'p-chen'],
  ]
  for (const [gone, follows] of rounds) {
    const stopped = await lose('asleep', gone, follows)
    await confirm(follows, gone)
    signalAll(stopped, 'SIGCONT')
  }
  for (const [gone, follows] of rounds) {
    await lose('killed', gone, follows)
    await confirm(follows, gone)
    at.set(gone, await world.openPhysician(gone))
  }
  for (const how of ['killed', 'asleep']) {
    const of = measured.filter((one) => one.how === how)
    const list = (pick: (one: (typeof of)[number]) => number) =>
      of
        .map(pick)
        .sort((a, b) => a - b)
        .join(', ')
    console.log(
      `primary ${how} → standby on the technologist's screen: ${list(({ ms }) => ms)} ms ` +
        `(named in the log after ${list(({ chosenMs }) => chosenMs)} ms; allowed ${list(({ allowed }) => allowed)} ms)`,
    )
  }
  for (const { ms, allowed } of measured) expect(ms).toBeLessThanOrEqual(allowed)

  await technologist.stopInjection()
  await technologist.endObservationEarly('a test')
  await technologist.closeSession()
  const { policy } = await technologist.snapshot()
  const record = sessionRecord(entries(), policy)
  expect(record.supervision.map(({ physicianId }) => physicianId)).toEqual([
    'p-chen',
    'p-rao',
    'p-chen',
    'p-rao',
    'p-chen',
    'p-rao',
    'p-chen',
    'p-rao',
    'p-chen',
  ])
  expect(record.supervision.slice(1).map(({ how }) => how)).toEqual([
    'instead of Dr. A. Chen, whose console is gone; confirmed by them',
    'instead of Dr. M. Rao, from whose console nothing is heard; confirmed by them',
    'instead of Dr. A. Chen, from whose console nothing is heard; not confirmed by them',
    '',
    'instead of Dr. A. Chen, from whose console nothing is heard; confirmed by them',
    'instead of Dr. M. Rao, from whose console nothing is heard; confirmed by them',
    'instead of Dr. A. Chen, whose console is gone; confirmed by them',
    'instead of Dr. M. Rao, whose console is gone; confirmed by them',
  ])
  expect(record.supervisors.map(({ name }) => name).sort()).toEqual(['Dr. A. Chen', 'Dr. M. Rao'])

  // Nobody was called live between a loss and the word of whoever followed.
  let isWaiting = false
  let primary: unknown
  for (const { type, body } of entries()) {
    if (type === 'supervisor-chosen' && body.primary !== primary) {
      primary = body.primary
      isWaiting = body.instead !== undefined
    }
    if (type === 'statement-received') {
      const { statement } = (body as { signed: { statement: { kind: string } } }).signed
      if (statement.kind === 'took-over') isWaiting = false
    }
    if (type === 'link-changed') {
      const { kind } = (body as { link: { kind: string } }).link
      expect(isWaiting && kind === 'live').toBe(false)
    }
  }
})
