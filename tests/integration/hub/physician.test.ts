import { afterEach, describe, expect, it } from 'vitest'
import { consoleKeyResponseSchema, meSchema, protocolVersion } from '../../../src/contract/hub.ts'
import { generateKeyPair, verifyJson } from '../../../src/platform/node/ed25519.ts'
import { createAuthenticator } from '../../support/authenticator.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, connect, cookiesOf, kindOf, manualClock, refusalOf, register, startHub } from './kit.ts'

afterEach(cleanUp)

const base = '/api/physician'

describe('registration by invite and passkey', () => {
  it('signs the physician in, with a cookie that scripts and other sites cannot use', async () => {
    const { hub, url } = await startHub()
    const authenticator = createAuthenticator(url)
    const { code: invite, url: link } = await hub.issueInvite('dr-chen')
    expect(new URL(link).origin).toBe(url)
    const headers = { origin: url }
    const options = await ask(url, `${base}/register/options`, { json: { invite }, headers })
    expect(options.body).toMatchObject({
      rp: { id: 'localhost', name: 'Scanside' },
      user: { name: 'Dr. A. Chen' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    const verified = await ask(url, `${base}/register/verify`, {
      json: { invite, response: authenticator.create(options.body) },
      headers: { ...headers, cookie: cookiesOf(options) },
    })
    expect(verified.body).toEqual({ ok: true })
    const [cookie] = verified.headers.getSetCookie()
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).toMatch(/Max-Age=43200/)
    const me = await ask(url, `${base}/me`, { headers: { cookie: cookiesOf(verified) } })
    expect(meSchema.parse(me.body)).toMatchObject({ physicianId: 'dr-chen', name: 'Dr. A. Chen' })
  })

  it('uses an invite up, and says what is wrong with a bad one', async () => {
    const clock = manualClock()
    const { hub, url } = await startHub({ clock })
    const headers = { origin: url }
    const optionsFor = (invite: string) => ask(url, `${base}/register/options`, { json: { invite }, headers })
    expect(kindOf((await optionsFor('ABCD-EFGH-JKMN')).body)).toBe('invite-wrong')

    const { code } = await hub.issueInvite('dr-chen')
    const [one, two] = [await optionsFor(code), await optionsFor(code)]
    const verify = (options: typeof one) =>
      ask(url, `${base}/register/verify`, {
        json: { invite: code, response: createAuthenticator(url).create(options.body) },
        headers: { ...headers, cookie: cookiesOf(options) },
      })
    expect((await verify(one)).status).toBe(200)
    expect(kindOf((await verify(two)).body)).toBe('invite-used')
    expect(kindOf((await optionsFor(code)).body)).toBe('invite-used')

    const old = await hub.issueInvite('dr-rao')
    clock.advance(7 * 24 * 60 * 60 * 1000)
    expect(kindOf((await optionsFor(old.code)).body)).toBe('invite-expired')
    await expect(hub.issueInvite('dr-nobody')).rejects.toThrow('There is no physician "dr-nobody"')
  })

  it('refuses a passkey made for another address, another challenge, or another browser', async () => {
    const { hub, url } = await startHub()
    const { code: invite } = await hub.issueInvite('dr-chen')
    const headers = { origin: url }
    const options = () => ask(url, `${base}/register/options`, { json: { invite }, headers })
    const verify = async (response: unknown, cookie: string) =>
      kindOf(
        (
          await ask(url, `${base}/register/verify`, {
            json: { invite, response },
            headers: { ...headers, cookie },
          })
        ).body,
      )
    const first = await options()
    const phished = createAuthenticator('https://evil.example').create(first.body)
    expect(await verify(phished, cookiesOf(first))).toBe('passkey-refused')
    const [second, third] = [await options(), await options()]
    expect(await verify(createAuthenticator(url).create(second.body), cookiesOf(third))).toBe(
      'passkey-refused',
    )
    expect(await verify(createAuthenticator(url).create(second.body), '')).toBe('ceremony-over')
    expect(await verify({ id: 'x' }, cookiesOf(second))).toBe('malformed')
    const elsewhere = await ask(url, `${base}/register/options`, {
      json: { invite },
      headers: { origin: 'https://evil.example' },
    })
    expect([elsewhere.status, kindOf(elsewhere.body)]).toEqual([403, 'wrong-origin'])
  })
})

describe('sign-in by passkey', () => {
  async function signIn(url: string, authenticator: ReturnType<typeof createAuthenticator>, origin = url) {
    const headers = { origin }
    const options = await ask(url, `${base}/sign-in/options`, { json: {}, headers })
    return ask(url, `${base}/sign-in/verify`, {
      json: { response: authenticator.get(options.body) },
      headers: { ...headers, cookie: cookiesOf(options) },
    })
  }

  it('takes a registered passkey again and again, and a restart of the hub does not matter', async () => {
    const first = await startHub()
    const { authenticator, cookie } = await register(first, 'dr-chen')
    expect((await signIn(first.url, authenticator)).status).toBe(200)
    await first.hub.stop()
    // Behind the same public address, as behind a proxy.
    const second = await startHub({ data: first.data, publicUrl: first.url })
    const url = `http://localhost:${second.port}`
    expect((await ask(url, `${base}/me`, { headers: { cookie } })).status).toBe(200)
    const again = await signIn(url, authenticator, first.url)
    const me = await ask(url, `${base}/me`, { headers: { cookie: cookiesOf(again) } })
    expect(me.body.physicianId).toBe('dr-chen')
  })

  it('refuses an unknown passkey, and a cloned one by its counter', async () => {
    const hub = await startHub()
    const { authenticator } = await register(hub, 'dr-chen')
    const stranger = await signIn(hub.url, createAuthenticator(hub.url))
    expect([stranger.status, kindOf(stranger.body)]).toEqual([401, 'passkey-unknown'])

    const headers = { origin: hub.url }
    const options = () => ask(hub.url, `${base}/sign-in/options`, { json: {}, headers })
    const [a, b] = [await options(), await options()]
    const [older, newer] = [authenticator.get(a.body), authenticator.get(b.body)]
    const verify = (from: typeof a, response: unknown) =>
      ask(hub.url, `${base}/sign-in/verify`, {
        json: { response },
        headers: { ...headers, cookie: cookiesOf(from) },
      })
    expect((await verify(b, newer)).status).toBe(200)
    expect(kindOf((await verify(a, older)).body)).toBe('passkey-refused')
  })
})

describe('a session', () => {
  it('gets its console’s key certified for as long as it lasts', async () => {
    const clock = manualClock()
    const hub = await startHub({ clock })
    const physician = await register(hub, 'dr-chen')
    const { publicKey } = generateKeyPair()
    clock.advance(60 * 60 * 1000)
    const { body } = await physician.post(`${base}/console-key`, { publicKey })
    const { signer } = consoleKeyResponseSchema.parse(body)
    expect(signer.certificate).toEqual({
      physicianId: 'dr-chen',
      publicKey,
      issuedAt: '2026-11-20T13:00:00.000Z',
      expiresAt: '2026-11-21T00:00:00.000Z',
    })
    const me = await ask(hub.url, `${base}/me`, { headers: { cookie: physician.cookie } })
    expect(verifyJson(me.body.hubPublicKey, signer.certificate, signer.signature)).toBe(true)
  })

  it('acts from its own page only', async () => {
    const hub = await startHub()
    const { cookie } = await register(hub, 'dr-chen')
    const json = { publicKey: generateKeyPair().publicKey }
    for (const origin of [{}, { origin: 'https://evil.example' }]) {
      const answer = await ask(hub.url, `${base}/console-key`, { json, headers: { cookie, ...origin } })
      expect([answer.status, kindOf(answer.body)]).toEqual([403, 'wrong-origin'])
      const socket = connect(hub.url, '/console', { protocol: protocolVersion }, { cookie, ...origin })
      expect(await refusalOf(socket)).toBe('wrong-origin')
    }
  })

  it('ends by signing out, at once and everywhere', async () => {
    const hub = await startHub()
    const physician = await register(hub, 'dr-chen')
    const line = await physician.onCall()
    const out = await physician.post(`${base}/sign-out`, {})
    expect(out.headers.getSetCookie()[0]).toMatch(/^scanside_session=;/)
    expect(await line.closed).toBe('io server disconnect')
    const me = await ask(hub.url, `${base}/me`, { headers: { cookie: physician.cookie } })
    expect([me.status, kindOf(me.body)]).toEqual([401, 'session-ended'])
    expect(await refusalOf(physician.connect())).toBe('session-ended')
  })

  it('ends after twelve hours, and when its physician leaves the site', async () => {
    const clock = manualClock()
    const hub = await startHub({ clock })
    const [chen, rao] = [await register(hub, 'dr-chen'), await register(hub, 'dr-rao')]
    const [line, raoLine] = [await chen.onCall(), await rao.onCall()]
    const site = testSite()
    await hub.hub.replaceSite(
      testSite({
        physicians: site.physicians.filter(({ id }) => id !== 'dr-rao'),
        rooms: site.rooms.map((room) => ({ ...room, bench: room.bench.filter((id) => id !== 'dr-rao') })),
      }),
    )
    clock.advance(5000)
    expect(await raoLine.closed).toBe('io server disconnect')
    expect(await refusalOf(rao.connect())).toBe('session-of-nobody')

    clock.advance(12 * 60 * 60 * 1000)
    expect(await line.closed).toBe('io server disconnect')
    expect(await refusalOf(chen.connect())).toBe('session-ended')
    const nobody = await ask(hub.url, `${base}/me`)
    expect([nobody.status, kindOf(nobody.body)]).toEqual([401, 'not-signed-in'])
  })
})
