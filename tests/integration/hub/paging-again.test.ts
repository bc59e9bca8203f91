import { afterEach, describe, expect, it } from 'vitest'
import { hubToConsole, hubToWorkstation } from '../../../src/contract/hub.ts'
import { emptyChain, sealEntry } from '../../../src/domain/log/entry.ts'
import { sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { cleanUp } from '../../support/undo.ts'
import { chainOf, type Line, manualClock, physicianOf, startHub } from './kit.ts'
import { paged, pageOf, scene, withPrimary } from './paging-scene.ts'

afterEach(cleanUp)

/** What the log of this room says of its link with Dr. Chen, sealed in a row. */
function linksOf(deviceId: string) {
  const [template] = chainOf(deviceId, 1)
  const { hash: _, prev: __, seq: ___, v: ____, ...rest } = template!
  let head = emptyChain
  return (state: object) => {
    const body = { physicianId: 'dr-chen', link: state } as never
    const entry = sealEntry(head, { ...rest, type: 'link-changed', body }, sha256Hex)
    head = entry
    return entry
  }
}

describe('a call that is not over', () => {
  it('asks the whole bench anew when the room calls again, whoever has it, and keeps the time of the press', async () => {
    const { clock, device, room, chen, chenLine, rao, raoLine } = await scene()
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    await room.send('page', { page: pageOf(device) })
    await chenLine.send('statement', await chen.say({ kind: 'accepted', ...about }))
    await chenLine.send('statement', await chen.say({ kind: 'on-screen', ...about }))
    clock.advance(40_000)
    expect(raoLine.count('page')).toBe(0)
    await paged(chenLine)
    await room.next('paged')

    const again = pageOf(device, { elapsedMs: 40_000, round: 2 })
    expect(await room.send('page', { page: again })).toEqual({ ok: true })
    expect(await paged(chenLine)).toEqual({ page: again, level: 'primary' })
    expect(await paged(raoLine)).toEqual({ page: again, level: 'bench' })
    expect(hubToWorkstation.paged.parse(await room.next('paged'))).toMatchObject({ round: 2 })

    // An answer to the press before is none to this one; who was on screen then has not answered this.
    const takenBefore = raoLine.count('page-taken')
    await chenLine.send('statement', await chen.say({ kind: 'on-screen', ...about }))
    clock.advance(250)
    await room.send('status', withPrimary('dr-chen'))
    expect(raoLine.count('page-taken')).toBe(takenBefore)
    await raoLine.send('statement', await rao.say({ kind: 'accepted', ...about, round: 2 }))
    while (chenLine.count('page-taken') < 3) await room.send('status', withPrimary('dr-chen'))
    await chenLine.next('page-taken')
    await chenLine.next('page-taken')
    expect(await chenLine.next('page-taken')).toMatchObject({ physicianId: 'dr-rao', round: 2 })

    // The page of the press before, and a copy of this one, ring nobody.
    await room.send('page', { page: pageOf(device, { elapsedMs: 41_000 }) })
    await room.send('page', { page: again })
    expect([chenLine.count('page'), raoLine.count('page')]).toEqual([2, 1])
  })

  it('keeps through a restart that the room has called again, and whom it has still to reach', async () => {
    const clock = manualClock()
    const { hub, device, room, chen, chenLine, rao, raoLine } = await scene(clock)
    await room.send('page', { page: pageOf(device) })
    await chenLine.send(
      'statement',
      await chen.say({ kind: 'accepted', deviceId: device.deviceId, escalationId: 'e-1' }),
    )
    raoLine.close()
    await raoLine.closed
    await room.send('page', { page: pageOf(device, { elapsedMs: 3000, round: 2 }) })
    clock.advance(1000)
    await hub.hub.stop()
    const again = await startHub({ clock, data: hub.data, publicUrl: hub.url })
    const back = physicianOf(
      `http://localhost:${again.port}`,
      rao.physicianId,
      rao.cookie,
      rao.authenticator,
      hub.url,
    )
    expect(await paged(await back.onCall())).toMatchObject({ page: { round: 2 }, level: 'bench' })
  })

  it('says when whoever accepted is not on screen in time, and when everybody has given it back', async () => {
    const { clock, device, room, chen, chenLine, raoLine } = await scene()
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    await room.send('page', { page: pageOf(device, { elapsedMs: 10_000 }) })
    await paged(raoLine)
    await chenLine.send('statement', await chen.say({ kind: 'accepted', ...about }))
    expect(await raoLine.next('page-taken')).toMatchObject({ afterMs: 10_000, quietUntilMs: 30_000 })
    clock.advance(20_000)
    expect(await raoLine.next('page-taken')).toMatchObject({ onScreen: false, quietUntilMs: 10_000 })
    await chenLine.send('statement', await chen.say({ kind: 'declined', ...about, reason: '' }))
    expect(hubToConsole['page-free'].parse(await raoLine.next('page-free'))).toEqual({ escalationId: 'e-1' })
  })

  it('goes on when the room’s log says that whoever was on screen is lost, and not for one who is back', async () => {
    const { clock, device, room, chen, chenLine, raoLine } = await scene()
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    await room.send('page', { page: pageOf(device) })
    await chenLine.send('statement', await chen.say({ kind: 'accepted', ...about }))
    const onScreen = await chen.say({ kind: 'on-screen', ...about })
    await chenLine.send('statement', onScreen)
    clock.advance(30_000)
    await room.send('status', withPrimary('dr-chen'))
    expect(raoLine.count('page')).toBe(0)

    const link = linksOf(device.deviceId)
    // Lost and live again before the hub heard of either: nothing to be done.
    await device.post([link({ kind: 'lost', reason: 'a cable' }), link({ kind: 'live' })])
    await room.send('status', withPrimary('dr-chen'))
    expect(raoLine.count('page')).toBe(0)
    await device.post([link({ kind: 'lost', reason: 'a cable' })])
    expect(await paged(raoLine)).toMatchObject({ level: 'bench' })
    const taken = [await raoLine.next('page-taken')]
    expect(taken).toMatchObject([{ onScreen: false, quietUntilMs: 0 }])
    // A late copy of "on screen" does not bring them back; their link does.
    const onScreenToldTo = async (line: Line) => {
      const told: unknown[] = []
      for (let left = line.count('page-taken') - taken.length; left > 0; left -= 1)
        told.push((await line.next('page-taken')).onScreen)
      taken.push(...told)
      return told
    }
    await chenLine.send('statement', onScreen)
    await room.send('status', withPrimary('dr-chen'))
    expect(await onScreenToldTo(raoLine)).not.toContain(true)
    await device.post([link({ kind: 'live' })])
    await expect.poll(() => onScreenToldTo(raoLine)).toContain(true)
  })

  it('does not take the word of a console whose link the room’s log calls lost, until it is live', async () => {
    const { clock, device, room, chen, chenLine, raoLine } = await scene()
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    const link = linksOf(device.deviceId)
    await device.post([link({ kind: 'live' }), link({ kind: 'lost', reason: 'a cable' })])
    await room.send('page', { page: pageOf(device) })
    await chenLine.send('statement', await chen.say({ kind: 'accepted', ...about }))
    await chenLine.send('statement', await chen.say({ kind: 'on-screen', ...about }))
    clock.advance(10_000)
    await paged(raoLine)
    expect(await raoLine.next('page-taken')).toMatchObject({ onScreen: false })
    await device.post([link({ kind: 'live' })])
    expect(await raoLine.next('page-taken')).toMatchObject({ onScreen: true })
    // The picture freezes: for seconds that is nothing, then it is no help.
    await device.post([link({ kind: 'partial', lacks: ['physician-does-not-see-room'] })])
    clock.advance(3750)
    await room.send('status', withPrimary('dr-chen'))
    expect(raoLine.count('page-taken')).toBe(2)
    clock.advance(250)
    expect(await raoLine.next('page-taken')).toMatchObject({ onScreen: false })
  })
})
