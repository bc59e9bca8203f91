import { afterEach, describe, expect, it } from 'vitest'
import { emptyChain } from '../../../src/domain/log/entry.ts'
import { systemClock } from '../../../src/hub/clock.ts'
import { storePlaceOf } from '../../../src/hub/config.ts'
import { loadKeys } from '../../../src/hub/context.ts'
import { createJournal } from '../../../src/hub/journal.ts'
import { openStore } from '../../../src/hub/open-store.ts'
import { cleanUp } from '../../support/undo.ts'
import { manualClock, physicianOf, register, startHub, type TestDevice, type TestHub } from './kit.ts'
import { paged, pageOf, scene, withPrimary } from './paging-scene.ts'

afterEach(cleanUp)

const hourMs = 60 * 60 * 1000
const ok = { ok: true }
const called = (device: TestDevice, n: number) => pageOf(device, { escalationId: `e-${n}` })

describe('a call that the hub itself has ended', () => {
  it('is called anew by a further press, and by the room that still has it open', async () => {
    const { device, room, chenLine, raoLine } = await scene()
    for (let n = 1; n <= 10; n += 1) {
      expect(await room.send('page', { page: called(device, n) })).toEqual(ok)
      await paged(chenLine)
    }
    for (const escalationId of ['e-1', 'e-2'])
      expect(await chenLine.next('page-end')).toMatchObject({ escalationId, outcome: 'ended' })
    const again = { ...called(device, 1), elapsedMs: 4000, round: 2 }
    expect(await room.send('page', { page: again })).toEqual(ok)
    expect(await paged(chenLine)).toEqual({ page: again, level: 'primary' })
    expect(await paged(raoLine)).toEqual({ page: again, level: 'bench' })
    // After a connection that was lost, the room says again what it has open.
    expect(await room.send('page', { page: called(device, 2) })).toEqual(ok)
    expect(await paged(chenLine)).toMatchObject({ page: { escalationId: 'e-2' } })
  })

  it('after 12 hours of silence, has 12 hours more from whenever the room breaks it', async () => {
    const { clock, hub, device, room } = await scene()
    /** A physician's session lasts for 12 hours, so that one console does not see it all. */
    const signedIn = async () => (await register(hub, 'dr-chen')).onCall()
    const nothingMore = () => room.send('status', withPrimary('dr-chen'))
    await room.send('page', { page: pageOf(device) })
    clock.advance(6 * hourMs)
    const first = await signedIn()
    await paged(first)
    clock.advance(6 * hourMs)
    expect((await first.next('page-end')).words).toContain('12 hours')
    const again = pageOf(device, { elapsedMs: 12 * hourMs, round: 2 })
    expect(await room.send('page', { page: again })).toEqual(ok)
    expect(await paged(first)).toEqual({ page: again, level: 'primary' })
    clock.advance(5 * hourMs)
    await nothingMore()
    expect(first.count('page-end')).toBe(1)
    // Nothing new; but the room has not forgotten it.
    expect(await room.send('page', { page: { ...again, elapsedMs: 17 * hourMs } })).toEqual(ok)
    const second = await signedIn()
    clock.advance(8 * hourMs)
    await nothingMore()
    const third = await signedIn()
    expect(await paged(third)).toMatchObject({ page: { elapsedMs: 25 * hourMs, round: 2 } })
    expect([second.count('page-end'), third.count('page-end')]).toEqual([0, 0])
    clock.advance(4 * hourMs)
    expect((await third.next('page-end')).words).toContain('12 hours')
  })

  it('and that is open again, is not over for whoever was away; its real end is', async () => {
    const { device, room, rao, raoLine } = await scene()
    await room.send('page', { page: pageOf(device, { elapsedMs: 10_000 }) })
    await paged(raoLine)
    raoLine.close()
    await raoLine.closed
    await expect.poll(() => room.count('presence')).toBe(4)
    for (let n = 2; n <= 9; n += 1) await room.send('page', { page: called(device, n) })
    await room.send('page', { page: pageOf(device, { elapsedMs: 20_000, round: 2 }) })
    const back = await rao.onCall()
    for (;;) {
      const { page } = await paged(back)
      if (page.escalationId === 'e-1' && page.round === 2) break
    }
    expect(await room.send('page-end', { escalationId: 'e-1', outcome: 'ended', words: 'well' })).toEqual(ok)
    // Of e-1 alone, and once: that the hub had ended it meanwhile is no news.
    for (;;) {
      const end = await back.next('page-end')
      if (end.escalationId !== 'e-1') continue
      expect(end.words).toBe('well')
      break
    }
  })
})

describe('a call that the room has ended', () => {
  it('is over for every press before, and for none after', async () => {
    const { device, room, chenLine } = await scene()
    const end = { escalationId: 'e-1', outcome: 'ended', words: 'well' }
    await room.send('page', { page: pageOf(device, { round: 2 }) })
    await room.send('page-end', end)
    for (const round of [1, 2]) await room.send('page', { page: pageOf(device, { round }) })
    expect(chenLine.count('page')).toBe(1)
    await room.send('page', { page: pageOf(device, { round: 3 }) })
    await paged(chenLine)
    expect(await paged(chenLine)).toMatchObject({ page: { round: 3 } })
  })

  it('is over also if the hub had ended it before', async () => {
    const { clock, device, room, chenLine } = await scene()
    await room.send('page', { page: pageOf(device) })
    clock.advance(12 * hourMs)
    await chenLine.next('page-end')
    await room.send('page-end', { escalationId: 'e-1', outcome: 'ended', words: 'well' })
    await room.send('page', { page: pageOf(device, { round: 2 }) })
    await room.send('status', withPrimary('dr-chen'))
    expect(chenLine.count('page')).toBe(1)
  })
})

it('of too many calls of one room, those that nobody has taken end first, and never the newest', async () => {
  const { device, room, chen, chenLine } = await scene()
  for (let n = 1; n <= 8; n += 1) await room.send('page', { page: called(device, n) })
  const about = { deviceId: device.deviceId, escalationId: 'e-1' }
  await chenLine.send('statement', await chen.say({ kind: 'accepted', ...about }))
  // Called again, it is the newest of them.
  await room.send('page', { page: { ...called(device, 2), round: 2 } })
  for (const n of [9, 10]) await room.send('page', { page: called(device, n) })
  const ended = [await chenLine.next('page-end'), await chenLine.next('page-end')]
  expect(ended).toMatchObject([{ escalationId: 'e-3' }, { escalationId: 'e-4' }])
  expect(chenLine.count('page-end')).toBe(2)
})

/** A journal whose next row nobody can read. */
async function spoilJournal({ place }: TestHub): Promise<void> {
  const store = await openStore(storePlaceOf({ ...place, port: 0 }))
  if (!store.ok) throw new Error(store.error.message)
  const { signing } = await loadKeys(store.value.meta)
  const { deviceId } = createJournal(store.value.log, signing, systemClock)
  const hash = 'a'.repeat(64)
  const row = { seq: 1, hash, prev: emptyChain.hash, entry: 'unreadable' }
  await store.value.log.append(deviceId, emptyChain, [row], new Date().toISOString())
  await store.value.close()
}

it('a call is taken over by the next hub though the journal cannot be read; that is said, and tried again', async () => {
  const clock = manualClock()
  const { hub, device, room, chen } = await scene(clock)
  await room.send('page', { page: pageOf(device) })
  await hub.hub.stop()
  await spoilJournal(hub)
  const again = await startHub({ clock, ...hub.place, publicUrl: hub.url })
  const there = `http://localhost:${again.port}`
  const line = await physicianOf(there, chen.physicianId, chen.cookie, chen.authenticator, hub.url).onCall()
  expect(await paged(line)).toMatchObject({ page: { escalationId: 'e-1' } })
  const failures = () =>
    again.log.filter((text) => text.includes('what the journal says of the cards')).length
  expect(failures()).toBe(1)
  clock.advance(5000)
  await expect.poll(failures).toBe(2)
})
