import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { postTarget } from '../../support/pager-targets.ts'
import { pushBrowser } from '../../support/push-browser.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, register, startHub } from './kit.ts'
import { run } from './processes.ts'

afterEach(cleanUp, 30_000)

const site = () => {
  const given = testSite()
  const pagers = [
    { kind: 'webhook' as const, target: 'desk' },
    { kind: 'email' as const, to: 'chen@example.org' },
    { kind: 'web-push' as const },
  ]
  return {
    ...given,
    physicians: given.physicians.map((one) => (one.id === 'dr-chen' ? { ...one, pagers } : one)),
  }
}

it('page-test sends over every channel, says what came of each, and shows no secret', async () => {
  const [desk, { hub, data, log }] = [await postTarget(), await startHub({ site: site() })]
  // The hub that runs without the file says what it cannot do.
  expect(log.join('')).toContain('physicians.0.pagers.0: the hub is told of no webhook')
  await hub.stop()
  const file = join(data, 'pagers.json')
  const key = 'the secret key of the desk, long enough'
  await writeFile(file, JSON.stringify({ webhooks: { desk: { url: desk.url, key } } }), { mode: 0o600 })
  const tested = await run('page-test', '--data', data, '--pagers', file, '--physician', 'dr-chen')
  expect(tested.code).toBe(1)
  expect(tested.stdout).toMatch(/^delivered {2}webhook desk: taken by webhook "desk" \(\d+ ms\)$/m)
  expect(tested.stdout).toMatch(/^FAILED {5}e-mail to chen@example\.org: the hub is told of no mail server/m)
  expect(tested.stdout).toMatch(/^FAILED {5}web push: no browser of theirs takes pages/m)
  expect(tested.stderr).toContain('2 of 3 pagers of Dr. A. Chen failed')
  expect(desk.taken[0]?.json()).toMatchObject({ event: 'test', call: null })
  await writeFile(file, JSON.stringify({ webhooks: { desk: { url: 'http://elsewhere.example.org', key } } }))
  const refused = await run('page-test', '--data', data, '--pagers', file, '--physician', 'dr-chen')
  expect(refused.stderr).toContain('webhooks.desk.url: an address like https://')
  expect(refused.stderr + tested.stdout + tested.stderr).not.toContain(key)
})

it('a browser is taken for its physician alone, at a push service alone, and let go by them alone', async () => {
  const hub = await startHub({ site: site(), pagers: { webPush: { services: ['push.example.org:8443'] } } })
  const [chen, rao] = [await register(hub, 'dr-chen'), await register(hub, 'dr-rao')]
  const browser = { endpoint: 'https://push.example.org:8443/x', ...pushBrowser().keys }
  const asked = async (cookie: string) =>
    (await ask(hub.url, '/api/physician/push', { headers: { cookie } })).body
  expect(await asked(chen.cookie)).toMatchObject({ ok: true, wanted: true, publicKey: expect.any(String) })
  expect(await asked(rao.cookie)).toMatchObject({ ok: true, wanted: false })
  expect((await ask(hub.url, '/api/physician/push')).status).toBe(401)
  expect((await chen.post('/api/physician/push', browser)).status).toBe(200)
  const inside = await chen.post('/api/physician/push', {
    ...browser,
    endpoint: 'https://169.254.169.254/latest',
  })
  expect([inside.status, inside.body.error.kind]).toEqual([400, 'push-service-unknown'])
  const elsewhere = { cookie: chen.cookie, origin: 'https://elsewhere.example.org' }
  expect((await ask(hub.url, '/api/physician/push', { json: browser, headers: elsewhere })).status).toBe(403)
  expect((await rao.post('/api/physician/push/end', { endpoint: browser.endpoint })).status).toBe(200)
  expect((await chen.post('/api/physician/push/end', { endpoint: browser.endpoint })).status).toBe(200)
})
