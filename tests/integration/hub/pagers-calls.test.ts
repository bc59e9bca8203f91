import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { hubToWorkstation } from '../../../src/contract/hub.ts'
import type { OutOfBandPage } from '../../../src/domain/log/events.ts'
import type { PolicyContent } from '../../../src/domain/policy/policy.ts'
import { postTarget } from '../../support/pager-targets.ts'
import { freshDatabase, postgresUrl } from '../../support/postgres.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp, later } from '../../support/undo.ts'
import {
  describeOnEachStore,
  deviceOf,
  enrol,
  type Line,
  manualClock,
  register,
  startHub,
  type TestPlace,
} from './kit.ts'
import { paged, pageOf, withPrimary } from './paging-scene.ts'

afterEach(cleanUp, 30_000)

const key = 'a key that both sides know, at least'
const routingKey = 'R0123456789ABCDEF0123456789ABCDE'

function siteWithPagers(over: Partial<PolicyContent['escalation']> = {}): PolicyContent {
  const site = testSite()
  const pagers = { 'dr-chen': 'duty', 'dr-rao': 'desk' }
  return {
    ...site,
    site: { ...site.site, supervisor: { name: 'K. Adams', pagers: [{ kind: 'webhook', target: 'chief' }] } },
    physicians: site.physicians.map((physician) => {
      if (physician.id === 'dr-chen')
        return { ...physician, pagers: [{ kind: 'pagerduty', service: pagers['dr-chen'] }] }
      if (physician.id === 'dr-rao')
        return { ...physician, pagers: [{ kind: 'webhook', target: pagers['dr-rao'] }] }
      return physician
    }),
    escalation: { ...site.escalation, ...over },
  }
}

/** A room whose bench is at no console, and three services that take pages. */
async function scene(over: Partial<PolicyContent['escalation']> = {}, place: TestPlace = {}) {
  const clock = manualClock()
  const [duty, desk, chief] = [await postTarget(), await postTarget(), await postTarget()]
  const pagers = {
    webhooks: { desk: { url: desk.url, key }, chief: { url: chief.url, key } },
    pagerduty: { duty: { routingKey, url: duty.url } },
  }
  const config = { clock, pagers, ...place }
  const hub = await startHub({ ...config, site: siteWithPagers(over) })
  const device = await enrol(hub, 'ct-1')
  const room = await device.connect()
  await room.send('status', withPrimary(null))
  return { clock, duty, desk, chief, config, hub, device, room }
}

const told = async (room: Line): Promise<OutOfBandPage> =>
  hubToWorkstation['paged-out-of-band'].parse(await room.next('paged-out-of-band'))
async function toldThat(room: Line, channel: string, state: string): Promise<OutOfBandPage> {
  for (;;) {
    const page = await told(room)
    if (page.channel === channel && page.state === state) return page
  }
}

describeOnEachStore('people who are not at their consoles', () => {
  it('are paged by the bench’s pagers, then the supervisor; the room hears how each stands, PagerDuty the end', async () => {
    const { clock, duty, desk, chief, device, room } = await scene()
    await room.send('page', { page: pageOf(device) })
    clock.advance(14_750)
    expect([duty.taken, desk.taken, room.count('paged-out-of-band')]).toEqual([[], [], 0])
    clock.advance(500)
    await Promise.all([duty.count(1), desk.count(1)])
    expect(await toldThat(room, 'pagerduty', 'delivered')).toMatchObject({
      escalationId: 'e-1',
      physicianId: 'dr-chen',
      name: 'Dr. A. Chen',
      detail: 'taken by PagerDuty (duty)',
    })
    expect(chief.taken).toEqual([])
    clock.advance(15_000)
    await chief.count(1)
    expect(chief.taken[0]?.json()).toMatchObject({ to: { kind: 'supervisor', name: 'K. Adams' } })
    // Once each, however long it takes, and told again to a room that is back.
    clock.advance(60_000)
    await room.send('page', { page: pageOf(device, { elapsedMs: 90_000 }) })
    await room.send('page-end', { escalationId: 'e-1', outcome: 'ended', words: 'well again' })
    await Promise.all([duty.count(2), desk.count(2), chief.count(2)])
    expect(duty.taken.map((each) => each.json().event_action)).toEqual(['trigger', 'resolve'])
    expect(desk.taken.map((each) => each.json().event)).toEqual(['call-opened', 'call-ended'])
  })

  it('are left alone once somebody is on screen, by a drill, and by a call that ends before', async () => {
    const { clock, duty, desk, chief, hub, device, room } = await scene()
    const chen = await register(hub, 'dr-chen')
    const line = await chen.onCall('c-chen')
    await room.send('page', { page: pageOf(device, { escalationId: 'e-drill', drill: true }) })
    await room.send('page', { page: pageOf(device) })
    await paged(line)
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    for (const kind of ['accepted', 'on-screen'] as const)
      await line.send('statement', await chen.say({ kind, ...about }))
    await room.send('page', { page: pageOf(device, { escalationId: 'e-short' }) })
    clock.advance(10_000)
    await room.send('page-end', { escalationId: 'e-short', outcome: 'cancelled', words: 'by mistake' })
    for (const ms of [10_000, 20_000, 60_000]) clock.advance(ms)
    await room.send('status', withPrimary(null))
    expect([duty.taken, desk.taken, chief.taken]).toEqual([[], [], []])
  })

  it('are paged for a drill where the site says so, and marked', async () => {
    const outOfBand = { pagersAfterMs: 5000, supervisorAfterMs: 8000, questions: false, drills: true }
    const { clock, duty, device, room } = await scene({ outOfBand })
    await room.send('page', { page: pageOf(device, { kind: 'question', escalationId: 'e-q' }) })
    await room.send('page', { page: pageOf(device, { drill: true }) })
    clock.advance(6000)
    await duty.count(1)
    clock.advance(6000)
    expect(duty.taken.map((each) => each.json().payload.summary)).toEqual([
      'DRILL: REACTION in CT 1, Imaging Center North',
    ])
  })

  it('are tried again until it is delivered; one that fails or hangs holds up no other', async () => {
    const { clock, duty, desk, chief, device, room } = await scene()
    duty.answer.status = 503
    desk.answer.delayMs = 5000
    chief.answer.status = 401
    await room.send('page', { page: pageOf(device) })
    clock.advance(31_000)
    expect(await toldThat(room, 'webhook', 'failed')).toMatchObject({
      name: 'K. Adams',
      detail: 'webhook "chief" answered 401',
    })
    expect(await toldThat(room, 'pagerduty', 'failing')).toMatchObject({
      detail: 'PagerDuty (duty) answered 503',
    })
    duty.answer.status = 202
    await duty.count(2)
    expect(await toldThat(room, 'pagerduty', 'delivered')).toMatchObject({ physicianId: 'dr-chen' })
    expect(chief.taken).toHaveLength(1)
  })

  it('are paged by the hub that follows, by the policy that the call began with; what was delivered is not repeated', async () => {
    const { clock, duty, desk, chief, config, hub, device, room } = await scene()
    desk.answer.status = 503
    await room.send('page', { page: pageOf(device) })
    clock.advance(16_000)
    await toldThat(room, 'pagerduty', 'delivered')
    await toldThat(room, 'webhook', 'failing')
    const anotherTime = { pagersAfterMs: 1000, supervisorAfterMs: 600_000, questions: true, drills: true }
    await hub.hub.replaceSite(siteWithPagers({ outOfBand: anotherTime }))
    await hub.hub.stop()
    desk.answer.status = 202
    const before = desk.taken.length
    await startHub({ ...config, ...hub.place, site: siteWithPagers({ outOfBand: anotherTime }) })
    await desk.count(before + 1)
    clock.advance(5000)
    clock.advance(15_000)
    await chief.count(1)
    expect(duty.taken).toHaveLength(1)
  })

  it('hear of the end from a service that could not be told it at once', async () => {
    const { clock, duty, device, room } = await scene()
    await room.send('page', { page: pageOf(device) })
    clock.advance(15_000)
    await toldThat(room, 'pagerduty', 'delivered')
    duty.answer.status = 503
    await room.send('page-end', { escalationId: 'e-1', outcome: 'ended', words: 'well again' })
    await duty.count(2)
    duty.answer.status = 202
    for (let n = 0; duty.taken.length < 3 && n < 100; n += 1) {
      clock.advance(5000)
      await sleep(50)
    }
    expect(duty.taken.map((each) => each.json().event_action)).toEqual(['trigger', 'resolve', 'resolve'])
  })
})

describe.skipIf(postgresUrl === undefined)('two hubs on one database', () => {
  it('page each pager once, also when the room moves to the other', async () => {
    const database = await freshDatabase()
    later(database.drop)
    const { clock, duty, desk, config, hub, device, room } = await scene({}, { database: database.url })
    const other = await startHub({ ...config, site: siteWithPagers() })
    await room.send('page', { page: pageOf(device) })
    clock.advance(15_000)
    await toldThat(room, 'pagerduty', 'delivered')
    await toldThat(room, 'webhook', 'delivered')
    const { deviceId, roomId, hubPublicKey, key: deviceKey } = device
    const moved = await deviceOf(other.url, deviceId, roomId, hubPublicKey, deviceKey).connect()
    await moved.send('page', { page: pageOf(device, { elapsedMs: 15_500 }) })
    // The new hub knows what the other has done.
    expect(await toldThat(moved, 'pagerduty', 'delivered')).toMatchObject({ physicianId: 'dr-chen' })
    for (let n = 0; n < 8; n += 1) {
      clock.advance(250)
      await sleep(50)
    }
    expect([duty.taken.length, desk.taken.length]).toEqual([1, 1])
    expect(hub.url).not.toBe(other.url)
  })
})
