import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { protocolVersion } from '../../../src/contract/hub.ts'
import { residentMb } from '../../bench/memory.ts'
import { summarize } from '../../bench/stats.ts'
import { cleanUp, later } from '../../support/undo.ts'
import {
  ask,
  connect,
  deviceOf,
  enrol,
  kindOf,
  type Line,
  manualClock,
  refusalOf,
  register,
  startHub,
  type TestDevice,
} from './kit.ts'
import { pageOf } from './paging-scene.ts'
import { at, launch, run, withSite } from './processes.ts'

afterEach(cleanUp)

const idle = { step: 'idle', technologistSignedIn: false, primary: null, standby: null }
const signal = { physicianId: 'dr-chen', connectionId: 'c', epoch: 0, data: {} }
const many = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))
const countOf = (kinds: readonly string[], kind: string) => kinds.filter((one) => one === kind).length

describe('one identity’s allowance', () => {
  it('is no larger over a new connection', async () => {
    const clock = manualClock()
    const hub = await startHub({ clock })
    const device = await enrol(hub, 'ct-1')
    const first = await device.connect()
    const spent = await many(700, () => first.send('signal', signal))
    expect(countOf(spent.map(kindOf), 'too-fast')).toBe(100)
    const second = await device.connect()
    expect(kindOf(await second.send('signal', signal))).toBe('too-fast')
    // What it calls for is another allowance, and what it may send comes back with time.
    expect(await second.send('page', { page: pageOf(device) })).toEqual({ ok: true })
    clock.advance(1000)
    expect(kindOf(await second.send('signal', signal))).toBe('not-present')
  })

  it('is shared by all pages of one physician, and by nobody else', async () => {
    const hub = await startHub({ clock: manualClock() })
    const device = await enrol(hub, 'ct-1')
    const [chen, rao] = [await register(hub, 'dr-chen'), await register(hub, 'dr-rao')]
    const pages = [await chen.connect(), await chen.connect(), await chen.connect()]
    const toRoom = { deviceId: device.deviceId, epoch: 0, data: {} }
    const answers = await many(1500, (index) => (pages[index % 3] as Line).send('signal', toRoom))
    expect(countOf(answers.map(kindOf), 'not-on-call')).toBe(1200)
    expect(countOf(answers.map(kindOf), 'too-fast')).toBe(300)
    expect(kindOf(await (await rao.connect()).send('signal', toRoom))).toBe('not-on-call')
  })

  it('has so many connections, requests and batches at once', async () => {
    const clock = manualClock()
    const hub = await startHub({ clock })
    const [device, other] = [await enrol(hub, 'ct-1'), await enrol(hub, 'ct-2')]
    const token = await device.token()
    const attempt = () => refusalOf(connect(hub.url, '/workstation', { protocol: protocolVersion, token }))
    const kinds: string[] = []
    for (let i = 0; i < 32; i += 1) kinds.push(await attempt())
    expect([countOf(kinds, 'connected'), countOf(kinds, 'too-fast')]).toEqual([30, 2])
    clock.advance(1000)
    expect(await attempt()).toBe('connected')
    expect(await (await other.connect()).send('status', idle)).toEqual({ ok: true })

    const headers = { authorization: `Bearer ${token}` }
    const answers = await many(320, () => ask(hub.url, '/api/log', { headers }))
    expect(
      countOf(
        answers.map(({ status }) => String(status)),
        '429',
      ),
    ).toBe(20)
    expect(kindOf(answers.find(({ status }) => status === 429)?.body)).toBe('throttled')
    expect((await other.post([{}])).status).toBe(409)
  })

  it('ends in a cut when it is overdrawn all the same, by messages or by bytes', async () => {
    const hub = await startHub({ clock: manualClock() })
    const [device, other] = [await enrol(hub, 'ct-1'), await enrol(hub, 'ct-2')]
    const [room, calm] = [await device.connect(), await other.connect()]
    const flooding = many(6000, () => room.send('signal', signal).catch(() => undefined))
    expect(await room.closed).toBe('io server disconnect')
    await flooding
    // Some were on their way when it was cut.
    expect(hub.hub.refusals()['too-fast']).toBeGreaterThan(5000)
    expect(hub.hub.refusals().flood).toBe(1)

    const heavy = await other.connect()
    await calm.closed
    const data = { sdp: 'x'.repeat(250 * 1024) }
    const weighing = many(80, () => heavy.send('signal', { ...signal, data }).catch(() => undefined))
    expect(await heavy.closed).toBe('io server disconnect')
    await weighing
    expect(hub.hub.refusals()).toMatchObject({ flood: 2 })
    expect(hub.log.join('')).toContain('flood cut off')
    expect((await ask(hub.url, '/api/health')).status).toBe(200)
  })

  it('has so many open calls: the newest rings, the oldest ends', async () => {
    const hub = await startHub({ clock: manualClock() })
    const device = await enrol(hub, 'ct-1')
    const room = await device.connect()
    const chen = await (await register(hub, 'dr-chen')).onCall()
    for (let n = 1; n <= 10; n += 1)
      expect(await room.send('page', { page: pageOf(device, { escalationId: `e-${n}` }) })).toEqual({
        ok: true,
      })
    for (let n = 1; n <= 10; n += 1)
      expect(await chen.next('page')).toMatchObject({ page: { escalationId: `e-${n}` } })
    const ended = [await chen.next('page-end'), await chen.next('page-end')]
    expect(ended).toMatchObject([{ escalationId: 'e-1' }, { escalationId: 'e-2' }])
    expect(chen.count('page-end')).toBe(2)
  })
})

describe('a flood', () => {
  it('from one room leaves the pages of another in time, and the hub of about its size', async () => {
    const { data, site } = await withSite()
    const { child, url } = await launch({ data }, '--site', site)
    const administer = async (...args: string[]) => (await run(...args, ...at({ data }))).stdout.trim()
    const issueEnrolmentCode = (roomId: string) => administer('code', '--room', roomId)
    const issueInvite = async (physicianId: string) => {
      const invite = await administer('invite', '--physician', physicianId)
      return { url: invite, code: new URL(invite).searchParams.get('code') ?? '' }
    }
    const hub = { url, hub: { issueEnrolmentCode, issueInvite } }
    const mad = await enrol(hub, 'ct-1')
    const calm = await enrol(hub, 'mr-1')
    const room = await calm.connect()
    const okafor = await (await register(hub, 'dr-okafor')).onCall()
    const before = await pressToPageMs(calm, room, okafor, 'before')
    const calmMb = residentMb(child.pid ?? 0)

    const script = fileURLToPath(new URL('flooder.ts', import.meta.url))
    const flooding = spawn(process.execPath, [script, url, await mad.token(), mad.deviceId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    later(() => flooding.kill('SIGKILL'))
    let sent = { messages: 0, connections: 0, refusedConnections: 0, requests: 0, cutOff: 0 }
    createInterface({ input: flooding.stdout }).on('line', (line) => {
      sent = JSON.parse(line)
    })
    await expect.poll(() => sent.cutOff, { timeout: 60_000 }).toBeGreaterThan(0)
    const during = await pressToPageMs(calm, room, okafor, 'during')
    const madMb = residentMb(child.pid ?? 0)
    flooding.kill('SIGKILL')
    const [rest, flood] = [summarize(before), summarize(during)]
    console.log(
      `press → page at rest: p50 ${rest.p50.toFixed(1)} ms, max ${rest.max.toFixed(1)} ms; in the flood: p50 ${flood.p50.toFixed(1)} ms, max ${flood.max.toFixed(1)} ms; hub ${calmMb.toFixed(0)} and ${madMb.toFixed(0)} MB; the flood: ${JSON.stringify(sent)}`,
    )
    // A person waits for seconds at the most, on a machine whose two cores the flooder shares.
    expect(flood.p50).toBeLessThan(1000)
    expect(flood.max).toBeLessThan(5000)
    expect(madMb - calmMb).toBeLessThan(400)
    // The connection of the other room was never lost, and the mad one is let in again once it is calm.
    expect(await room.send('status', idle)).toEqual({ ok: true })
    expect(child.exitCode).toBeNull()
    const again = deviceOf(url, mad.deviceId, 'ct-1', mad.hubPublicKey, mad.key)
    await expect.poll(() => refusalOf(again.connect()), { timeout: 60_000, interval: 500 }).toBe('connected')
  }, 240_000)
})

async function pressToPageMs(device: TestDevice, room: Line, console: Line, name: string) {
  const times: number[] = []
  for (let n = 0; n < 20; n += 1) {
    const escalationId = `e-${name}-${n}`
    const pressedMs = performance.now()
    const sending = room.send('page', { page: pageOf(device, { escalationId }) })
    expect(await console.next('page')).toMatchObject({ page: { escalationId } })
    times.push(performance.now() - pressedMs)
    await sending
    await room.send('page-end', { escalationId, outcome: 'ended', words: '' })
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  return times
}
