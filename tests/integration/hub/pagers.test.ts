import { createHmac, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { jwtVerify } from 'jose'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { personIn } from '../../../src/hub/pagers/notice.ts'
import type { Notice } from '../../../src/hub/pagers/pager.ts'
import { type PagerSettings, pagerSettingsSchema } from '../../../src/hub/pagers/settings.ts'
import { openWays } from '../../../src/hub/pagers/ways.ts'
import { isPushService } from '../../../src/hub/pagers/web-push.ts'
import type { PushSubscription } from '../../../src/hub/store.ts'
import { selfSigned } from '../../support/certificate.ts'
import { mailAccount, mailTarget, postTarget } from '../../support/pager-targets.ts'
import { pushBrowser } from '../../support/push-browser.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { tempDir } from './kit.ts'

afterEach(cleanUp)

let tls: { readonly cert: string; readonly key: string }
beforeAll(async () => {
  const { cert, key } = selfSigned(await tempDir())
  tls = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
})

const nowMs = Date.parse('2026-11-20T12:00:15.000Z')
const notice = (over: Partial<NonNullable<Notice['call']>> = {}): Notice => ({
  id: 'e-1 physician dr-chen 1',
  about: 'call',
  call: {
    escalationId: 'e-1',
    kind: 'reaction',
    drill: false,
    roomId: 'ct-1',
    room: 'CT 1',
    pressedAt: '2026-11-20T12:00:00.000Z',
    round: 1,
    ...over,
  },
  site: 'Imaging Center North',
  to: { kind: 'physician', physicianId: 'dr-chen' },
  name: 'Dr. A. Chen',
  callback: '5100',
  link: 'https://hub.example.org',
})

async function ways(settings: PagerSettings, subscriptions: readonly PushSubscription[] = []) {
  const removed: string[] = []
  const opened = await openWays(
    pagerSettingsSchema.parse(settings),
    {
      meta: { get: async () => null, set: async () => undefined, getOrMake: async (_, make) => make() },
      pushSubscriptions: {
        put: async () => undefined,
        of: async () => subscriptions,
        remove: async (endpoint) => void removed.push(endpoint),
      },
    },
    () => 'https://hub.example.org',
  )
  later(opened.stop)
  return { ...opened, removed }
}

describe('a webhook', () => {
  const key = 'a key that both sides know, at least'
  const hook = { kind: 'webhook', target: 'desk' } as const

  it('is signed over identifier, time and body, anew for each attempt, and hears the end', async () => {
    const target = await postTarget()
    const { send, end } = await ways({ webhooks: { desk: { url: `${target.url}/hook`, key } } })
    expect(await send(hook, notice(), nowMs)).toEqual({
      ok: true,
      words: 'taken by webhook "desk"',
      status: 202,
    })
    await send(hook, notice(), nowMs + 5000)
    await end(hook, notice(), nowMs + 9000)
    const [first, second, third] = target.taken
    for (const each of target.taken) {
      const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = each.headers
      const expected = createHmac('sha256', key).update(`${id}.${at}.${each.body}`).digest('base64')
      expect(signature).toBe(`v1,${expected}`)
    }
    expect([first?.headers['webhook-timestamp'], second?.headers['webhook-timestamp']]).toEqual([
      String(nowMs / 1000),
      String(nowMs / 1000 + 5),
    ])
    expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id'])
    expect(first?.json()).toEqual({
      event: 'call-opened',
      id: first?.headers['webhook-id'],
      call: notice().call,
      site: 'Imaging Center North',
      to: { kind: 'physician', physicianId: 'dr-chen', name: 'Dr. A. Chen' },
      callback: '5100',
      link: 'https://hub.example.org',
      title: 'REACTION in CT 1, Imaging Center North',
      text: expect.stringContaining('Call back: 5100'),
    })
    expect(third?.json()).toMatchObject({ event: 'call-ended', call: { escalationId: 'e-1' } })
  })

  it('is followed to no other place, and says whether another attempt is worth it', async () => {
    const [target, elsewhere] = [await postTarget(), await postTarget()]
    const { send } = await ways({ webhooks: { desk: { url: target.url, key } } })
    target.answer.headers = { location: elsewhere.url }
    const finals: [number, boolean][] = []
    for (const status of [307, 401, 404, 408, 429, 500, 503]) {
      target.answer.status = status
      const outcome = await send(hook, notice(), nowMs)
      if (!outcome.ok) finals.push([status, outcome.final])
    }
    expect(finals).toEqual([
      [307, true],
      [401, true],
      [404, true],
      [408, false],
      [429, false],
      [500, false],
      [503, false],
    ])
    expect(elsewhere.taken).toEqual([])
  })

  it('that is not there is said to be so', async () => {
    const { send } = await ways({ webhooks: { desk: { url: 'http://127.0.0.1:1', key } } })
    expect(await send(hook, notice(), nowMs)).toEqual({
      ok: false,
      final: false,
      words: 'webhook "desk" cannot be reached (ECONNREFUSED)',
    })
    expect(await send({ kind: 'webhook', target: 'other' }, notice(), nowMs)).toMatchObject({ final: true })
  })
})

it('PagerDuty gets one incident for a call, in its Events v2 form, and its end', async () => {
  const target = await postTarget()
  const routingKey = 'R0123456789ABCDEF0123456789ABCDE'
  const { send, end } = await ways({ pagerduty: { duty: { routingKey, url: target.url } } })
  const channel = { kind: 'pagerduty', service: 'duty' } as const
  expect(await send(channel, notice(), nowMs)).toMatchObject({ ok: true })
  expect(await send(channel, notice({ drill: true, round: 2 }), nowMs)).toMatchObject({ ok: true })
  expect(await end(channel, notice(), nowMs)).toMatchObject({ ok: true })
  expect(target.taken.map((each) => each.json())).toEqual([
    {
      routing_key: routingKey,
      event_action: 'trigger',
      dedup_key: 'scanside-e-1',
      client: 'Scanside',
      client_url: 'https://hub.example.org',
      links: [{ href: 'https://hub.example.org', text: 'Console' }],
      payload: {
        summary: 'REACTION in CT 1, Imaging Center North',
        source: 'Imaging Center North, CT 1',
        severity: 'critical',
        timestamp: '2026-11-20T12:00:00.000Z',
        component: 'CT 1',
        class: 'reaction',
        group: 'Imaging Center North',
        custom_details: { for: 'Dr. A. Chen', call_back: '5100', round: 1 },
      },
    },
    expect.objectContaining({
      dedup_key: 'scanside-e-1',
      payload: expect.objectContaining({ summary: expect.stringMatching(/^DRILL: /), severity: 'info' }),
    }),
    { routing_key: routingKey, event_action: 'resolve', dedup_key: 'scanside-e-1' },
  ])
})

describe('e-mail', () => {
  const mail = { kind: 'email', to: 'chen@example.org' } as const
  const smtp = (port: number, over = {}) => ({
    host: 'localhost',
    port,
    security: 'starttls' as const,
    ...mailAccount,
    from: 'Scanside <scanside@example.org>',
    ca: tls.cert,
    ...over,
  })

  it('goes out encrypted and signed in, and the same message keeps its name', async () => {
    const server = await mailTarget(tls)
    const { send } = await ways({ smtp: smtp(server.port) })
    expect(await send(mail, notice(), nowMs)).toEqual({ ok: true, words: 'taken by mail server localhost' })
    await send(mail, notice({ drill: true }), nowMs)
    const [first, second] = server.mails
    expect(first).toMatchObject({ to: ['chen@example.org'], secure: true })
    expect(first?.text).toContain('Subject: REACTION in CT 1, Imaging Center North')
    expect(first?.text).toContain('Call back: 5100')
    expect(second?.text).toContain('Subject: DRILL: REACTION in CT 1')
    const nameOf = (text = '') => /^Message-ID: (.+)$/im.exec(text)?.[1]
    expect(nameOf(first?.text)).toBe(nameOf(second?.text))
  })

  it('is refused for good or for now, in words without the mailbox', async () => {
    const server = await mailTarget(tls)
    const { send } = await ways({ smtp: smtp(server.port) })
    server.answer.refuse = 550
    expect(await send(mail, notice(), nowMs)).toEqual({
      ok: false,
      final: true,
      words: 'mail server localhost refused the message (550)',
    })
    server.answer.refuse = 450
    expect(await send(mail, notice(), nowMs)).toMatchObject({ final: false })
    const wrong = await ways({ smtp: smtp(server.port, { password: 'another password' }) })
    expect(await wrong.send(mail, notice(), nowMs)).toEqual({
      ok: false,
      final: true,
      words: 'mail server localhost refused the hub’s user name or password (535)'.replace('’', "'"),
    })
  })

  it('never goes out to a mail server whose certificate does not hold', async () => {
    const server = await mailTarget(tls)
    const { send } = await ways({ smtp: smtp(server.port, { ca: undefined }) })
    expect(await send(mail, notice(), nowMs)).toMatchObject({ ok: false, final: false })
    expect(server.mails).toEqual([])
  })
})

describe('web push', () => {
  it('is encrypted for one browser and proves who sends it', async () => {
    const service = await postTarget(tls)
    const browser = pushBrowser()
    const endpoint = `${service.url}/push/abc`
    const settings = { webPush: { ca: tls.cert, subject: 'mailto:it@example.org' } }
    const subscription = { endpoint, physicianId: 'dr-chen', ...browser.keys, createdAt: '' }
    const { send, vapidPublicKey, removed } = await ways(settings, [subscription])
    expect(await send({ kind: 'web-push' }, notice(), nowMs)).toMatchObject({ ok: true })
    const [message] = service.taken
    expect(message?.headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high', ttl: '120' })
    expect(browser.read(message?.body ?? Buffer.alloc(0))).toEqual({
      title: 'REACTION in CT 1, Imaging Center North',
      body: expect.stringContaining('Room: CT 1'),
      tag: 'e-1',
      url: 'https://hub.example.org',
    })
    const [, token = '', key = ''] =
      /^vapid t=([^,]+), ?k=(.+)$/.exec(message?.headers.authorization ?? '') ?? []
    expect(key).toBe(vapidPublicKey)
    const point = Buffer.from(key, 'base64url')
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
    const publicKey = createPublicKey({
      key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' },
      format: 'jwk',
    })
    const { payload } = await jwtVerify(token, publicKey, { audience: service.url, algorithms: ['ES256'] })
    expect(payload.sub).toBe('mailto:it@example.org')

    service.answer.status = 410
    expect(await send({ kind: 'web-push' }, notice(), nowMs)).toMatchObject({ ok: false, final: true })
    expect(removed).toEqual([endpoint])
  })

  it('follows no address but that of a push service', () => {
    const settings = { services: ['push.example.org:8443'] }
    const allowed = [
      'https://fcm.googleapis.com/fcm/send/x',
      'https://updates.push.services.mozilla.com/wpush/v2/x',
      'https://wns2-by3p.notify.windows.com/w/?token=x',
      'https://web.push.apple.com/x',
      'https://push.example.org:8443/x',
    ]
    const refused = [
      'http://fcm.googleapis.com/x',
      'https://169.254.169.254/latest',
      'https://localhost/x',
      'https://fcm.googleapis.com:8443/x',
      'https://fcm.googleapis.com.example.org/x',
      'https://u:p@fcm.googleapis.com/x',
      'https://notfcm.googleapis.com/x',
      'nonsense',
    ]
    expect(allowed.filter((url) => !isPushService(url, settings))).toEqual([])
    expect(refused.filter((url) => isPushService(url, settings))).toEqual([])
  })
})

it('settings that would leak or cannot work are refused by their path', () => {
  const smtp = { host: 'mail.example.org', port: 25, security: 'none', from: 'x@example.org' }
  const { error } = pagerSettingsSchema.safeParse({
    smtp: { ...smtp, user: 'u' },
    webhooks: {
      a: { url: 'http://pages.example.org', key: 'k'.repeat(24) },
      b: { url: 'https://u:p@x.org', key: 'short' },
    },
    pagerduty: { duty: { routingKey: 'short' } },
  })
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([
    'smtp.security',
    'smtp.password',
    'webhooks.a.url',
    'webhooks.b.url',
    'webhooks.b.key',
    'pagerduty.duty.routingKey',
  ])
  expect(personIn({ physician: () => undefined }, { kind: 'supervisor', name: 'K. Adams' })).toEqual({
    physicianId: null,
    name: 'K. Adams',
  })
})
