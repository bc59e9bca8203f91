import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SignedPolicy } from '../../../src/contract/hub.ts'
import type { Json } from '../../../src/domain/log/canonical.ts'
import { openDeviceIdentity, type SecretBox } from '../../../src/platform/node/device-identity.ts'
import { generateKeyPair, signJson, verifyJson } from '../../../src/platform/node/ed25519.ts'
import { openPolicyFile } from '../../../src/platform/node/policy-file.ts'
import { boxOf } from '../../support/secret-box.ts'
import { testSite } from '../../support/site.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanside-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the device identity', () => {
  const file = () => join(folder, 'data', 'device.json')
  const open = (box = boxOf('ortiz')) => openDeviceIdentity(file(), box)
  const opened = () => {
    const identity = open()
    if (!identity.ok) throw new Error(identity.error.message)
    return identity.value
  }

  it('is made once, named after its key, kept for its owner alone, and never in clear', () => {
    const first = opened()
    const again = opened()
    expect(first.deviceId).toMatch(/^d-[0-9a-f]{20}$/)
    expect([again.deviceId, again.publicKey]).toEqual([first.deviceId, first.publicKey])
    expect(verifyJson(first.publicKey, { a: 1 }, again.sign({ a: 1 }))).toBe(true)
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(readFileSync(file(), 'utf8')).not.toContain('MC4CAQAwBQYDK2Vw')
    expect(readdirSync(join(folder, 'data'))).toEqual(['device.json'])
  })

  it('remembers its enrolment', () => {
    const enrolment = {
      hub: 'https://hub.example.org',
      hubPublicKey: generateKeyPair().publicKey,
      siteId: 'site-1',
      roomId: 'ct-1',
    }
    expect(opened().enrolment()).toBeNull()
    expect(opened().enrol(enrolment).ok).toBe(true)
    expect(opened().enrolment()).toEqual(enrolment)
  })

  it.each([
    ['not JSON', () => 'device'],
    ['of another form', () => '{"v":1,"deviceId":"d-1"}'],
    ['with another name', (text: string) => text.replace(/"d-[0-9a-f]{4}/, '"d-0000')],
    [
      'with another public key',
      (text: string) => text.replace(/"publicKey": "[^"]+"/, `"publicKey": "${generateKeyPair().publicKey}"`),
    ],
  ])('is not replaced when it is %s', (_, spoil) => {
    opened()
    const spoilt = spoil(readFileSync(file(), 'utf8'))
    writeFileSync(file(), spoilt)
    expect(open()).toMatchObject({ ok: false, error: { kind: 'identity-damaged' } })
    expect(readFileSync(file(), 'utf8')).toBe(spoilt)
  })

  it('belongs to one account on one computer', () => {
    opened()
    const other = open(boxOf('somebody-else'))
    expect(other).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('cannot be decrypted') },
    })
  })

  it('is not made where it could not be protected or kept', () => {
    const none: SecretBox = { ...boxOf('x'), available: () => false }
    expect(open(none)).toMatchObject({ ok: false, error: { kind: 'no-key-store' } })
    writeFileSync(join(folder, 'data'), 'a file where the folder should be')
    expect(open()).toMatchObject({ ok: false })
  })
})

describe('the policy file', () => {
  const hub = generateKeyPair()
  const trust = { hubPublicKey: hub.publicKey, siteId: 'site-1', roomId: 'ct-1' }
  const signed = (policy: unknown): SignedPolicy =>
    ({ policy, signature: signJson(hub.privateKey, policy as Json) }) as SignedPolicy
  const policy = { ...testSite(), version: 3, issuedAt: '2026-11-20T12:00:00.000Z' }
  const path = () => join(folder, 'policy.json')
  const box = boxOf('ortiz')

  it('is none before there was one, and then the last', () => {
    const file = openPolicyFile(path(), box)
    expect(file.load(trust)).toEqual({ ok: true, value: null })
    expect(file.save(signed(policy)).ok).toBe(true)
    expect(file.load(trust)).toEqual({ ok: true, value: signed(policy) })
  })

  it('does not show who is examined today to whoever has the disk', () => {
    const [patient] = policy.worklist
    const isReadable = () => readFileSync(path(), 'latin1').includes(patient?.patientName ?? '')
    openPolicyFile(path(), box).save(signed(policy))
    expect(isReadable()).toBe(false)
    expect(openPolicyFile(path(), boxOf('somebody-else')).load(trust)).toMatchObject({
      error: { kind: 'policy-damaged', message: expect.stringContaining('cannot decrypt it') },
    })

    // As an older version kept it.
    writeFileSync(path(), JSON.stringify(signed(policy)))
    expect(isReadable()).toBe(true)
    expect(openPolicyFile(path(), box).load(trust)).toEqual({ ok: true, value: signed(policy) })
    expect(isReadable()).toBe(false)
    expect(openPolicyFile(path(), box).load(trust)).toEqual({ ok: true, value: signed(policy) })
  })

  it.each([
    ['policy-damaged', () => '{"policy":'],
    ['policy-damaged', () => '[]'],
    ['policy-forged', () => JSON.stringify({ ...signed(policy), policy: { ...policy, version: 4 } })],
    ['policy-newer', () => JSON.stringify(signed({ ...policy, anaesthesia: [] }))],
    [
      'policy-other-site',
      () => JSON.stringify(signed({ ...policy, site: { ...policy.site, id: 'site-2' } })),
    ],
    ['policy-other-site', () => JSON.stringify(signed({ ...policy, rooms: policy.rooms.slice(1) }))],
  ])('is refused as %s and left as it is', (kind, content) => {
    writeFileSync(path(), content())
    const loaded = openPolicyFile(path(), box).load(trust)
    expect(loaded).toMatchObject({ ok: false, error: { kind, message: expect.stringContaining('help') } })
    expect(readFileSync(path(), 'utf8')).toBe(content())
  })

  it('that was refused is kept beside the one that replaces it, and a good one is not', () => {
    const forged = JSON.stringify({ ...signed(policy), policy: { ...policy, version: 4 } })
    writeFileSync(path(), forged)
    const file = openPolicyFile(path(), box)
    file.load(trust)
    expect(file.save(signed(policy)).ok).toBe(true)
    expect(file.save(signed({ ...policy, version: 5 })).ok).toBe(true)
    const names = readdirSync(folder).sort()
    expect(names).toEqual(['policy.json', expect.stringMatching(/^policy\.json\.refused-[0-9a-f]{8}$/)])
    expect(readFileSync(join(folder, names[1] ?? ''), 'utf8')).toBe(forged)
  })

  it('of another hub is forged here', () => {
    writeFileSync(path(), JSON.stringify(signed(policy)))
    const other = { ...trust, hubPublicKey: generateKeyPair().publicKey }
    expect(openPolicyFile(path(), box).load(other)).toMatchObject({ error: { kind: 'policy-forged' } })
  })

  it('that cannot be written costs nothing but the next start', () => {
    writeFileSync(join(folder, 'no-folder'), '')
    const saved = openPolicyFile(join(folder, 'no-folder', 'policy.json'), box).save(signed(policy))
    expect(saved).toMatchObject({ ok: false, error: { kind: 'policy-unwritable' } })
    chmodSync(folder, 0o700)
  })
})
