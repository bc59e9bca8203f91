import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { challengeToSign, hubToConsole, hubToWorkstation } from '../../../src/contract/hub.ts'
import { emptyChain, sealEntry, verifyChain } from '../../../src/domain/log/entry.ts'
import { sha256Hex, signJson } from '../../../src/platform/node/ed25519.ts'
import { freePort } from '../../support/free-port.ts'
import { asAdministrator, databaseUrl, freshDatabase, postgresUrl } from '../../support/postgres.ts'
import { openGate } from '../../support/tcp-gate.ts'
import { cleanUp, later } from '../../support/undo.ts'
import {
  ask,
  chainOf,
  cookiesOf,
  deviceOf,
  enrol,
  type Line,
  physicianOf,
  register,
  startHub,
  type TestDevice,
  type TestPhysician,
  type TestPlace,
} from './kit.ts'
import { pageOf, withPrimary } from './paging-scene.ts'
import { at, launch, run, siteFile } from './processes.ts'

afterEach(cleanUp, 30_000)

type HubInProcess = {
  readonly url: string
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>
}

async function hubOn(
  place: TestPlace,
  publicUrl: string,
  port: number,
  ...args: string[]
): Promise<HubInProcess> {
  const { child } = await launch(place, '--port', String(port), '--public-url', publicUrl, ...args)
  return {
    url: `http://localhost:${port}`,
    async kill(signal = 'SIGKILL') {
      const exited = once(child, 'exit')
      child.kill(signal)
      await exited
    },
  }
}

/** Two hubs of one site on one database, as processes of their own. */
async function twoHubs(benchAfterMs = 10_000) {
  const database = await freshDatabase()
  later(database.drop)
  const place = { database: database.url }
  const site = await siteFile({
    escalation: { benchAfterMs, onScreenWithinMs: 20_000, cancelWithinMs: 5000 },
  })
  const [portA, portB] = [await freePort(), await freePort()]
  const publicUrl = `http://localhost:${portA}`
  const [a, b] = await Promise.all([
    hubOn(place, publicUrl, portA, '--site', site),
    hubOn(place, publicUrl, portB, '--site', site),
  ])
  const administration = {
    async issueEnrolmentCode(roomId: string) {
      return (await run('code', ...at(place), '--room', roomId)).stdout.trim()
    },
    async issueInvite(physicianId: string) {
      const url = (await run('invite', ...at(place), '--physician', physicianId)).stdout.trim()
      return { url, code: new URL(url).searchParams.get('code') ?? '' }
    },
  }
  return {
    a,
    b,
    place,
    name: database.name,
    enrol: (at: HubInProcess, roomId: string) => enrol({ hub: administration, url: at.url }, roomId),
    /** Registered at the first hub, whose address is the site's. */
    register: (physicianId: string) => register({ hub: administration, url: publicUrl }, physicianId),
    /** The same physician's browser at another hub. */
    at: (hub: HubInProcess, { physicianId, cookie, authenticator }: TestPhysician) =>
      physicianOf(hub.url, physicianId, cookie, authenticator, publicUrl),
  }
}

const roomAt = (hub: HubInProcess, { deviceId, roomId, hubPublicKey, key }: TestDevice): TestDevice =>
  deviceOf(hub.url, deviceId, roomId, hubPublicKey, key)

/** The first presence that names these physicians, in this order. */
async function present(room: Line, ...physicianIds: string[]) {
  for (;;) {
    const { physicians } = hubToWorkstation.presence.parse(await room.next('presence'))
    if (String(physicians.map(({ physicianId }) => physicianId)) === String(physicianIds)) return physicians
  }
}
async function roomsWith(console: Line, online: Record<string, boolean>) {
  for (;;) {
    const { rooms } = hubToConsole.rooms.parse(await console.next('rooms'))
    if (rooms.every((room) => online[room.deviceId] === room.online)) return rooms
  }
}

describe.skipIf(postgresUrl === undefined)('two hubs on one database', () => {
  it('share who is there, signals, statements and pages', async () => {
    const { a, b, ...site } = await twoHubs()
    const device = await site.enrol(a, 'ct-1')
    const room = await device.connect()
    await room.send('status', withPrimary('dr-chen'))
    const chen = site.at(b, await site.register('dr-chen'))
    const console = await chen.onCall('c-chen')
    expect(await present(room, 'dr-chen')).toMatchObject([{ connectionId: 'c-chen' }])
    const [covered] = await roomsWith(console, { [device.deviceId]: true })
    expect(covered).toMatchObject({ roomId: 'ct-1', status: { step: 'injecting' } })

    // A description of a session is longer than a notice can be.
    const sdp = 'v=0 '.repeat(5000)
    const there = { physicianId: 'dr-chen', connectionId: 'c-chen' }
    const offer = { epoch: 1, data: { type: 'offer', sdp } }
    expect(await room.send('signal', { ...there, ...offer })).toEqual({ ok: true })
    for (let n = 0; n < 20; n += 1)
      await room.send('signal', { ...there, epoch: 1, data: { candidate: `${n}` } })
    expect(await console.next('signal')).toEqual({ deviceId: device.deviceId, ...offer })
    for (let n = 0; n < 20; n += 1) expect((await console.next('signal')).data).toEqual({ candidate: `${n}` })
    const answer = { epoch: 1, data: { type: 'answer', sdp } }
    expect(await console.send('signal', { deviceId: device.deviceId, ...answer })).toEqual({ ok: true })
    expect(await room.next('signal')).toEqual({ ...there, ...answer })

    const page = pageOf(device)
    expect(await room.send('page', { page })).toEqual({ ok: true })
    expect((await console.next('page')).page).toMatchObject({
      escalationId: 'e-1',
      deviceId: device.deviceId,
    })
    expect(await room.next('paged')).toMatchObject({ physicianId: 'dr-chen', level: 'primary' })
    const accepted = await chen.say({ kind: 'accepted', deviceId: device.deviceId, escalationId: 'e-1' })
    expect(await console.send('statement', accepted)).toEqual({ ok: true })
    expect(await room.next('statement')).toEqual(accepted)
    expect(hubToConsole['page-taken'].parse(await console.next('page-taken'))).toMatchObject({
      physicianId: 'dr-chen',
    })
    await room.send('statement-logged', { statementId: accepted.statement.id })
    expect(await console.next('statement-logged')).toEqual({ statementId: accepted.statement.id })
    await room.send('page-end', { escalationId: 'e-1', outcome: 'ended', words: 'Over.' })
    expect(await console.next('page-end')).toMatchObject({ escalationId: 'e-1' })

    console.close()
    await present(room)
  }, 60_000)

  it('forget within seconds what was connected to a hub that dies, and find it again', async () => {
    const { a, b, place, ...site } = await twoHubs()
    const device = await site.enrol(a, 'ct-1')
    const room = await device.connect()
    const [chen, rao] = [await site.register('dr-chen'), await site.register('dr-rao')]
    const chenAtB = await site.at(b, chen).onCall('c-chen')
    await rao.onCall('c-rao')
    await present(room, 'dr-chen', 'dr-rao')
    await roomsWith(chenAtB, { [device.deviceId]: true })
    await a.kill()
    await roomsWith(chenAtB, { [device.deviceId]: false })

    const again = await roomAt(b, device).connect()
    expect(await present(again, 'dr-chen')).toHaveLength(1)
    await site.at(b, rao).onCall('c-rao-2')
    await present(again, 'dr-chen', 'dr-rao')
    // A hub that comes (back) learns what is there from the other.
    const c = await hubOn(place, a.url, Number(new URL(a.url).port))
    const chenAtC = await site.at(c, chen).onCall('c-chen-3')
    expect(hubToConsole.superseded.parse(await chenAtB.next('superseded'))).toEqual({
      connectionId: 'c-chen',
    })
    await roomsWith(chenAtC, { [device.deviceId]: true })
    await c.kill('SIGTERM')
    await present(again, 'dr-rao')
  }, 90_000)

  it('take over the ladder of a call whose hub dies: nobody who is due is left out', async () => {
    const { a, b, ...site } = await twoHubs(6000)
    const device = await site.enrol(a, 'ct-1')
    const room = await device.connect()
    await room.send('status', withPrimary('dr-chen'))
    const [chen, rao] = [await site.register('dr-chen'), await site.register('dr-rao')]
    const chenAtB = await site.at(b, chen).onCall('c-chen')
    const raoAtB = await site.at(b, rao).onCall('c-rao')
    await present(room, 'dr-chen', 'dr-rao')
    expect(await room.send('page', { page: pageOf(device) })).toEqual({ ok: true })
    await chenAtB.next('page')
    expect(raoAtB.count('page')).toBe(0)
    await a.kill()

    // Nobody has said anything more: the room's computer is still looking for the other hub.
    while (raoAtB.count('page') === 0) await sleep(50)
    const { page, level } = hubToConsole.page.parse(await raoAtB.next('page'))
    expect([page.escalationId, level]).toEqual(['e-1', 'bench'])
    // Counted from the press.
    expect(page.elapsedMs).toBeGreaterThanOrEqual(6000)

    const again = await roomAt(b, device).connect()
    await again.send('page', { page: pageOf(device, { elapsedMs: 12_000 }) })
    const paged = [await again.next('paged'), await again.next('paged')]
    expect(paged.map(({ physicianId }) => physicianId).toSorted()).toEqual(['dr-chen', 'dr-rao'])
    await again.send('page-end', { escalationId: 'e-1', outcome: 'ended', words: 'Over.' })
    expect(await raoAtB.next('page-end')).toMatchObject({ escalationId: 'e-1' })
    expect(await chenAtB.next('page-end')).toMatchObject({ escalationId: 'e-1' })
    const { rows } = await asAdministrator('SELECT * FROM scanside.pages', site.name)
    expect(rows).toEqual([])
  }, 90_000)

  it('go on with a call whose room has come to the other hub, and with its end', async () => {
    const { a, b, ...site } = await twoHubs()
    const device = await site.enrol(a, 'ct-1')
    const room = await device.connect()
    await room.send('status', withPrimary('dr-chen'))
    const chen = await site.register('dr-chen')
    const chenAtA = await chen.onCall('c-chen')
    await present(room, 'dr-chen')
    await room.send('page', { page: pageOf(device) })
    await chenAtA.next('page')
    const about = { deviceId: device.deviceId, escalationId: 'e-1' }
    await chenAtA.send('statement', await chen.say({ kind: 'accepted', ...about }))
    await chenAtA.next('page-taken')

    const moved = await roomAt(b, device).connect()
    await room.closed
    await moved.send('page', { page: pageOf(device, { elapsedMs: 3000 }) })
    expect(await moved.next('paged')).toMatchObject({ physicianId: 'dr-chen' })
    // It goes on from what was known: nobody is asked again, and the first hub says no more of it.
    await sleep(600)
    expect(chenAtA.count('page')).toBe(1)
    // Its end comes by the log, and to the hub that does not look after it any more.
    const [draft] = chainOf(device.deviceId, 1)
    const { hash: _, prev: __, seq: ___, v: ____, ...rest } = draft!
    const body = { escalationId: 'e-1', outcome: 'resolved' }
    await device.post([sealEntry(emptyChain, { ...rest, type: 'help-ended', body }, sha256Hex)])
    expect(await chenAtA.next('page-end')).toMatchObject({ escalationId: 'e-1', words: 'resolved' })
    // Said first, stored second.
    await expect
      .poll(async () => (await asAdministrator('SELECT * FROM scanside.pages', site.name)).rows)
      .toEqual([])
  }, 60_000)

  it('take a device’s challenge and a passkey’s ceremony at either of them, each once', async () => {
    const { a, b, ...site } = await twoHubs()
    const { deviceId, key } = await site.enrol(a, 'ct-1')
    const { body } = await ask(a.url, '/api/device/challenge', { json: { deviceId } })
    const signature = signJson(key.privateKey, challengeToSign(deviceId, body.challenge))
    const json = { deviceId, challenge: body.challenge, signature }
    expect((await ask(b.url, '/api/device/token', { json })).body).toMatchObject({ ok: true })
    expect((await ask(a.url, '/api/device/token', { json })).body.error.kind).toBe('challenge-invalid')

    const { authenticator } = await site.register('dr-chen')
    const headers = { origin: a.url }
    const options = await ask(b.url, '/api/physician/sign-in/options', { json: {}, headers })
    const signIn = () =>
      ask(a.url, '/api/physician/sign-in/verify', {
        json: { response: authenticator.get(options.body) },
        headers: { ...headers, cookie: cookiesOf(options) },
      })
    expect((await signIn()).body).toMatchObject({ ok: true })
    expect((await signIn()).body.error.kind).toBe('ceremony-over')
  }, 60_000)

  it('take one chain together, and lose nothing when one of them is killed', async () => {
    const { a, b, place, ...site } = await twoHubs()
    const device = await site.enrol(a, 'ct-1')
    const chain = chainOf(device.deviceId, 2000)
    const ends = [device, roomAt(b, device)]
    const acked = [0, 0]
    const send = async (which: number) => {
      for (let from = 0; from < chain.length; from += 20) {
        const { status, body } = (await ends[which]?.post(chain.slice(from, from + 20))) ?? {}
        expect([status, body?.error]).toEqual([200, undefined])
        acked[which] = body.ack
        if (which === 0 && body.ack > 700) await a.kill()
      }
    }
    const [first, second] = await Promise.allSettled([send(0), send(1)])
    expect([first?.status, second?.status]).toEqual(['rejected', 'fulfilled'])
    expect(acked[1]).toBe(2000)
    const { stdout } = await run('export', ...at(place), '--device', device.deviceId)
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(entries).toEqual(chain)
    expect(verifyChain(entries, sha256Hex)).toMatchObject({ ok: true, count: 2000 })
    expect((await run('devices', ...at(place))).stdout).not.toContain('INCIDENTS')
  }, 90_000)

  it('are neither heard nor talked into anything by another account of the database', async () => {
    const { a, b, ...site } = await twoHubs()
    const user = `u_${randomUUID().slice(0, 8)}`
    await asAdministrator(`CREATE ROLE ${user} LOGIN PASSWORD 'secret'`)
    later(() => asAdministrator(`DROP ROLE ${user}`))
    const eavesdropper = new pg.Client({
      connectionString: databaseUrl(site.name, { user, password: 'secret' }),
    })
    await eavesdropper.connect()
    later(() => eavesdropper.end())
    const overheard: string[] = []
    eavesdropper.on('notification', ({ payload = '' }) => overheard.push(payload))
    await eavesdropper.query('LISTEN scanside_hubs')
    await expect(eavesdropper.query('SELECT * FROM scanside.parcels')).rejects.toThrow('permission denied')

    const device = await site.enrol(a, 'ct-1')
    const room = await device.connect()
    const console = await site.at(b, await site.register('dr-chen')).onCall('c-chen')
    await present(room, 'dr-chen')
    await roomsWith(console, { [device.deviceId]: true })
    // Forged, and heard before said again.
    const forged = JSON.stringify({
      from: 'h-forged',
      n: 1,
      word: { kind: 'enrolled', deviceId: 'd-x', roomId: 'ct-1' },
    })
    for (const notice of [forged, '#1', ...overheard.slice(0, 20)])
      await eavesdropper.query('SELECT pg_notify($1, $2)', ['scanside_hubs', notice])
    const word = { physicianId: 'dr-chen', connectionId: 'c-chen', epoch: 1, data: { candidate: 'x' } }
    expect(await room.send('signal', word)).toEqual({ ok: true })
    expect((await console.next('signal')).data).toEqual({ candidate: 'x' })
    await room.send('status', withPrimary(null))
    expect(await roomsWith(console, { [device.deviceId]: true })).toHaveLength(1)
    expect(overheard.length).toBeGreaterThan(5)
    expect(overheard.filter((notice) => notice !== forged).join('')).not.toMatch(/dr-chen|c-chen|d-/)
  }, 60_000)

  it('find each other again after a cable was out, with what was said and pressed meanwhile', async () => {
    const { name, url, drop } = await freshDatabase()
    later(drop)
    const target = new URL(url)
    const gate = await openGate({ host: target.hostname, port: Number(target.port) })
    later(gate.close)
    const a = await startHub({ database: databaseUrl(name, { port: gate.port }) })
    const b = await startHub({ database: url, publicUrl: a.url })
    const device = await enrol(a, 'ct-1')
    const room = await device.connect()
    await room.send('status', withPrimary('dr-chen'))
    const { physicianId, cookie, authenticator } = await register(a, 'dr-chen')
    const chen = physicianOf(`http://localhost:${b.port}`, physicianId, cookie, authenticator, a.url)
    const console = await chen.onCall('c-chen')
    await present(room, 'dr-chen')
    await roomsWith(console, { [device.deviceId]: true })

    gate.cut()
    // Each side sees within seconds that the other is not there: nobody looks reachable who is not.
    await Promise.all([present(room), roomsWith(console, { [device.deviceId]: false })])
    const noted = await chen.say({ kind: 'accepted', deviceId: device.deviceId, escalationId: 'e-0' })
    expect(await console.send('statement', noted)).toEqual({ ok: true })
    const pressed = room.send('page', { page: pageOf(device) })
    expect(await pressed).toMatchObject({ error: { kind: 'not-stored' } })
    expect([room.count('statement'), console.count('page')]).toEqual([0, 0])

    gate.mend()
    await present(room, 'dr-chen')
    expect((await console.next('page')).page).toMatchObject({ escalationId: 'e-1' })
    expect(await room.next('statement')).toEqual(noted)
    await roomsWith(console, { [device.deviceId]: true })
    expect(await room.send('page', { page: pageOf(device, { elapsedMs: 9000 }) })).toEqual({ ok: true })
  }, 60_000)
})
