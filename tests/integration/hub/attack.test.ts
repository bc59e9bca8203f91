import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { protocolVersion } from '../../../src/contract/hub.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, chainOf, connect, enrol, kindOf, manualClock, refusalOf, register, startHub } from './kit.ts'
import { paged, pageOf, scene } from './paging-scene.ts'

afterEach(cleanUp)

const idle = { step: 'idle', technologistSignedIn: false, primary: null, standby: null }
const offer = { type: 'offer', sdp: 'v=0' }

describe('forged', () => {
  it('tokens and sessions open nothing, whatever they claim about themselves', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    await register(hub, 'dr-chen')
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = (aud: string, sub: string) =>
      part({ iss: 'scanside-hub', aud, sub, jti: 'j', exp: 4_000_000_000 })
    const signed = (head: string, body: string, key: string) =>
      `${head}.${body}.${createHmac('sha256', key).update(`${head}.${body}`).digest('base64url')}`
    const hs256 = part({ alg: 'HS256' })
    const forDevice = claims('device', device.deviceId)
    const forged = [
      `${part({ alg: 'none' })}.${forDevice}.`,
      signed(hs256, forDevice, ''),
      // The key that everybody may know, as if it were the secret.
      signed(hs256, forDevice, device.hubPublicKey),
    ]
    for (const token of forged) {
      const auth = { protocol: protocolVersion, token }
      expect(await refusalOf(connect(hub.url, '/workstation', auth))).toBe('token-invalid')
      const headers = { authorization: `Bearer ${token}` }
      expect((await ask(hub.url, '/api/policy', { headers })).status).toBe(401)
    }
    const session = signed(hs256, claims('physician', 'dr-chen'), device.hubPublicKey)
    const headers = { origin: hub.url, cookie: `scanside_session=${session}` }
    const asConsole = connect(hub.url, '/console', { protocol: protocolVersion }, headers)
    expect(await refusalOf(asConsole)).toBe('session-ended')
  })

  it('names in a handshake or a message make nobody another device', async () => {
    const hub = await startHub()
    const [one, two] = [await enrol(hub, 'ct-1'), await enrol(hub, 'ct-2')]
    const auth = { protocol: protocolVersion, token: await one.token() }
    const line = await connect(hub.url, '/workstation', {
      ...auth,
      deviceId: two.deviceId,
      roomId: 'ct-2',
    })
    expect(kindOf(await line.send('page', { page: pageOf(two) }))).toBe('foreign-device')
    expect(await line.send('page', { page: pageOf(one) })).toEqual({ ok: true })
    const status = { ...idle, deviceId: two.deviceId }
    expect(kindOf(await line.send('status', status))).toBe('malformed')
    expect((await one.post(chainOf(two.deviceId, 1), two.deviceId)).status).toBe(409)
    expect(await hub.hub.devices()).toMatchObject([{ entries: 0 }, { entries: 0 }])
  })

  it('frames that are no messages at all cost their own connection, and nothing else', async () => {
    const hub = await startHub()
    const calm = await (await enrol(hub, 'ct-2')).connect()
    const token = await (await enrol(hub, 'ct-1')).token()
    const joined = `40/workstation,${JSON.stringify({ protocol: protocolVersion, token })}`
    const frames: readonly (string | Uint8Array<ArrayBuffer>)[] = [
      '42/workstation,["page"',
      '42/workstation,{"not":"an array"}',
      '42/workstation,["__proto__",{}]',
      '451-/workstation,["signal",{"_placeholder":true,"num":7}]',
      new Uint8Array([0xff, 0xfe, 0]),
      '9'.repeat(1000),
      '42/console,["on-call",{}]',
    ]
    for (const frame of frames) {
      const raw = new WebSocket(`${hub.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
      await new Promise((resolve) => raw.addEventListener('open', resolve, { once: true }))
      raw.send(joined)
      const closed = new Promise((resolve) => raw.addEventListener('close', resolve, { once: true }))
      await new Promise<void>((resolve) => {
        raw.addEventListener('message', ({ data }) => {
          if (String(data).startsWith('40/workstation')) resolve()
        })
      })
      raw.send(frame)
      raw.send('42/workstation,7["status",{}]')
      const answered = new Promise((resolve) => {
        raw.addEventListener('message', ({ data }) => {
          if (String(data).startsWith('43/workstation,7')) resolve('answered')
        })
      })
      // Either it is dropped and the next message is answered, or the connection is gone.
      await Promise.race([closed, answered])
      raw.close()
    }
    expect(await calm.send('status', idle)).toEqual({ ok: true })
  })

  it('handshakes cannot be tried again and again on one connection', async () => {
    const hub = await startHub()
    const raw = new WebSocket(`${hub.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
    await new Promise((resolve) => raw.addEventListener('open', resolve, { once: true }))
    const closed = new Promise((resolve) => raw.addEventListener('close', resolve, { once: true }))
    let refused = 0
    raw.addEventListener('message', ({ data }) => {
      if (String(data).startsWith('44/workstation')) refused += 1
    })
    for (let n = 0; n < 50; n += 1)
      raw.send(`40/workstation,${JSON.stringify({ protocol: protocolVersion, token: `guess-${n}` })}`)
    await closed
    expect(refused).toBeLessThanOrEqual(10)
    const device = await enrol(hub, 'ct-1')
    expect(await (await device.connect()).send('status', idle)).toEqual({ ok: true })
  })
})

describe('replayed', () => {
  it('a call that is over does not ring again, nor does its end ring anything', async () => {
    const { clock, device, room, chenLine } = await scene()
    const page = pageOf(device)
    const end = { escalationId: 'e-1', outcome: 'ended', words: 'well' }
    const again = { ...page, round: 2 }
    for (const one of [page, again]) {
      await room.send('page', { page: one })
      await paged(chenLine)
    }
    await room.send('page-end', end)
    await chenLine.next('page-end')
    for (const one of [page, again]) expect(await room.send('page', { page: one })).toEqual({ ok: true })
    expect(await room.send('page-end', end)).toEqual({ ok: true })
    clock.advance(20_000)
    // Answered only after everything before it has been said.
    expect(await chenLine.send('on-call', { onCall: true, connectionId: 'c-chen' })).toEqual({ ok: true })
    expect([chenLine.count('page'), chenLine.count('page-end')]).toEqual([2, 1])
  })

  it('a statement is no other room’s, no other physician’s, and is logged by its own room alone', async () => {
    const { hub, device, room, chen, chenLine, raoLine } = await scene()
    const other = await enrol(hub, 'ct-2')
    const otherRoom = await other.connect()
    const signed = await chen.say({ kind: 'gap-reviewed', deviceId: device.deviceId, note: 'seen' })
    const { id: statementId } = signed.statement
    expect(kindOf(await raoLine.send('statement', signed))).toBe('not-your-word')
    const moved = { ...signed, statement: { ...signed.statement, deviceId: other.deviceId } }
    expect(kindOf(await chenLine.send('statement', moved))).toBe('statement-not-by-certificate')
    expect(await chenLine.send('statement', signed)).toEqual({ ok: true })
    expect(await room.next('statement')).toEqual(signed)
    // Another room says that it has it, and so does the right one before and after.
    expect(await otherRoom.send('statement-logged', { statementId })).toEqual({ ok: true })
    expect(await otherRoom.send('statement-logged', { statementId: 's-never-said' })).toEqual({ ok: true })
    expect(chenLine.count('statement-logged')).toBe(0)
    expect(await room.send('statement-logged', { statementId })).toEqual({ ok: true })
    expect(await chenLine.next('statement-logged')).toEqual({ statementId })
    expect(otherRoom.count('statement')).toBe(0)
    expect(chenLine.count('statement-logged')).toBe(1)
  })

  it('a token of a revoked device opens nothing again, here or at the hub that follows', async () => {
    const clock = manualClock()
    const hub = await startHub({ clock })
    const device = await enrol(hub, 'ct-1')
    const token = await device.token()
    const line = await device.connect()
    const chen = await register(hub, 'dr-chen')
    const console = await chen.onCall()
    await line.send('page', { page: pageOf(device) })
    await console.next('page')

    await hub.hub.revoke(device.deviceId)
    expect(await line.closed).toBe('io server disconnect')
    expect(await console.next('page-end')).toMatchObject({ escalationId: 'e-1' })
    const there = { deviceId: device.deviceId, epoch: 0, data: offer }
    expect(kindOf(await console.send('signal', there))).toBe('device-unknown')
    const said = await chen.say({ kind: 'gap-reviewed', deviceId: device.deviceId, note: '' })
    expect(kindOf(await console.send('statement', said))).toBe('device-unknown')
    await hub.hub.stop()

    // Nor at the hub that follows, which has nothing in memory.
    const next = await startHub({ ...hub.place, clock, publicUrl: hub.url })
    const url = `http://localhost:${next.port}`
    const auth = { protocol: protocolVersion, token }
    expect(await refusalOf(connect(url, '/workstation', auth))).toBe('device-revoked')
    const headers = { authorization: `Bearer ${token}` }
    for (const path of ['/api/policy', '/api/log', '/api/ice'])
      expect((await ask(url, path, { headers })).status).toBe(403)
    const { deviceId } = device
    expect((await ask(url, '/api/device/challenge', { json: { deviceId } })).status).toBe(403)
  })
})

describe('out of order', () => {
  it('messages change nothing that they are not about, and the call that follows rings', async () => {
    const { device, room, chen, chenLine } = await scene()
    // An end without a call, a word without a statement, a signal of a negotiation that is long over.
    const end = { escalationId: 'e-0', outcome: 'ended', words: '' }
    expect(await room.send('page-end', end)).toEqual({ ok: true })
    expect(await room.send('statement-logged', { statementId: 's-0' })).toEqual({ ok: true })
    const signal = { physicianId: 'dr-chen', connectionId: 'c-chen', data: offer }
    for (const epoch of [9, 3]) await room.send('signal', { ...signal, epoch })
    expect([await chenLine.next('signal'), await chenLine.next('signal')]).toMatchObject([
      { epoch: 9 },
      { epoch: 3 },
    ])
    for (const epoch of [-1, 1.5, '3'])
      expect(kindOf(await room.send('signal', { ...signal, epoch }))).toBe('malformed')
    // A physician accepts what was never pressed: taken as a word to the room, and nobody is paged for it.
    const early = { kind: 'accepted' as const, deviceId: device.deviceId, escalationId: 'e-9' }
    expect(await chenLine.send('statement', await chen.say(early))).toEqual({ ok: true })
    expect(chenLine.count('page') + chenLine.count('page-taken')).toBe(0)
    await room.send('page', { page: pageOf(device, { escalationId: 'e-9' }) })
    expect(await paged(chenLine)).toMatchObject({ page: { escalationId: 'e-9' } })
    // A later round before an earlier one: the earlier is a copy by then.
    await room.send('page', { page: pageOf(device, { escalationId: 'e-9', round: 3 }) })
    await paged(chenLine)
    await room.send('page', { page: pageOf(device, { escalationId: 'e-9', round: 2 }) })
    expect(await chenLine.send('on-call', { onCall: true, connectionId: 'c-chen' })).toEqual({ ok: true })
    expect(chenLine.count('page')).toBe(3)
  })
})

describe('the wrong room', () => {
  it('is shut for a physician from the moment in which the bench no longer names them', async () => {
    const { hub, device, room, chen, chenLine, raoLine } = await scene()
    const mine = { deviceId: device.deviceId, epoch: 0, data: offer }
    expect(await chenLine.send('signal', mine)).toEqual({ ok: true })
    await room.next('signal')
    const early = await chen.say({ kind: 'gap-reviewed', deviceId: device.deviceId, note: '' })
    const rooms = testSite().rooms.map((one) => ({ ...one, bench: ['dr-rao'] }))
    await hub.hub.replaceSite(testSite({ rooms }))

    expect(kindOf(await chenLine.send('signal', mine))).toBe('not-your-room')
    expect(kindOf(await chenLine.send('statement', early))).toBe('not-your-room')
    await room.send('page', { page: pageOf(device) })
    expect(await paged(raoLine)).toMatchObject({ page: { escalationId: 'e-1' } })
    const back = { physicianId: 'dr-chen', connectionId: 'c-chen', epoch: 0, data: offer }
    expect(kindOf(await room.send('signal', back))).toBe('not-on-bench')
    expect(chenLine.count('page') + chenLine.count('signal')).toBe(0)
    expect([room.count('signal'), room.count('statement')]).toEqual([1, 0])
  })

  it('hears nothing of what a physician says, does or is paged for elsewhere', async () => {
    const { hub, device, room, chenLine } = await scene()
    const mr = await enrol(hub, 'mr-1')
    const mrRoom = await mr.connect()
    const okafor = await register(hub, 'dr-okafor')
    const okaforLine = await okafor.onCall('c-okafor')
    await room.send('page', { page: pageOf(device) })
    await paged(chenLine)
    expect(okaforLine.count('page')).toBe(0)
    const accepted = { kind: 'accepted' as const, deviceId: device.deviceId, escalationId: 'e-1' }
    expect(kindOf(await okaforLine.send('statement', await okafor.say(accepted)))).toBe('not-your-room')
    // Signed, of their own room, about another room's call: it goes to that room alone and answers nothing.
    const elsewhere = await okafor.say({ ...accepted, deviceId: mr.deviceId })
    expect(await okaforLine.send('statement', elsewhere)).toEqual({ ok: true })
    expect(await mrRoom.next('statement')).toEqual(elsewhere)
    expect(await chenLine.send('on-call', { onCall: true, connectionId: 'c-chen' })).toEqual({ ok: true })
    expect(chenLine.count('page-taken')).toBe(0)
    expect(room.count('statement')).toBe(0)
  })
})
