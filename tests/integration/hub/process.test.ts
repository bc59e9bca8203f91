import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { verifyChain } from '../../../src/domain/log/entry.ts'
import { sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { chainOf, describeOnEachStore, deviceOf, freshPlace } from './kit.ts'
import { at, enrolAt, launch, run, siteFile, withSite } from './processes.ts'

afterEach(cleanUp)

describeOnEachStore('a hub that is killed', () => {
  it('has lost nothing that it acknowledged, in the middle of ingest', async () => {
    const place = await freshPlace()
    const first = await launch(place, '--site', await siteFile())
    const { deviceId, hubPublicKey, key } = await enrolAt(first.url, place)
    const chain = chainOf(deviceId, 4000)
    let acked = 0
    const device = deviceOf(first.url, deviceId, 'ct-1', hubPublicKey, key)
    const sending = (async () => {
      for (let from = 0; from < chain.length; from += 20) {
        const { body } = await device.post(chain.slice(from, from + 20))
        acked = body.ack
        if (acked >= 600 && !first.child.killed) first.child.kill('SIGKILL')
      }
    })()
    await expect(sending).rejects.toThrow()
    expect(acked).toBeGreaterThanOrEqual(600)

    const second = await launch(place)
    const again = deviceOf(second.url, deviceId, 'ct-1', hubPublicKey, key)
    const { body } = await again.post(chain.slice(acked - 1, acked + 100))
    expect(body).toMatchObject({ ok: true })
    expect(body.ack).toBeGreaterThanOrEqual(acked + 100)
    const { stdout } = await run('export', ...at(place), '--device', deviceId)
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(verifyChain(entries, sha256Hex)).toMatchObject({ ok: true, count: body.ack })
  }, 60_000)
})

describe('the hub as a process', () => {
  it('stops gracefully at SIGTERM, while requests come and sockets are open', async () => {
    const { data, site } = await withSite()
    const { child, url } = await launch({ data }, '--site', site)
    const { deviceId, hubPublicKey, key } = await enrolAt(url, { data })
    const device = deviceOf(url, deviceId, 'ct-1', hubPublicKey, key)
    const socket = await device.connect()
    const chain = chainOf(deviceId, 10_000)
    let acked = 0
    const sending = (async () => {
      for (let from = 0; from < chain.length; from += 250) {
        const { status, body } = await device.post(chain.slice(from, from + 250))
        if (status !== 200) return
        acked = body.ack
        if (acked === 500) child.kill('SIGTERM')
      }
    })().catch(() => undefined)
    const [code] = await once(child, 'exit')
    await sending
    expect(code).toBe(0)
    // Closed, not told to leave: a client comes back by itself.
    expect(await socket.closed).toBe('transport close')
    const { stdout } = await run('devices', '--data', data)
    expect(stdout).toMatch(new RegExp(`^${deviceId}  ct-1  pc .* enrolled\\n$`))
    expect(Number(/(\d+) entries/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(acked)
  }, 60_000)

  it('is administered while it runs', async () => {
    const { data, site } = await withSite()
    const { url } = await launch({ data }, '--site', site)
    const { deviceId, hubPublicKey, key } = await enrolAt(url, { data })
    const socket = await deviceOf(url, deviceId, 'ct-1', hubPublicKey, key).connect()
    const invite = await run('invite', '--data', data, '--physician', 'dr-chen')
    expect(invite.stdout).toMatch(new RegExp(`^${url}/invite\\?code=[0-9A-Z-]{14}\\n$`))
    expect(await run('revoke', '--data', data, '--device', deviceId)).toMatchObject({ code: 0 })
    expect(await socket.closed).toBe('io server disconnect')
    expect((await run('devices', '--data', data)).stdout).toContain('revoked')
  }, 60_000)

  it('shares its data directory with no other hub, and lets go of it however it ends', async () => {
    const { data, site } = await withSite()
    const { child } = await launch({ data }, '--site', site)
    const second = await run('--data', data, '--port', '0')
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`Another hub runs on ${data}. Stop it first`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await launch({ data })
  }, 60_000)

  it('explains itself and its refusals, without a stack trace', async () => {
    const { data, site } = await withSite()
    expect((await run('--help')).stdout).toContain('npm run hub -- code')
    const broken = testSite()
    const bad = join(data, '..', 'bad.json')
    await writeFile(
      bad,
      JSON.stringify({ ...broken, observationMs: 5, rooms: [{ ...broken.rooms[0], modality: 'US' }] }),
    )
    const refused = await run('--data', data, '--site', bad, '--port', '0')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('rooms.0.modality: ')
    expect(refused.stderr).toContain('observationMs: ')
    await writeFile(bad, '{')
    const cases: [string[], string][] = [
      [['--port', '0'], '--data is missing'],
      [['--data', data, '--database', 'postgres://localhost/x'], 'give one of them'],
      [['--database', 'mysql://localhost/x'], 'write postgres://'],
      [['--data', data, '--port', 'x', '--site', site], '--port is a number'],
      [['--data', data, '--site', bad], 'is not JSON'],
      [['--data', data, '--site', join(data, 'none.json')], 'cannot be read'],
      [['--data', data, '--tls-cert', site], 'belong together'],
      [['--data', data, '--port', '0', '--turn-url', 'turn:x'], '--turn-secret-file'],
      [['--data', data, '--frobnicate'], 'frobnicate'],
      [['explode'], 'There is no command "explode"'],
      [['code', '--data', join(data, 'none'), '--room', 'ct-1'], "no hub's data"],
      [['--data', data, '--port', '0'], 'knows no site yet'],
      [['export', '--data', data, '--device', 'd-none'], 'there is no device d-none'],
    ]
    const answers = await Promise.all(cases.slice(0, -1).map(([args]) => run(...args)))
    answers.push(await run(...cases.at(-1)![0]))
    for (const [index, { code, stderr }] of answers.entries()) {
      expect(stderr).toContain(cases[index]?.[1])
      expect(stderr).not.toMatch(/\n {4}at /)
      expect(code).toBeGreaterThan(0)
    }
  }, 60_000)
})
