import { afterEach, expect, it } from 'vitest'
import { hubToWorkstation } from '../../../src/contract/hub.ts'
import { generateKeyPair, signJson } from '../../../src/platform/node/ed25519.ts'
import { verifySignedStatement } from '../../../src/platform/node/verify-statement.ts'
import { cleanUp } from '../../support/undo.ts'
import { describeOnEachStore, deviceOf, enrol, kindOf, physicianOf, register, startHub } from './kit.ts'

afterEach(cleanUp)

const order = { what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' }

async function scene() {
  const hub = await startHub()
  const device = await enrol(hub, 'ct-1')
  const chen = await register(hub, 'dr-chen')
  const ordered = {
    kind: 'ordered' as const,
    deviceId: device.deviceId,
    sessionId: null,
    escalationId: null,
    order,
  }
  return { hub, device, chen, line: await chen.onCall(), ordered }
}

describeOnEachStore('a statement', () => {
  it('reaches the room with its signature, and its console when it is logged', async () => {
    const { device, chen, line, ordered } = await scene()
    const room = await device.connect()
    const signed = await chen.say(ordered)
    expect(await line.send('statement', signed)).toEqual({ ok: true })
    const received = hubToWorkstation.statement.parse(await room.next('statement'))
    expect(received).toEqual(signed)
    expect(verifySignedStatement(received, device.hubPublicKey, new Date().toISOString()).ok).toBe(true)
    await room.send('statement-logged', { statementId: signed.statement.id })
    expect(await line.next('statement-logged')).toEqual({ statementId: signed.statement.id })
    // Said again, because the console did not hear: it is in the log, and the room is not asked again.
    expect(await line.send('statement', signed)).toEqual({ ok: true })
    expect(await line.next('statement-logged')).toEqual({ statementId: signed.statement.id })
    expect(room.count('statement')).toBe(1)
  })

  it('waits for a room that is away, through a restart of the hub, until the room has logged it', async () => {
    const { hub, device, chen, line, ordered } = await scene()
    const first = await chen.say(ordered)
    const review = await chen.say({ kind: 'gap-reviewed', deviceId: device.deviceId, note: 'seen' })
    await line.send('statement', first)
    await line.send('statement', review)
    await hub.hub.stop()
    const again = await startHub({ ...hub.place, publicUrl: hub.url })
    const url = `http://localhost:${again.port}`
    const there = deviceOf(url, device.deviceId, device.roomId, device.hubPublicKey, device.key)
    const room = await there.connect()
    expect([await room.next('statement'), await room.next('statement')]).toEqual([first, review])
    await room.send('statement-logged', { statementId: first.statement.id })
    room.close()
    await room.closed
    const back = await there.connect()
    expect(await back.next('statement')).toEqual(review)
    const console = await physicianOf(url, 'dr-chen', chen.cookie, chen.authenticator, hub.url).connect()
    await back.send('statement-logged', { statementId: review.statement.id })
    expect(await console.next('statement-logged')).toEqual({ statementId: review.statement.id })
    expect(back.count('statement')).toBe(1)
  })

  it('is refused when it is forged, in every way, and nothing of it reaches the room', async () => {
    const { hub, device, chen, line, ordered } = await scene()
    const room = await device.connect()
    const rao = await register(hub, 'dr-rao')
    const signed = await chen.say(ordered)
    const { statement, signer } = signed
    const stranger = generateKeyPair()
    const own = { ...signer.certificate, publicKey: stranger.publicKey }
    const later = { ...statement, order: { ...order, dose: '3 mg' } } as typeof statement
    const tries = {
      'statement-not-by-certificate': { ...signed, statement: later },
      'certificate-not-by-hub': {
        statement,
        signature: signJson(stranger.privateKey, statement as never),
        signer: { certificate: own, signature: signJson(stranger.privateKey, own) },
      },
      'certificate-of-another': { ...signed, signer: (await rao.say(ordered)).signer },
      'not-your-word': await rao.say(ordered),
      malformed: { ...signed, extra: true },
    }
    for (const [kind, forged] of Object.entries(tries))
      expect([kind, kindOf(await line.send('statement', forged))]).toEqual([kind, kind])
    expect(await line.send('statement', signed)).toEqual({ ok: true })
    expect(await room.next('statement')).toEqual(signed)
    expect(room.count('statement')).toBe(1)
  })

  it('keeps its name: another one under it is refused', async () => {
    const { chen, line, ordered } = await scene()
    const signed = await chen.say({ ...ordered, id: 's-1' })
    const other = await chen.say({ ...ordered, id: 's-1', order: { ...order, dose: '0.5 mg' } })
    expect(await line.send('statement', signed)).toEqual({ ok: true })
    expect(await line.send('statement', signed)).toEqual({ ok: true })
    expect(kindOf(await line.send('statement', other))).toBe('statement-conflict')
  })
})
