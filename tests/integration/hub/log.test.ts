import { afterEach, expect, it } from 'vitest'
import { logAckSchema, logRefusalSchema } from '../../../src/contract/hub.ts'
import { emptyChain, hashEntry, type LogEntry, verifyChain } from '../../../src/domain/log/entry.ts'
import { sha256Hex, verifyJson } from '../../../src/platform/node/ed25519.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, chainOf, describeOnEachStore, enrol, segmentBegun, startHub, type TestHub } from './kit.ts'

afterEach(cleanUp)

async function stored({ hub }: TestHub, deviceId: string): Promise<LogEntry[]> {
  const lines = await Array.fromAsync(hub.exportLog(deviceId))
  return lines.map((line) => JSON.parse(line))
}

describeOnEachStore('log ingest', () => {
  it('takes a chain in batches, acknowledges the highest, and gives it back as it was', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 30)
    await device.post(chain.slice(0, 10))
    const { status, body } = await device.post(chain.slice(10))
    expect(status).toBe(200)
    const ack = logAckSchema.parse(body)
    expect(ack).toMatchObject({ ok: true, ack: 30, hash: chain[29]?.hash })
    const receipt = {
      purpose: 'scanside-log-receipt',
      device: device.deviceId,
      seq: 30,
      hash: ack.hash,
      at: ack.at,
    }
    expect(verifyJson(device.hubPublicKey, receipt, ack.signature)).toBe(true)
    expect(verifyJson(device.hubPublicKey, { ...receipt, seq: 31 }, ack.signature)).toBe(false)
    expect(await stored(hub, device.deviceId)).toEqual(chain)
  })

  it('acknowledges again what it has, alone or with what is new', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 8)
    await device.post(chain.slice(0, 5))
    expect((await device.post(chain.slice(0, 5))).body).toMatchObject({ ok: true, ack: 5 })
    expect((await device.post(chain.slice(1, 3))).body).toMatchObject({
      ok: true,
      ack: 5,
      hash: chain[4]?.hash,
    })
    expect((await device.post(chain.slice(3))).body).toMatchObject({ ok: true, ack: 8 })
    expect(await stored(hub, device.deviceId)).toEqual(chain)
  })

  it('takes the same batch from several attempts at once, once', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 50)
    await device.token()
    const answers = await Promise.all([1, 2, 3, 4].map(() => device.post(chain)))
    expect(answers.map(({ body }) => body.ack)).toEqual([50, 50, 50, 50])
    expect(await stored(hub, device.deviceId)).toEqual(chain)
  })

  it('names from where to send when there is a gap, and keeps what came before it', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 9)
    const early = await device.post(chain.slice(4))
    expect(early.status).toBe(409)
    expect(logRefusalSchema.parse(early.body).error).toMatchObject({ kind: 'gap', expectedSeq: 1 })
    const torn = await device.post([...chain.slice(0, 3), ...chain.slice(6)])
    expect(torn.body.error).toMatchObject({ kind: 'gap', expectedSeq: 4 })
    expect((await device.post(chain.slice(3))).body).toMatchObject({ ok: true, ack: 9 })
    expect((await hub.hub.devices())[0]).toMatchObject({ entries: 9, incidents: 0 })
  })

  it('takes a new segment after a damage in the room, says from where, and keeps what the room has lost', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const old = chainOf(device.deviceId, 9)
    await device.post(old)
    const first = segmentBegun(device.deviceId, 1)
    const later = [first, ...chainOf(device.deviceId, 3, first, 'b')]
    // The room has found again no more than seven of its entries.
    const answer = await device.post([...old.slice(0, 7), ...later])
    expect(answer.body).toMatchObject({ ok: true, ack: 1_000_000_004, hash: later[3]?.hash })
    expect(await stored(hub, device.deviceId)).toEqual([...old, ...later])
    expect((await hub.hub.devices())[0]).toMatchObject({ incidents: 1 })
    // Asked again from the beginning, it compares and says the same; a later segment may follow, an earlier not grow.
    expect((await device.post([...old.slice(3, 7), ...later])).body).toMatchObject({ ack: 1_000_000_004 })
    const third = segmentBegun(device.deviceId, 3)
    expect((await device.post([third])).body).toMatchObject({ ack: 3_000_000_001 })
    const late = chainOf(device.deviceId, 1, { seq: 9, hash: old[8]?.hash ?? '' })
    expect((await device.post(late)).body.error).toMatchObject({ kind: 'fork', expectedSeq: 3_000_000_002 })
    expect(verifyChain(await stored(hub, device.deviceId), sha256Hex)).toMatchObject({ ok: true, count: 14 })
  })

  it.each([
    ['of another type', (e: LogEntry) => reseal({ ...e, type: 'workstation-locked' }), 'gap'],
    ['that follows something', (e: LogEntry) => reseal({ ...e, prev: 'f'.repeat(64) }), 'broken-chain'],
    ['under another number', (e: LogEntry) => reseal({ ...e, seq: e.seq + 1 }), 'gap'],
  ])('takes no jump to an entry %s', async (_, spoil, kind) => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    await device.post(chainOf(device.deviceId, 2))
    const answer = await device.post([spoil(segmentBegun(device.deviceId, 1))])
    expect(answer.body.error).toMatchObject({ kind, expectedSeq: 3 })
  })

  it('makes a fork an incident and repairs nothing', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 6)
    await device.post(chain)
    const other = chainOf(device.deviceId, 3, { seq: 4, hash: chain[3]?.hash ?? '' }, 'b')
    const answer = await device.post(other)
    expect(answer.status).toBe(409)
    expect(answer.body.error).toMatchObject({ kind: 'fork', expectedSeq: 7 })
    expect(answer.body.error.message).toContain('Entry 5')
    expect(await stored(hub, device.deviceId)).toEqual(chain)
    expect((await hub.hub.devices())[0]).toMatchObject({ entries: 6, incidents: 1 })
  })

  it.each([
    ['a link to another past', (e: LogEntry) => reseal({ ...e, prev: 'f'.repeat(64) }), 'broken-chain'],
    ['a changed body', (e: LogEntry) => ({ ...e, body: { reason: 'changed' } }), 'broken-chain'],
    ['another device', (e: LogEntry) => reseal({ ...e, device: 'd-other' }), 'foreign-device'],
    ['text that has no canonical form', (e: LogEntry) => ({ ...e, body: { a: '\ud800' } }), 'malformed'],
    ['no hash', ({ hash: _, ...e }: LogEntry) => e, 'malformed'],
  ])('refuses %s', async (_, spoil, kind) => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 4)
    await device.post(chain.slice(0, 2))
    const answer = await device.post([spoil(chain[2]!)])
    expect(answer.status).toBe(409)
    expect(answer.body.error).toMatchObject({ kind, expectedSeq: 3 })
    // The honest entry is still welcome.
    expect((await device.post(chain.slice(2))).body).toMatchObject({ ok: true, ack: 4 })
  })

  it('keeps what it cannot read: unknown types, unknown members, odd names', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const odd = JSON.parse(
      `{"device":"${device.deviceId}","v":2,"type":"from-the-future","later":{"a":[1.5,null]},"body":{"__proto__":{"x":1},"constructor":{"prototype":2},"":"é \\u0000"}}`,
    )
    const entry = reseal({ ...odd, seq: 1, prev: emptyChain.hash })
    const [next] = chainOf(device.deviceId, 1, { seq: 1, hash: entry.hash })
    expect((await device.post([entry, next])).body).toMatchObject({ ok: true, ack: 2 })
    const [line] = await Array.fromAsync(hub.hub.exportLog(device.deviceId))
    expect(line).toBe(JSON.stringify(entry))
    expect(verifyChain(await stored(hub, device.deviceId), sha256Hex).ok).toBe(true)
  })

  it('takes no entries under another device’s name', async () => {
    const hub = await startHub()
    const [one, two] = [await enrol(hub, 'ct-1'), await enrol(hub, 'ct-2')]
    const answer = await one.post(chainOf(two.deviceId, 2), two.deviceId)
    expect([answer.status, answer.body.error.kind]).toEqual([409, 'foreign-device'])
    expect(await stored(hub, two.deviceId)).toEqual([])
  })

  it('refuses what is too large or not a batch, in words', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const large = await device.post([{ body: 'x'.repeat(5 * 1024 * 1024) }])
    expect([large.status, large.body.error.kind]).toEqual([413, 'too-large'])
    const many = await device.post(Array.from({ length: 4001 }, () => ({})))
    expect([many.status, many.body.error.kind]).toEqual([400, 'malformed'])
    const nested = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const links = `"device":"${device.deviceId}","seq":1,"prev":"${emptyChain.hash}","hash":"${emptyChain.hash}"`
    const deep = await ask(hub.url, '/api/log', {
      method: 'POST',
      body: `{"deviceId":"${device.deviceId}","entries":[{${links},"body":${nested}}]}`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await device.token()}` },
    })
    expect([deep.status, deep.body.error.kind]).toEqual([409, 'malformed'])
    expect((await device.post(chainOf(device.deviceId, 1))).status).toBe(200)
  })

  it('takes ten thousand entries and exports them whole', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 10_000)
    for (let from = 0; from < chain.length; from += 500) {
      const { body } = await device.post(chain.slice(from, from + 500))
      expect(body.ack).toBe(from + 500)
    }
    const report = verifyChain(await stored(hub, device.deviceId), sha256Hex)
    expect(report).toMatchObject({ ok: true, count: 10_000, head: { hash: chain.at(-1)?.hash } })
  })
})

function reseal(entry: LogEntry): LogEntry {
  const { hash: _, ...rest } = entry
  return { ...rest, hash: hashEntry(rest, sha256Hex) }
}
