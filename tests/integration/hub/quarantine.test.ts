import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, expect, it } from 'vitest'
import { logAckSchema } from '../../../src/contract/hub.ts'
import { checkExport } from '../../../src/domain/log/check-export.ts'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { verifyJson } from '../../../src/platform/node/ed25519.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, chainOf, describeOnEachStore, enrol, startHub, type TestDevice, type TestHub } from './kit.ts'

afterEach(cleanUp)

const linesOf = ({ hub }: TestHub, { deviceId }: TestDevice) => Array.fromAsync(hub.exportLog(deviceId))
const apartOf = ({ hub }: TestHub, { deviceId }: TestDevice) => Array.fromAsync(hub.quarantine(deviceId))
/** As a disk leaves an entry of which it has changed a byte. */
const spoilt = (entry: LogEntry) => ({ ...entry, body: { ...entry.body, mark: 'spoilt' } })
const damaged = ({ seq, hash }: LogEntry, text = '{"seq":') => ({ damaged: { seq, hash, text } })

describeOnEachStore('a damaged entry', () => {
  async function scene(count = 6) {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    return { hub, device, chain: chainOf(device.deviceId, count) }
  }

  it.each([
    ['as it is', spoilt],
    ['as its text', (entry: LogEntry) => damaged(entry)],
  ])('sent %s is kept apart; the chain goes on over its hash; the receipt names it', async (_, form) => {
    const { hub, device, chain } = await scene()
    const sent = chain.map((entry) => (entry.seq === 3 ? form(entry) : entry))
    const { status, body } = await device.post(sent)
    expect(status).toBe(200)
    const { ack, hash, at, holes, signature } = logAckSchema.parse(body)
    expect([ack, holes]).toEqual([6, [{ seq: 3, hash: chain[2]?.hash }]])
    const receipt = { purpose: 'scanside-log-receipt', device: device.deviceId, seq: ack, hash, at }
    expect(verifyJson(device.hubPublicKey, { ...receipt, holes: holes ?? [] }, signature)).toBe(true)
    expect(verifyJson(device.hubPublicKey, receipt, signature)).toBe(false)

    const odd = sent[2] as object
    const text = 'damaged' in odd ? '{"seq":' : JSON.stringify(odd)
    expect(await apartOf(hub, device)).toMatchObject([
      { seq: 3, hash: chain[2]?.hash, reason: 'damaged', text },
    ])
    expect(await hub.hub.devices()).toMatchObject([{ entries: 6, incidents: 1, quarantined: 1 }])
    const lines = await linesOf(hub, device)
    expect(JSON.parse(lines[2] ?? '')).toEqual({
      hole: { device: device.deviceId, seq: 3, hash: chain[2]?.hash },
    })
    const report = checkExport(lines, exportChecks())
    expect(report).toMatchObject({ ok: false, fault: { seq: 3 }, held: { seq: 6 }, count: 5 })
    expect(report.ok ? '' : report.fault.message).toMatch(/^Entry 3 is not in this file.*All other entries/)
  })

  it('is filled by the true entry when that comes later, and the receipt names nothing any more', async () => {
    const { hub, device, chain } = await scene()
    await device.post(chain.map((entry) => (entry.seq === 3 ? spoilt(entry) : entry)))
    expect((await device.post(chain.slice(0, 4))).body).toMatchObject({ ok: true, ack: 6 })
    const { body } = await device.post(chain)
    expect(body.holes).toBeUndefined()
    expect(await linesOf(hub, device)).toEqual(chain.map((entry) => JSON.stringify(entry)))
    // What came first is kept all the same.
    expect(await apartOf(hub, device)).toHaveLength(1)
  })

  it('at the end of a batch waits for the next one, which must name its hash', async () => {
    const { hub, device, chain } = await scene()
    const sent = chain.map((entry) => (entry.seq === 4 ? damaged(entry) : entry))
    const first = await device.post(sent.slice(0, 4))
    expect(first.body.error).toMatchObject({
      kind: 'broken-chain',
      expectedSeq: 4,
      quarantined: { from: 4, to: 4 },
    })
    expect((await device.post(sent.slice(3, 5))).body).toMatchObject({ ok: true, ack: 5 })
    expect((await device.post(chain.slice(5))).body).toMatchObject({ ok: true, ack: 6 })
    expect(await apartOf(hub, device)).toHaveLength(1)
  })

  it('several in a row are stepped over together', async () => {
    const { hub, device, chain } = await scene()
    const sent = chain.map((entry) => (entry.seq === 3 || entry.seq === 4 ? damaged(entry) : entry))
    expect((await device.post(sent)).body).toMatchObject({
      ok: true,
      ack: 6,
      holes: [{ seq: 3 }, { seq: 4 }],
    })
    expect(await apartOf(hub, device)).toHaveLength(2)
  })

  it('that the next entry does not follow stops the chain there; both are kept apart', async () => {
    const { hub, device, chain } = await scene()
    const [next] = chainOf(device.deviceId, 1, { seq: 3, hash: 'e'.repeat(64) })
    const answer = await device.post([...chain.slice(0, 2), damaged(chain[2] as LogEntry), next])
    expect(answer.body.error).toMatchObject({ kind: 'broken-chain', expectedSeq: 3 })
    expect(await linesOf(hub, device)).toHaveLength(2)
    // Said once, however often it is sent.
    await device.post([damaged(chain[2] as LogEntry), next])
    expect(await hub.hub.incidents(device.deviceId)).toHaveLength(1)
    expect((await device.post(chain.slice(2))).body).toMatchObject({ ok: true, ack: 6 })
  })

  it('that the hub holds sound is a copy to be looked at, and no reason to stop', async () => {
    const { hub, device, chain } = await scene()
    await device.post(chain)
    const [more] = chainOf(device.deviceId, 1, { seq: 6, hash: chain[5]?.hash ?? '' })
    const sent = [damaged(chain[4] as LogEntry), chain[5], more]
    expect((await device.post(sent)).body).toMatchObject({ ok: true, ack: 7 })
    expect(await apartOf(hub, device)).toMatchObject([{ seq: 5, reason: 'damaged' }])
    expect((await linesOf(hub, device)).slice(0, 6)).toEqual(chain.map((entry) => JSON.stringify(entry)))
  })
})

describeOnEachStore('a fork', () => {
  it('goes to quarantine whole, batch after batch, wherever the other log has come to', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 6)
    await device.post(chain)
    const fork = chainOf(device.deviceId, 9, { seq: 4, hash: chain[3]?.hash ?? '' }, 'b')
    const first = await device.post([chain[3], ...fork.slice(0, 4)])
    expect(first.body.error).toMatchObject({ kind: 'fork', quarantined: { from: 5, to: 8 } })
    const second = await device.post(fork.slice(4))
    expect(second.body.error).toMatchObject({ kind: 'fork', quarantined: { from: 9, to: 13 } })
    const apart = await apartOf(hub, device)
    expect(apart.map(({ text }) => text)).toEqual(fork.map((entry) => JSON.stringify(entry)))
    expect(new Set(apart.map(({ reason }) => reason))).toEqual(new Set(['fork']))
    expect(await linesOf(hub, device)).toEqual(chain.map((entry) => JSON.stringify(entry)))
    await device.post(fork)
    expect(await apartOf(hub, device)).toHaveLength(9)
  })
})

describeOnEachStore('a compressed batch', () => {
  const send = async (url: string, device: TestDevice, body: BodyInit, encoding: string) =>
    ask(url, '/api/log', {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'content-encoding': encoding,
        authorization: `Bearer ${await device.token()}`,
      },
    })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)(
    'by %s is taken like any other; what unpacks to more than 4 MB is refused',
    async (name, compress) => {
      const hub = await startHub()
      const device = await enrol(hub, 'ct-1')
      const chain = chainOf(device.deviceId, 2000)
      const json = JSON.stringify({ deviceId: device.deviceId, entries: chain })
      const { status, body } = await send(hub.url, device, compress(json), name)
      expect([status, body.ack, body.hash]).toEqual([200, 2000, chain.at(-1)?.hash])

      const bomb = compress(Buffer.alloc(300 * 1024 * 1024))
      expect(bomb.length).toBeLessThan(400_000)
      const before = process.memoryUsage.rss()
      const refused = await send(hub.url, device, bomb, name)
      expect([refused.status, refused.body.error.kind]).toEqual([413, 'too-large'])
      expect(refused.body.error.message).toMatch(/4 MB/)
      expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 * 1024)
    },
  )

  it('that is cut off, or is none, or of another kind, is refused in words', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const whole = gzipSync('{}')
    for (const [body, encoding, status] of [
      [whole.subarray(0, 12), 'gzip', 400],
      [Buffer.from('no zstd at all'), 'zstd', 400],
      [whole, 'br', 415],
    ] as const) {
      const answer = await send(hub.url, device, body, encoding)
      expect([answer.status, answer.body.error.kind]).toEqual([status, 'malformed'])
    }
    const stranger = await ask(hub.url, '/api/log', {
      method: 'POST',
      body: gzipSync('{}'),
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    })
    expect(stranger.status).toBe(401)
  })
})

it('a hub says what it holds when it is asked, signed, also that it holds nothing', async () => {
  const hub = await startHub()
  const device = await enrol(hub, 'ct-1')
  const holds = async () => {
    const answer = await ask(hub.url, '/api/log', {
      headers: { authorization: `Bearer ${await device.token()}` },
    })
    const { ack, hash, at, signature } = logAckSchema.parse(answer.body)
    const receipt = { purpose: 'scanside-log-receipt', device: device.deviceId, seq: ack, hash, at }
    expect(verifyJson(device.hubPublicKey, receipt, signature)).toBe(true)
    return { ack, hash }
  }
  expect(await holds()).toEqual({ ack: 0, hash: '0'.repeat(64) })
  const chain = chainOf(device.deviceId, 3)
  await device.post(chain)
  expect(await holds()).toEqual({ ack: 3, hash: chain[2]?.hash })
})
