import { afterEach, expect, it } from 'vitest'
import { hubToConsole, hubToWorkstation } from '../../../src/contract/hub.ts'
import { emptyChain, sealEntry } from '../../../src/domain/log/entry.ts'
import { sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { cleanUp } from '../../support/undo.ts'
import {
  chainOf,
  describeOnEachStore,
  deviceOf,
  enrol,
  kindOf,
  manualClock,
  physicianOf,
  register,
  startHub,
} from './kit.ts'
import { paged, pageOf, scene, withPrimary } from './paging-scene.ts'

afterEach(cleanUp)

describeOnEachStore('paging', () => {
  it('pages the primary at once and the bench after ten seconds', async () => {
    const { clock, device, room, chenLine, raoLine } = await scene()
    expect(await room.send('page', { page: pageOf(device) })).toEqual({ ok: true })
    expect(await paged(chenLine)).toEqual({ page: pageOf(device), level: 'primary' })
    expect(hubToWorkstation.paged.parse(await room.next('paged'))).toEqual({
      escalationId: 'e-1',
      physicianId: 'dr-chen',
      level: 'primary',
    })
    clock.advance(9999)
    await room.send('status', withPrimary('dr-chen'))
    expect(raoLine.count('page')).toBe(0)
    clock.advance(250)
    expect(await paged(raoLine)).toMatchObject({ level: 'bench', page: { elapsedMs: 10_249 } })
    expect(await room.next('paged')).toMatchObject({ physicianId: 'dr-rao', level: 'bench' })
    clock.advance(60_000)
    await room.send('status', withPrimary('dr-chen'))
    expect([chenLine.count('page'), raoLine.count('page')]).toEqual([1, 1])
  })

  it('counts from the press, however late the page comes, and takes duplicates as one', async () => {
    const { device, room, chenLine, raoLine } = await scene()
    const page = pageOf(device, { elapsedMs: 12_000 })
    await room.send('page', { page })
    await room.send('page', { page: { ...page, elapsedMs: 12_500 } })
    expect(await paged(raoLine)).toMatchObject({ page: { elapsedMs: 12_000 } })
    await paged(chenLine)
    expect([chenLine.count('page'), raoLine.count('page')]).toEqual([1, 1])
    // The room is told again whom it has reached: it may have missed it.
    expect(room.count('paged')).toBe(4)
  })

  it('does not wait for a primary who is not there', async () => {
    const { device, room, chenLine, raoLine } = await scene()
    chenLine.close()
    await chenLine.closed
    await room.next('presence')
    await expect.poll(() => room.count('presence')).toBe(4)
    await room.send('page', { page: pageOf(device) })
    expect(await paged(raoLine)).toMatchObject({ level: 'bench' })
  })

  it('tells everyone paged who has it, and who has it when they give it back', async () => {
    const { clock, device, room, chen, chenLine, rao, raoLine } = await scene()
    await room.send('page', { page: pageOf(device) })
    clock.advance(10_000)
    await paged(raoLine)
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    expect(await chenLine.send('statement', await chen.say({ kind: 'accepted', ...about }))).toEqual({
      ok: true,
    })
    const taken = {
      escalationId: 'e-1',
      physicianId: 'dr-chen',
      name: 'Dr. A. Chen',
      afterMs: 10_000,
      onScreen: false,
      quietUntilMs: 30_000,
    }
    expect(hubToConsole['page-taken'].parse(await raoLine.next('page-taken'))).toEqual(taken)
    expect(await chenLine.next('page-taken')).toEqual(taken)
    await raoLine.send('statement', await rao.say({ kind: 'accepted', ...about }))
    await chenLine.send('statement', await chen.say({ kind: 'declined', ...about, reason: 'in a procedure' }))
    expect(await chenLine.next('page-taken')).toMatchObject({ physicianId: 'dr-rao' })
    expect(await raoLine.next('page-taken')).toMatchObject({ physicianId: 'dr-rao' })
  })

  it('goes on to the bench although somebody accepted, until somebody is on screen', async () => {
    const { clock, device, room, chen, chenLine, raoLine } = await scene()
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    await room.send('page', { page: pageOf(device) })
    await chenLine.send('statement', await chen.say({ kind: 'accepted', ...about }))
    clock.advance(10_000)
    await paged(raoLine)
    // Told at once that Dr. Chen had it before this page, and again when that has become help.
    expect(await raoLine.next('page-taken')).toMatchObject({
      name: 'Dr. A. Chen',
      afterMs: 0,
      onScreen: false,
    })
    await chenLine.send('statement', await chen.say({ kind: 'on-screen', ...about }))
    expect(await raoLine.next('page-taken')).toMatchObject({
      name: 'Dr. A. Chen',
      afterMs: 0,
      onScreen: true,
    })

    await room.send('page', { page: pageOf(device, { escalationId: 'e-2' }) })
    await chenLine.send('statement', await chen.say({ kind: 'on-screen', ...about, escalationId: 'e-2' }))
    clock.advance(30_000)
    await room.send('status', withPrimary('dr-chen'))
    expect(raoLine.count('page')).toBe(1)
  })

  it('goes to the bench at once when the primary declines', async () => {
    const { device, room, chen, chenLine, raoLine } = await scene()
    await room.send('page', { page: pageOf(device) })
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    await chenLine.send('statement', await chen.say({ kind: 'declined', ...about, reason: '' }))
    await paged(raoLine)
  })

  it('pages a console that comes later and is due, and again a page that was loaded anew', async () => {
    const { clock, hub, device, room, chen, chenLine, rao, raoLine } = await scene()
    raoLine.close()
    await raoLine.closed
    await room.send('page', { page: pageOf(device) })
    clock.advance(15_000)
    expect(await paged(await rao.onCall())).toMatchObject({ level: 'bench', page: { elapsedMs: 15_000 } })
    await paged(chenLine)
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    await chenLine.send('statement', await chen.say({ kind: 'accepted', ...about }))
    const reloaded = await chen.onCall('c-chen-2')
    expect(await paged(reloaded)).toMatchObject({ level: 'primary' })
    expect(await reloaded.next('page-taken')).toMatchObject({ physicianId: 'dr-chen' })
    // Not on this room's bench, whenever they come.
    expect((await (await register(hub, 'dr-okafor')).onCall()).count('page')).toBe(0)
  })

  it('ends for everyone paged, also for those who were away when it did', async () => {
    const { clock, device, room, chenLine, rao, raoLine } = await scene()
    await room.send('page', { page: pageOf(device) })
    clock.advance(10_000)
    await paged(raoLine)
    raoLine.close()
    await raoLine.closed
    const end = { escalationId: 'e-1', outcome: 'cancelled', words: 'pressed by mistake' }
    await expect.poll(() => room.count('presence')).toBe(4)
    expect(await room.send('page-end', end)).toEqual({ ok: true })
    expect(hubToConsole['page-end'].parse(await chenLine.next('page-end'))).toEqual(end)
    const back = await rao.onCall()
    expect(await back.next('page-end')).toEqual(end)
    // A copy that was under way does not raise the alarm again; ending twice is ending once.
    expect(await room.send('page', { page: pageOf(device) })).toEqual({ ok: true })
    expect(await room.send('page-end', end)).toEqual({ ok: true })
    expect([chenLine.count('page'), chenLine.count('page-end'), back.count('page')]).toEqual([1, 1, 0])
  })

  it('ends by the room’s own log when the message was lost', async () => {
    const { device, room, chenLine } = await scene()
    await room.send('page', { page: pageOf(device) })
    const [draft] = chainOf(device.deviceId, 1)
    const { hash: _, prev: __, seq: ___, v: ____, ...rest } = draft!
    const body = { escalationId: 'e-1', outcome: 'resolved' }
    await device.post([sealEntry(emptyChain, { ...rest, type: 'help-ended', body }, sha256Hex)])
    expect(await chenLine.next('page-end')).toEqual({
      escalationId: 'e-1',
      outcome: 'ended',
      words: 'resolved',
    })
  })

  it('ends when its room is revoked', async () => {
    const { hub, device, room, chenLine } = await scene()
    await room.send('page', { page: pageOf(device) })
    await hub.hub.revoke(device.deviceId)
    expect(await chenLine.next('page-end')).toMatchObject({ escalationId: 'e-1', outcome: 'ended' })
  })

  it('ends after twelve hours in which the room said nothing more', async () => {
    const { clock, hub, device, room } = await scene()
    await room.send('page', { page: pageOf(device) })
    clock.advance(6 * 60 * 60 * 1000)
    const line = await (await register(hub, 'dr-chen')).onCall()
    await paged(line)
    clock.advance(6 * 60 * 60 * 1000 - 1)
    await room.send('status', withPrimary('dr-chen'))
    expect(line.count('page-end')).toBe(0)
    clock.advance(250)
    expect((await line.next('page-end')).words).toContain('12 hours')
  })

  it('is resumed by a restart, with who was paged, who took it and when it was pressed', async () => {
    const clock = manualClock()
    const { hub, device, room, chen, chenLine, rao } = await scene(clock)
    await room.send('page', { page: pageOf(device) })
    await chenLine.send(
      'statement',
      await chen.say({ kind: 'accepted', deviceId: device.deviceId, escalationId: 'e-1' }),
    )
    clock.advance(5000)
    await hub.hub.stop()
    clock.advance(4000)
    const again = await startHub({ clock, ...hub.place, publicUrl: hub.url })
    const url = `http://localhost:${again.port}`
    const console = (of: typeof chen) =>
      physicianOf(url, of.physicianId, of.cookie, of.authenticator, hub.url)
    const raoLine = await console(rao).onCall()
    const reload = await console(chen).onCall()
    // Dr. Chen again: the page may have been loaded anew. Dr. Rao only when ten seconds are over.
    expect(await paged(reload)).toMatchObject({ page: { elapsedMs: 9000 }, level: 'primary' })
    expect(await reload.next('page-taken')).toMatchObject({ physicianId: 'dr-chen' })
    expect(raoLine.count('page')).toBe(0)
    clock.advance(1000)
    expect(await paged(raoLine)).toMatchObject({ page: { elapsedMs: 10_000 }, level: 'bench' })

    const { deviceId, roomId, hubPublicKey, key } = device
    const back = await deviceOf(url, deviceId, roomId, hubPublicKey, key).connect()
    await back.send('page', { page: pageOf(device, { elapsedMs: 10_000 }) })
    expect(await back.next('paged')).toMatchObject({ physicianId: 'dr-chen' })
    await back.send('page-end', { escalationId: 'e-1', outcome: 'ended', words: 'well' })
    expect(await raoLine.next('page-end')).toMatchObject({ words: 'well' })
  })

  it('takes no page in the name of another room, and no word about another room’s call', async () => {
    const { hub, device, room } = await scene()
    const other = await enrol(hub, 'ct-2')
    const otherRoom = await other.connect()
    expect(kindOf(await otherRoom.send('page', { page: pageOf(device) }))).toBe('foreign-device')
    expect(kindOf(await otherRoom.send('page', { page: { ...pageOf(other), roomId: 'ct-1' } }))).toBe(
      'foreign-device',
    )
    await room.send('page', { page: pageOf(device) })
    expect(kindOf(await otherRoom.send('page', { page: pageOf(other) }))).toBe('foreign-escalation')
    const end = { escalationId: 'e-1', outcome: 'ended', words: '' }
    expect(kindOf(await otherRoom.send('page-end', end))).toBe('foreign-escalation')
  })
})
