import { createHmac } from 'node:crypto'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import {
  hubProblemSchema,
  iceConfigOf,
  iceResponseSchema,
  protocolVersion,
  signedPolicySchema,
} from '../../../src/contract/hub.ts'
import { createHub } from '../../../src/hub/hub.ts'
import { verifyJson } from '../../../src/platform/node/ed25519.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, chainOf, enrol, manualClock, register, startHub, tempDir } from './kit.ts'

afterEach(cleanUp)

describe('policy', () => {
  it('is signed by the hub’s pinned key, over exactly what is sent', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const headers = { authorization: `Bearer ${await device.token()}` }
    const { policy, signature } = signedPolicySchema.parse(
      (await ask(hub.url, '/api/policy', { headers })).body,
    )
    expect(policy).toMatchObject({ ...testSite(), version: 1 })
    expect(verifyJson(device.hubPublicKey, policy as never, signature)).toBe(true)
    expect(verifyJson(device.hubPublicKey, { ...policy, version: 2 } as never, signature)).toBe(false)
  })

  it('keeps its version through a restart with the same site, and grows with another', async () => {
    const first = await startHub()
    const device = await enrol(first, 'ct-1')
    await first.hub.stop()
    const versionAt = async (site?: ReturnType<typeof testSite>) => {
      const { hub, port } = await startHub({
        data: first.data,
        publicUrl: first.url,
        ...(site ? { site } : {}),
      })
      const url = `http://localhost:${port}`
      const { deviceId } = device
      const { body } = await ask(url, '/api/device/challenge', { json: { deviceId } })
      expect(body.challenge).toBeTypeOf('string')
      const devices = await hub.devices()
      expect(devices).toHaveLength(1)
      await hub.stop()
      const db = new Database(join(first.data, 'hub.sqlite'), { readonly: true })
      const version = db.prepare('SELECT max(version) FROM policies').pluck().get()
      db.close()
      return version
    }
    expect(await versionAt(testSite())).toBe(1)
    expect(await versionAt(testSite({ observationMs: 120_000 }))).toBe(2)
  })

  it('is issued anew before it grows stale, and the rooms are told', async () => {
    const clock = manualClock()
    const hub = await startHub({ clock, site: testSite({ staleAfterMs: 600_000 }) })
    const device = await enrol(hub, 'ct-1')
    const room = await device.connect()
    clock.advance(300_001)
    expect(await room.next('policy-changed')).toEqual({ version: 2 })
    const headers = { authorization: `Bearer ${await device.token()}` }
    expect((await ask(hub.url, '/api/policy', { headers })).body.policy).toMatchObject({
      version: 2,
      issuedAt: '2026-11-20T12:05:00.001Z',
    })
  })
})

describe('TURN credentials', () => {
  it('are coturn’s: a name that expires and its HMAC, for devices and physicians alone', async () => {
    const clock = manualClock()
    const turn = { urls: ['turn:turn.example.org:3478'], secret: 'north-secret', ttlS: 3600 }
    const hub = await startHub({ clock, turn, stunUrls: ['stun:stun.example.org:3478'] })
    const device = await enrol(hub, 'ct-1')
    const headers = { authorization: `Bearer ${await device.token()}` }
    const { body } = await ask(hub.url, '/api/ice', { headers })
    const username = `${Date.parse('2026-11-20T13:00:00.000Z') / 1000}:${device.deviceId}`
    const credential = createHmac('sha1', 'north-secret').update(username).digest('base64')
    expect(iceResponseSchema.parse(body)).toEqual({
      ok: true,
      iceServers: [
        { urls: ['stun:stun.example.org:3478'] },
        { urls: ['turn:turn.example.org:3478'], username, credential },
      ],
      expiresInS: 3600,
    })
    const { cookie } = await register(hub, 'dr-chen')
    const asPhysician = await ask(hub.url, '/api/ice', { headers: { cookie } })
    expect(asPhysician.body.iceServers[1].username).toMatch(/^\d+:dr-chen$/)
    expect((await ask(hub.url, '/api/ice')).status).toBe(401)
  })

  it('say so where media may go through the relay alone, which needs one', async () => {
    const turn = { urls: ['turn:turn.example.org:3478'], secret: 'north-secret', ttlS: 3600 }
    const hub = await startHub({ turn, relayOnly: true })
    const { cookie } = await register(hub, 'dr-chen')
    const { body } = await ask(hub.url, '/api/ice', { headers: { cookie } })
    expect(iceConfigOf(iceResponseSchema.parse(body))).toMatchObject({ relayOnly: true })
    await expect(startHub({ relayOnly: true })).rejects.toThrow('relayOnly: needs turn')
  })

  it('are not made up where there is no relay', async () => {
    const hub = await startHub()
    const { cookie } = await register(hub, 'dr-chen')
    expect((await ask(hub.url, '/api/ice', { headers: { cookie } })).body).toEqual({
      ok: true,
      iceServers: [],
      expiresInS: null,
    })
  })
})

describe('the house', () => {
  it('says its health and its version', async () => {
    const clock = manualClock()
    const { url } = await startHub({ clock })
    clock.advance(90_000)
    expect((await ask(url, '/api/health')).body).toMatchObject({ ok: true, database: 'ok', uptimeS: 90 })
    expect((await ask(url, '/api/version')).body).toMatchObject({
      ok: true,
      product: 'scanside-hub',
      protocolVersion,
    })
  })

  it.each([
    ['an unknown path', '/api/nothing?patient=1', {}, 404, 'not-found'],
    ['an unknown method', '/api/enrol', { method: 'DELETE' }, 404, 'not-found'],
    ['an unreadable path', '/%zz', {}, 400, 'malformed'],
    ['a climbing path', '/..%2f..%2fetc/passwd', {}, 404, 'not-found'],
    [
      'no JSON',
      '/api/enrol',
      { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
      400,
      'malformed',
    ],
    [
      'no body',
      '/api/enrol',
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      400,
      'malformed',
    ],
    [
      'another type',
      '/api/enrol',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/csv' } },
      415,
      'malformed',
    ],
  ])('answers %s in its one form', async (_, path, init, status, kind) => {
    const { url } = await startHub()
    const answer = await ask(url, path, init)
    expect([answer.status, hubProblemSchema.parse(answer.body).error.kind]).toEqual([status, kind])
    expect(JSON.stringify(answer.body)).not.toMatch(/patient|node_modules|\.ts/)
  })

  it('serves the console under a policy that lets nothing else in', async () => {
    const pagesDir = await tempDir()
    await mkdir(join(pagesDir, 'assets'))
    await writeFile(join(pagesDir, 'index.html'), '<title>console</title>')
    await writeFile(join(pagesDir, 'assets', 'a.js'), 'export {}')
    const { url, port } = await startHub({ pagesDir })
    for (const path of ['/', '/invite', '/invite?code=ABCD-EFGH-JKMN']) {
      const { status, body, headers } = await ask(url, path)
      expect([status, body]).toEqual([200, '<title>console</title>'])
      const policy = headers.get('content-security-policy')
      expect(policy).toContain("default-src 'none'; script-src 'self'")
      expect(policy).toContain(`connect-src 'self' ws://localhost:${port};`)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(headers.get('permissions-policy')).toBe('camera=(self), microphone=(self), display-capture=()')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
    const script = await ask(url, '/assets/a.js')
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ])
    expect((await ask(url, '/assets/none.js')).status).toBe(404)
  })

  it('says so where the console is not built', async () => {
    const { url } = await startHub({ pagesDir: join(await tempDir(), 'none') })
    const { status, body } = await ask(url, '/')
    expect(status).toBe(503)
    expect(body).toContain('npm run build')
  })

  it('writes no secret, no patient and no signal to its log in a whole exchange', async () => {
    const hub = await startHub()
    const code = await hub.hub.issueEnrolmentCode('ct-2')
    const device = await enrol(hub, 'ct-1')
    const token = await device.token()
    const room = await device.connect()
    const chen = await register(hub, 'dr-chen')
    const line = await chen.onCall('c-1')
    const sdp = 'v=0 candidate:1 1 udp 198.51.100.7'
    await room.send('signal', { physicianId: 'dr-chen', connectionId: 'c-1', epoch: 0, data: { sdp } })
    await line.send('signal', { deviceId: device.deviceId, epoch: 0, data: { sdp } })
    const chain = chainOf(device.deviceId, 2).map((e) => ({ ...e, body: { patientName: 'Doe^Jane' } }))
    await device.post(chain)
    await room.send('status', { step: 'Doe^Jane' })
    const note = 'P-1001 had hives'
    const said = await chen.say({ kind: 'gap-reviewed', deviceId: device.deviceId, note })
    await line.send('statement', said)
    await room.next('statement')
    await ask(hub.url, '/api/enrol?code=P-1001', { json: { code, publicKey: 'x', hostname: 'Doe^Jane' } })
    await ask(hub.url, '/api/policy', { headers: { authorization: `Bearer ${token}x` } })
    await ask(hub.url, `/invite?code=${code}`)
    await hub.hub.stop()
    const text = hub.log.join('')
    expect(text).toContain('workstation connected')
    expect(text).toContain('request refused')
    for (const secret of [code, token, chen.cookie.split('=')[1] ?? '', sdp, 'Doe', 'P-1001', said.signature])
      expect(text).not.toContain(secret)
  })
})

describe('data', () => {
  it('is private to its account', async () => {
    const { data } = await startHub()
    expect((await stat(join(data, 'hub.sqlite'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(data, 'hub.sqlite-wal'))).mode & 0o777).toBe(0o600)
  })

  it('of a newer hub, of another program, or damaged is refused and left as it is', async () => {
    const newer = await startHub()
    await newer.hub.stop()
    const db = new Database(join(newer.data, 'hub.sqlite'))
    db.pragma('user_version = 99')
    db.close()
    await expect(createHub({ data: newer.data, port: 0, logLevel: 'silent' })).rejects.toThrow(
      'written by a newer version of the hub (format 99',
    )

    const foreign = await tempDir()
    const other = new Database(join(foreign, 'hub.sqlite'))
    other.exec('CREATE TABLE theirs (a)')
    other.close()
    await expect(createHub({ data: foreign, port: 0 })).rejects.toThrow('not a Scanside hub')

    const damaged = await tempDir()
    await writeFile(join(damaged, 'hub.sqlite'), 'x'.repeat(8192))
    await expect(createHub({ data: damaged, port: 0 })).rejects.toThrow('is damaged')
  })

  it('keeps the log append-only below the program', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    await device.post(chainOf(device.deviceId, 3))
    await hub.hub.stop()
    const db = new Database(join(hub.data, 'hub.sqlite'))
    for (const sql of [
      "UPDATE log SET entry = '{}'",
      'DELETE FROM log',
      "INSERT OR REPLACE INTO log SELECT device_id, 2, hash, prev, '{}', received_at FROM log WHERE seq = 2",
      'INSERT INTO log SELECT device_id, 9, hash, prev, entry, received_at FROM log WHERE seq = 3',
    ])
      expect(() => db.exec(sql)).toThrow('append-only')
    db.close()
  })
})

describe('configuration', () => {
  it('is refused with everything that is wrong in it', async () => {
    const data = await tempDir()
    const site = testSite()
    const broken = { ...site, rooms: [{ ...site.rooms[0]!, bench: ['dr-nobody'] }] }
    const attempt = createHub({
      data,
      port: 70_000,
      publicUrl: 'ftp://x',
      site: broken,
      tls: { cert: 'x', key: 'y' },
    })
    await expect(attempt).rejects.toThrow(
      /port: [\s\S]*publicUrl: [\s\S]*tls\.cert: [\s\S]*tls\.key: [\s\S]*site\.rooms\.0\.bench: "dr-nobody"/,
    )
    await expect(createHub({ data, port: 0 })).rejects.toThrow('knows no site yet')
  })

  it('says when its port is taken', async () => {
    const first = await startHub()
    const second = await createHub({
      data: await tempDir(),
      port: first.port,
      site: testSite(),
      logLevel: 'silent',
    })
    await expect(second.start()).rejects.toThrow(`Something else listens on 127.0.0.1 port ${first.port}`)
    await second.stop()
  })

  it('refuses a bad site while it runs and goes on with the good one', async () => {
    const { hub } = await startHub()
    await expect(hub.replaceSite({ ...testSite(), rooms: [] })).rejects.toThrow('rooms: ')
    await expect(hub.issueEnrolmentCode('ct-9')).rejects.toThrow('Known: ct-1, ct-2, mr-1')
    await expect(hub.issueEnrolmentCode('ct-1')).resolves.toBeTypeOf('string')
  })
})
