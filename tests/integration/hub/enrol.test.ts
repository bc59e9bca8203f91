import { afterEach, expect, it } from 'vitest'
import { deviceIdOf, enrolResponseSchema, hubProblemSchema } from '../../../src/contract/hub.ts'
import { generateKeyPair, publicKeySha256, signJson } from '../../../src/platform/node/ed25519.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, describeOnEachStore, enrol, kindOf, manualClock, startHub } from './kit.ts'

afterEach(cleanUp)

const request = (code: string, key = generateKeyPair()) => ({
  json: { code, publicKey: key.publicKey, hostname: 'ct1-pc' },
})

describeOnEachStore('enrolment', () => {
  it('makes a device known by its key, once for each code', async () => {
    const { hub, url } = await startHub()
    const code = await hub.issueEnrolmentCode('ct-1')
    expect(code).toMatch(/^([2-9A-HJKMNP-TW-Z]{4}-){2}[2-9A-HJKMNP-TW-Z]{4}$/)
    const key = generateKeyPair()
    const first = await ask(url, '/api/enrol', request(code.toLowerCase().replaceAll('-', ' '), key))
    expect(enrolResponseSchema.parse(first.body)).toMatchObject({
      deviceId: deviceIdOf(publicKeySha256(key.publicKey)),
      siteId: 'site-1',
      roomId: 'ct-1',
    })
    const again = await ask(url, '/api/enrol', request(code))
    expect([again.status, kindOf(again.body)]).toEqual([403, 'code-used'])
    expect(await hub.devices()).toMatchObject([{ roomId: 'ct-1', hostname: 'ct1-pc', entries: 0 }])
  })

  it('gives one device to two that race for one code', async () => {
    const { hub, url } = await startHub()
    const code = await hub.issueEnrolmentCode('ct-1')
    const answers = await Promise.all([1, 2, 3].map(() => ask(url, '/api/enrol', request(code))))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403])
    expect(await hub.devices()).toHaveLength(1)
  })

  it('says of each bad code what is wrong with it', async () => {
    const clock = manualClock()
    const { hub, url } = await startHub({ clock })
    const wrong = await ask(url, '/api/enrol', request('ABCD-EFGH-JKMN'))
    expect([wrong.status, kindOf(wrong.body)]).toEqual([403, 'code-wrong'])

    const code = await hub.issueEnrolmentCode('ct-1')
    clock.advance(24 * 60 * 60 * 1000)
    const expired = await ask(url, '/api/enrol', request(code))
    expect([expired.status, kindOf(expired.body)]).toEqual([403, 'code-expired'])

    const forGone = await hub.issueEnrolmentCode('mr-1')
    await hub.replaceSite(testSite({ rooms: testSite().rooms.slice(0, 2) }))
    const gone = await ask(url, '/api/enrol', request(forGone))
    expect([gone.status, kindOf(gone.body)]).toEqual([403, 'room-gone'])

    const malformed = await ask(url, '/api/enrol', { json: { code: 7, hostname: 'x' } })
    expect([malformed.status, kindOf(malformed.body)]).toEqual([400, 'malformed'])
    expect(malformed.body.error.message).toContain('publicKey')
    for (const { body } of [wrong, expired, gone, malformed]) hubProblemSchema.parse(body)
  })

  it('throttles guessing', async () => {
    const { url } = await startHub({ limits: { enrolPerAddress: 3 } })
    const answers = []
    for (let i = 0; i < 4; i += 1) answers.push(await ask(url, '/api/enrol', request('ABCD-EFGH-JKMN')))
    expect(answers.map(({ body }) => kindOf(body))).toEqual([
      'code-wrong',
      'code-wrong',
      'code-wrong',
      'throttled',
    ])
    expect(answers[3]?.status).toBe(429)
    expect(answers[3]?.headers.get('retry-after')).toMatch(/^\d+$/)
  })
})

describeOnEachStore('device tokens', () => {
  it('are given for a fresh challenge signed by the enrolled key, once', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const { deviceId } = device
    const token = await device.token()
    const bearer = { headers: { authorization: `Bearer ${token}` } }
    expect((await ask(hub.url, '/api/policy', bearer)).status).toBe(200)

    const { body } = await ask(hub.url, '/api/device/challenge', { json: { deviceId } })
    const { challenge } = body
    const toSign = { purpose: 'scanside-device-token', deviceId, challenge }
    const forged = signJson(generateKeyPair().privateKey, toSign)
    const refused = await ask(hub.url, '/api/device/token', {
      json: { deviceId, challenge, signature: forged },
    })
    expect([refused.status, kindOf(refused.body)]).toEqual([401, 'signature-invalid'])
    const signature = signJson(device.key.privateKey, toSign)
    const spent = await ask(hub.url, '/api/device/token', { json: { deviceId, challenge, signature } })
    expect([spent.status, kindOf(spent.body)]).toEqual([401, 'challenge-invalid'])
  })

  it('end after a quarter of an hour, and challenges after a minute', async () => {
    const clock = manualClock()
    const hub = await startHub({ clock })
    const device = await enrol(hub, 'ct-1')
    const { deviceId } = device
    const token = await device.token()
    const { body } = await ask(hub.url, '/api/device/challenge', { json: { deviceId } })
    const { challenge } = body
    clock.advance(61_000)
    const signature = signJson(device.key.privateKey, {
      purpose: 'scanside-device-token',
      deviceId,
      challenge,
    })
    const late = await ask(hub.url, '/api/device/token', { json: { deviceId, challenge, signature } })
    expect(kindOf(late.body)).toBe('challenge-invalid')
    clock.advance(15 * 60_000)
    const expired = await ask(hub.url, '/api/policy', { headers: { authorization: `Bearer ${token}` } })
    expect([expired.status, kindOf(expired.body)]).toEqual([401, 'token-expired'])
  })

  it('are refused to the unknown and the revoked, and those in use end with the device', async () => {
    const hub = await startHub()
    const device = await enrol(hub, 'ct-1')
    const token = await device.token()
    const line = await device.connect()
    const unknown = await ask(hub.url, '/api/device/challenge', { json: { deviceId: 'd-nobody' } })
    expect([unknown.status, kindOf(unknown.body)]).toEqual([404, 'device-unknown'])

    expect(await hub.hub.revoke(device.deviceId)).toBe(true)
    expect(await line.closed).toBe('io server disconnect')
    const revoked = await ask(hub.url, '/api/device/challenge', { json: { deviceId: device.deviceId } })
    expect([revoked.status, kindOf(revoked.body)]).toEqual([403, 'device-revoked'])
    const used = await ask(hub.url, '/api/policy', { headers: { authorization: `Bearer ${token}` } })
    expect([used.status, kindOf(used.body)]).toEqual([403, 'device-revoked'])
  })

  it('are told from sessions, nonsense and nothing', async () => {
    const { url } = await startHub()
    const none = await ask(url, '/api/policy')
    expect([none.status, kindOf(none.body)]).toEqual([401, 'token-missing'])
    const nonsense = await ask(url, '/api/policy', { headers: { authorization: 'Bearer x.y.z' } })
    expect([nonsense.status, kindOf(nonsense.body)]).toEqual([401, 'token-invalid'])
  })
})
