import { afterEach, expect, it } from 'vitest'
import { strandedAckSchema } from '../../../src/contract/hub.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, chainOf, describeOnEachStore, enrol, startHub, type TestDevice, type TestHub } from './kit.ts'

afterEach(cleanUp)

const apartOf = ({ hub }: TestHub, { deviceId }: TestDevice) => Array.fromAsync(hub.quarantine(deviceId))
const linesOf = ({ hub }: TestHub, { deviceId }: TestDevice) => Array.fromAsync(hub.exportLog(deviceId))
const offer = async (
  hub: TestHub,
  device: TestDevice,
  texts: readonly string[],
  deviceId = device.deviceId,
) =>
  ask(hub.url, '/api/log/stranded', {
    json: { deviceId, texts },
    headers: { authorization: `Bearer ${await device.token()}` },
  })

describeOnEachStore('entries that are stranded behind a damage', () => {
  async function scene() {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 9)
    await device.post(chain.slice(0, 4))
    return { hub, device, chain, texts: chain.map((entry) => JSON.stringify(entry)) }
  }

  it('are kept apart as they come, once, with the reason, and are in no chain', async () => {
    const { hub, device, chain, texts } = await scene()
    // The fifth is lost; the last two that the hub has are offered as well, by a room that has forgotten it.
    const offered = [...texts.slice(2, 4), ...texts.slice(5)]
    const { status, body } = await offer(hub, device, offered)
    expect([status, strandedAckSchema.parse(body).apart]).toEqual([200, 4])
    const apart = await apartOf(hub, device)
    expect(apart.map(({ seq, hash, reason }) => [seq, hash, reason])).toEqual(
      chain.slice(5).map(({ seq, hash }) => [seq, hash, 'stranded']),
    )
    expect(apart.map(({ text }) => text)).toEqual(texts.slice(5))
    expect(await linesOf(hub, device)).toEqual(texts.slice(0, 4))
    expect((await offer(hub, device, offered)).body).toEqual(body)
    expect(await apartOf(hub, device)).toHaveLength(4)
    expect(await hub.hub.incidents(device.deviceId)).toMatchObject([
      { kind: 'stranded', seq: 6, detail: expect.stringContaining('4 entries from 6 to 9') },
    ])
    // Should the lost one come after all, the log goes on as if nothing had been put apart.
    expect((await device.post(chain.slice(4))).body).toMatchObject({ ok: true, ack: 9 })
    expect(await linesOf(hub, device)).toEqual(texts)
  })

  it('are refused whole, in words, if one is none of this workstation’s, or is not what its hash says', async () => {
    const { hub, device, chain, texts } = await scene()
    const other = await enrol(hub, 'ct-2')
    const [foreign] = chainOf(other.deviceId, 1)
    for (const text of [JSON.stringify(foreign), JSON.stringify({ ...chain[7], mono: -1 }), '{"seq":', '7']) {
      const { status, body } = await offer(hub, device, [texts[6] ?? '', text])
      expect([status, body.error.kind]).toEqual([400, 'malformed'])
      expect(body.error.message).toMatch(/^Text 2 is no entry of this workstation/)
    }
    expect((await offer(hub, other, texts.slice(5), device.deviceId)).status).toBe(400)
    const stranger = await ask(hub.url, '/api/log/stranded', {
      json: { deviceId: device.deviceId, texts: texts.slice(5) },
    })
    expect(stranger.status).toBe(401)
    expect(await apartOf(hub, device)).toEqual([])
  })
})
