import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { afterEach, expect, it } from 'vitest'
import { askHub } from '../../../src/platform/node/hub-http.ts'
import { selfSigned } from '../../support/certificate.ts'
import { cleanUp } from '../../support/undo.ts'
import { ask, enrol, register, startHub, tempDir } from './kit.ts'

const trustedBefore = tls.getCACertificates('default')

afterEach(async () => {
  tls.setDefaultCACertificates([...trustedBefore])
  await cleanUp()
})

/** A hub with a certificate that this process trusts, as after IT has installed the site's root. */
async function startSecureHub() {
  const { cert, key } = selfSigned(await tempDir())
  const pair = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  tls.setDefaultCACertificates([...trustedBefore, pair.cert])
  return startHub({ tls: pair })
}

it('carries enrolment, log, policy and both kinds of sockets over TLS', async () => {
  const hub = await startSecureHub()
  expect(hub.url).toMatch(/^https:\/\/localhost:\d+$/)
  const device = await enrol(hub, 'ct-1')
  const room = await device.connect()
  const chen = await register(hub, 'dr-chen')
  const desk = await chen.onCall('c-tls')
  expect(await desk.next('rooms')).toMatchObject({
    rooms: expect.arrayContaining([expect.objectContaining({ roomId: 'ct-1' })]),
  })
  let present = await room.next('presence')
  while (present.physicians.length === 0) present = await room.next('presence')
  expect(present.physicians).toEqual([expect.objectContaining({ physicianId: 'dr-chen' })])

  const signal = { epoch: 1, data: { type: 'offer', sdp: 'v=0' } }
  expect(
    await room.send('signal', { physicianId: 'dr-chen', connectionId: 'c-tls', ...signal }),
  ).toMatchObject({ ok: true })
  expect(await desk.next('signal')).toMatchObject({ deviceId: device.deviceId, ...signal })
  const headers = { authorization: `Bearer ${await device.token()}` }
  expect(await ask(hub.url, '/api/policy', { headers })).toMatchObject({ status: 200 })
})

it('gives the session to secure pages alone, and nothing to who speaks no TLS', async () => {
  const hub = await startSecureHub()
  const chen = await register(hub, 'dr-chen')
  const signIn = await chen.post('/api/physician/sign-in/options', {})
  expect(signIn.headers.getSetCookie().join()).toMatch(/Secure/i)
  const clear = await askHub(`http://localhost:${hub.port}`, { method: 'GET', path: '/api/version' })
  expect(clear).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
})
