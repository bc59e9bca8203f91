import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { verifyChain } from '../../../src/domain/log/entry.ts'
import { generateKeyPair, sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { testSite } from '../../support/site.ts'
import { ask, chainOf, cleanUp, deviceOf, later, tempDir } from './kit.ts'

afterEach(cleanUp)

const cli = join(import.meta.dirname, '../../../src/hub/cli.ts')

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [cli, ...args], { maxBuffer: 1e9 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

/** The hub as a process of its own; resolves when it says where it is. */
async function launch(data: string, ...args: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(
    process.execPath,
    [cli, '--data', data, '--port', '0', '--log-level', 'warn', ...args],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  later(() => child.kill('SIGKILL'))
  const said: string[] = []
  for await (const line of createInterface({ input: child.stderr! })) {
    said.push(line)
    const url = /the console is at (\S+)/.exec(line)?.[1]
    if (url) return { child, url }
  }
  throw new Error(`the hub did not start: ${said.join('\n')}`)
}

async function withSite(): Promise<{ data: string; site: string }> {
  const dir = await tempDir()
  const site = join(dir, 'site.json')
  await writeFile(site, JSON.stringify(testSite()))
  return { data: join(dir, 'data'), site }
}

async function enrolAt(url: string, data: string) {
  const key = generateKeyPair()
  const code = (await run('code', '--data', data, '--room', 'ct-1')).stdout.trim()
  const { body } = await ask(url, '/api/enrol', { json: { code, publicKey: key.publicKey, hostname: 'pc' } })
  return { ...body, key } as { deviceId: string; hubPublicKey: string; key: typeof key }
}

describe('the hub as a process', () => {
  it('loses nothing that it acknowledged when it is killed in the middle of ingest', async () => {
    const { data, site } = await withSite()
    const first = await launch(data, '--site', site)
    const { deviceId, hubPublicKey, key } = await enrolAt(first.url, data)
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

    const second = await launch(data)
    const again = deviceOf(second.url, deviceId, 'ct-1', hubPublicKey, key)
    const { body } = await again.post(chain.slice(acked - 1, acked + 100))
    expect(body).toMatchObject({ ok: true })
    expect(body.ack).toBeGreaterThanOrEqual(acked + 100)
    const { stdout } = await run('export', '--data', data, '--device', deviceId)
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(verifyChain(entries, sha256Hex)).toMatchObject({ ok: true, count: body.ack })
  }, 60_000)

  it('stops gracefully at SIGTERM, while requests come and sockets are open', async () => {
    const { data, site } = await withSite()
    const { child, url } = await launch(data, '--site', site)
    const { deviceId, hubPublicKey, key } = await enrolAt(url, data)
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
    const { url } = await launch(data, '--site', site)
    const { deviceId, hubPublicKey, key } = await enrolAt(url, data)
    const socket = await deviceOf(url, deviceId, 'ct-1', hubPublicKey, key).connect()
    const invite = await run('invite', '--data', data, '--physician', 'dr-chen')
    expect(invite.stdout).toMatch(new RegExp(`^${url}/invite\\?code=[0-9A-Z-]{14}\\n$`))
    expect(await run('revoke', '--data', data, '--device', deviceId)).toMatchObject({ code: 0 })
    expect(await socket.closed).toBe('io server disconnect')
    expect((await run('devices', '--data', data)).stdout).toContain('revoked')
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
