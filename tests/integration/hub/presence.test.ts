import { afterEach, describe, expect, it } from 'vitest'
import { hubToConsole, hubToWorkstation, protocolVersion } from '../../../src/contract/hub.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, connect, enrol, kindOf, manualClock, refusalOf, register, startHub } from './kit.ts'

afterEach(cleanUp)

const idle = { step: 'idle', technologistSignedIn: false, primary: null, standby: null }
const offer = { type: 'offer', sdp: 'v=0' }

describe('presence', () => {
  it('tells a room which physicians of its bench are on call, in the bench’s order', async () => {
    const hub = await startHub()
    const room = await (await enrol(hub, 'ct-1')).connect()
    expect(hubToWorkstation.presence.parse(await room.next('presence'))).toEqual({ physicians: [] })

    await (await register(hub, 'dr-rao')).onCall('c-rao')
    expect((await room.next('presence')).physicians).toEqual([
      { physicianId: 'dr-rao', name: 'Dr. M. Rao', connectionId: 'c-rao' },
    ])
    // Not on the bench of CT 1.
    await (await register(hub, 'dr-okafor')).onCall('c-okafor')
    const chen = await (await register(hub, 'dr-chen')).onCall('c-chen')
    expect((await room.next('presence')).physicians).toMatchObject([
      { physicianId: 'dr-chen' },
      { physicianId: 'dr-rao' },
    ])
    chen.close()
    expect((await room.next('presence')).physicians).toMatchObject([{ physicianId: 'dr-rao' }])
  })

  it('tells a console its rooms and no others, whether they are online, and their status', async () => {
    const hub = await startHub()
    const ct1 = await enrol(hub, 'ct-1')
    await enrol(hub, 'mr-1')
    const console = await (await register(hub, 'dr-chen')).connect()
    const covered = {
      deviceId: ct1.deviceId,
      roomId: 'ct-1',
      roomName: 'CT 1',
      siteName: 'Imaging Center North',
      modality: 'CT',
    }
    const { rooms } = hubToConsole.rooms.parse(await console.next('rooms'))
    expect(rooms).toEqual([{ ...covered, online: false, status: null }])

    const room = await ct1.connect()
    expect((await console.next('rooms')).rooms).toMatchObject([{ online: true, status: null }])
    await room.send('status', { ...idle, step: 'injecting' })
    expect((await console.next('rooms')).rooms).toMatchObject([
      { online: true, status: { step: 'injecting' } },
    ])
    room.close()
    expect((await console.next('rooms')).rooms).toEqual([{ ...covered, online: false, status: null }])
    const ct2 = await enrol(hub, 'ct-2')
    expect((await console.next('rooms')).rooms).toMatchObject([
      { roomId: 'ct-1' },
      { deviceId: ct2.deviceId },
    ])
  })

  it('lets a newer page of the same physician take over from the older', async () => {
    const hub = await startHub()
    const room = await (await enrol(hub, 'ct-1')).connect()
    await room.next('presence')
    const chen = await register(hub, 'dr-chen')
    const older = await chen.onCall('c-1')
    await room.next('presence')
    await chen.onCall('c-2')
    expect(hubToConsole.superseded.parse(await older.next('superseded'))).toEqual({ connectionId: 'c-1' })
    expect((await room.next('presence')).physicians).toMatchObject([{ connectionId: 'c-2' }])
    // The older one has stepped back: its going away changes nothing.
    older.close()
    await older.closed
    await chen.connect()
    expect(room.count('presence')).toBe(3)
  })

  it('follows the bench when the site changes, and says that there is a new policy', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const room = await device.connect()
    await room.next('presence')
    const console = await (await register(hub, 'dr-chen')).onCall()
    await room.next('presence')
    await console.next('rooms')
    const rooms = testSite().rooms.map((one) => ({ ...one, bench: ['dr-rao'] }))
    expect(await hub.hub.replaceSite(testSite({ rooms }))).toBe(2)
    expect(await room.next('policy-changed')).toEqual({ version: 2 })
    expect(await room.next('presence')).toEqual({ physicians: [] })
    expect(await console.next('rooms')).toEqual({ rooms: [] })
  })

  it('puts a newer connection of a device in the place of the older', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const older = await device.connect()
    const newer = await device.connect()
    expect(await older.closed).toBe('io server disconnect')
    await newer.next('presence')
    // Another computer under this name hears that; the same one has hung up.
    expect(await older.next('replaced')).toEqual({})
    await (await register(hub, 'dr-chen')).onCall()
    expect((await newer.next('presence')).physicians).toHaveLength(1)
  })
})

describe('signals', () => {
  it('travel between a room and the page that is on call, unread', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const room = await device.connect()
    const chen = await (await register(hub, 'dr-chen')).onCall('c-1')
    const there = { physicianId: 'dr-chen', connectionId: 'c-1' }
    expect(await room.send('signal', { ...there, epoch: 3, data: offer })).toEqual({ ok: true })
    expect(await chen.next('signal')).toEqual({ deviceId: device.deviceId, epoch: 3, data: offer })
    const answer = { deviceId: device.deviceId, epoch: 3, data: { type: 'answer', sdp: 'v=0' } }
    expect(await chen.send('signal', answer)).toEqual({ ok: true })
    expect(await room.next('signal')).toEqual({ ...there, epoch: 3, data: answer.data })
  })

  it('do not reach a page that has gone, nor a room that is offline', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const room = await device.connect()
    const chen = await register(hub, 'dr-chen')
    await chen.onCall('c-1')
    await chen.onCall('c-2')
    const stale = { physicianId: 'dr-chen', connectionId: 'c-1', epoch: 0, data: offer }
    expect(kindOf(await room.send('signal', stale))).toBe('not-present')
    const offCall = await chen.connect()
    const toRoom = { deviceId: device.deviceId, epoch: 0, data: offer }
    expect(kindOf(await offCall.send('signal', toRoom))).toBe('not-on-call')
    const onCall = await chen.onCall('c-3')
    room.close()
    await room.closed
    await expect.poll(async () => kindOf(await onCall.send('signal', toRoom))).toBe('room-offline')
  })
})

describe('what a socket may not do', () => {
  it('cross into rooms whose bench does not name the physician: refused, counted, unheard', async () => {
    const hub = await startHub()
    const [ct1, mr1] = [await enrol(hub, 'ct-1'), await enrol(hub, 'mr-1')]
    const [ctRoom, mrRoom] = [await ct1.connect(), await mr1.connect()]
    const okafor = await register(hub, 'dr-okafor')
    const line = await okafor.onCall('c-okafor')
    const signal = { deviceId: ct1.deviceId, epoch: 0, data: offer }
    expect(kindOf(await line.send('signal', signal))).toBe('not-your-room')
    expect(kindOf(await line.send('signal', { ...signal, deviceId: 'd-nowhere' }))).toBe('device-unknown')
    const back = { physicianId: 'dr-okafor', connectionId: 'c-okafor', epoch: 0, data: offer }
    expect(kindOf(await ctRoom.send('signal', back))).toBe('not-on-bench')
    const statement = await okafor.say({ kind: 'gap-reviewed', deviceId: ct1.deviceId, note: '' })
    expect(kindOf(await line.send('statement', statement))).toBe('not-your-room')

    // Its own room still works, and is the only one that heard anything.
    expect(await mrRoom.send('signal', back)).toEqual({ ok: true })
    await line.next('signal')
    expect(ctRoom.count('signal') + ctRoom.count('statement')).toBe(0)
    expect(hub.hub.refusals()).toMatchObject({ 'not-your-room': 2, 'not-on-bench': 1, 'device-unknown': 1 })
  })

  it('connect with another protocol, without a token, or without a session', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const token = await device.token()
    const workstation = (auth: Record<string, unknown>) => refusalOf(connect(hub.url, '/workstation', auth))
    expect(await workstation({ protocol: protocolVersion + 1, token })).toBe('protocol-mismatch')
    expect(await workstation({ token })).toBe('malformed')
    expect(await workstation({ protocol: protocolVersion })).toBe('token-missing')
    expect(await workstation({ protocol: protocolVersion, token: `${token.slice(0, -4)}AAAA` })).toBe(
      'token-invalid',
    )
    const { cookie } = await register(hub, 'dr-chen')
    const [, session = ''] = cookie.split('=')
    expect(await workstation({ protocol: protocolVersion, token: session })).toBe('token-invalid')
    const asConsole = (name: string, value: string) =>
      refusalOf(
        connect(
          hub.url,
          '/console',
          { protocol: protocolVersion },
          { origin: hub.url, cookie: `${name}=${value}` },
        ),
      )
    expect(await asConsole('other', session)).toBe('not-signed-in')
    expect(await asConsole('scanside_session', token)).toBe('session-ended')
    expect(await refusalOf(connect(hub.url, '/', {}))).toBe('not-found')
    await hub.hub.revoke(device.deviceId)
    expect(await workstation({ protocol: protocolVersion, token })).toBe('device-revoked')
  })

  it('send what the contract does not know: answered, and nobody else notices', async () => {
    const hub = await startHub()
    const [one, two] = [
      await (await enrol(hub, 'ct-1')).connect(),
      await (await enrol(hub, 'ct-2')).connect(),
    ]
    for (const bad of [undefined, null, 7, 'x', [], { step: 'flying' }, { ...idle, extra: 1 }]) {
      const answer = await one.send('status', bad)
      expect(kindOf(answer)).toBe('malformed')
      expect(answer.error?.message).not.toContain('flying')
    }
    expect(kindOf(await one.send('no-such-event', {}))).toBe('unknown-event')
    expect(kindOf(await one.send('statement', {}))).toBe('unknown-event')
    expect(await one.send('status', idle)).toEqual({ ok: true })
    expect(await two.send('status', idle)).toEqual({ ok: true })
  })

  it('send more than a socket message may hold: it loses its own connection, and only that', async () => {
    const hub = await startHub()
    const [one, two] = [
      await (await enrol(hub, 'ct-1')).connect(),
      await (await enrol(hub, 'ct-2')).connect(),
    ]
    const huge = {
      physicianId: 'dr-chen',
      connectionId: 'c',
      epoch: 0,
      data: { sdp: 'x'.repeat(300 * 1024) },
    }
    const sent = one.send('signal', huge).catch(() => undefined)
    expect(await one.closed).toMatch(/transport/)
    expect(await two.send('status', idle)).toEqual({ ok: true })
    await sent
  })

  it('flood: it is told to wait, and calls for help still pass', async () => {
    const hub = await startHub({ clock: manualClock() })
    const device = await enrol(hub, 'ct-1')
    const [room, other] = [await device.connect(), await (await enrol(hub, 'ct-2')).connect()]
    const signal = { physicianId: 'dr-chen', connectionId: 'c', epoch: 0, data: {} }
    const answers = await Promise.all(Array.from({ length: 1000 }, () => room.send('signal', signal)))
    const kinds = answers.map(kindOf)
    expect(kinds.filter((kind) => kind === 'not-present')).toHaveLength(600)
    expect(kinds.filter((kind) => kind === 'too-fast')).toHaveLength(400)
    const page = {
      escalationId: 'e-1',
      kind: 'reaction',
      drill: false,
      deviceId: device.deviceId,
      roomId: 'ct-1',
      roomName: 'CT 1',
      siteName: 'North',
      sessionId: null,
      pressedAt: '2026-11-20T12:00:00.000Z',
      elapsedMs: 0,
    }
    expect(await room.send('page', { page })).toEqual({ ok: true })
    expect(await other.send('status', idle)).toEqual({ ok: true })
    expect((await ask(hub.url, '/api/health')).status).toBe(200)
  })
})
