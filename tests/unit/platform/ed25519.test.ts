import { describe, expect, it } from 'vitest'
import {
  generateKeyPair,
  isPublicKey,
  loadKeyPair,
  publicKeySha256,
  serializePrivateKey,
  sha256Hex,
  signJson,
  verifyJson,
} from '../../../src/platform/node/ed25519.ts'

describe('Ed25519 over canonical JSON', () => {
  const key = generateKeyPair()

  it('verifies what it signed, whatever the order of the members', () => {
    const signature = signJson(key.privateKey, { b: 1, a: ['x', null] })
    expect(verifyJson(key.publicKey, { a: ['x', null], b: 1 }, signature)).toBe(true)
  })

  it.each([
    ['another value', key.publicKey, { a: 2 }, signJson(key.privateKey, { a: 1 })],
    ['another key', generateKeyPair().publicKey, { a: 1 }, signJson(key.privateKey, { a: 1 })],
    ['a truncated signature', key.publicKey, { a: 1 }, signJson(key.privateKey, { a: 1 }).slice(0, 40)],
    ['an empty signature', key.publicKey, { a: 1 }, ''],
    ['a key of the wrong length', 'AAAA', { a: 1 }, signJson(key.privateKey, { a: 1 })],
    ['a lone surrogate', key.publicKey, { a: '\ud800' }, signJson(key.privateKey, { a: 1 })],
  ])('is false for %s', (_, publicKey, value, signature) => {
    expect(verifyJson(publicKey, value, signature)).toBe(false)
  })

  it('survives storage', () => {
    const again = loadKeyPair(serializePrivateKey(key.privateKey))
    expect(again.publicKey).toBe(key.publicKey)
    expect(verifyJson(key.publicKey, { a: 1 }, signJson(again.privateKey, { a: 1 }))).toBe(true)
  })

  it('agrees with the first vector of RFC 8032 on the public key', () => {
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
    const pkcs8 = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex').toString('base64')
    const raw = Buffer.from(loadKeyPair(pkcs8).publicKey, 'base64url').toString('hex')
    expect(raw).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
  })

  it('hashes', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(publicKeySha256(Buffer.from('a'.repeat(32)).toString('base64url'))).toBe(sha256Hex('a'.repeat(32)))
  })

  it('tells a public key from other text', () => {
    expect(isPublicKey(key.publicKey)).toBe(true)
    expect(isPublicKey(key.publicKey.slice(1))).toBe(false)
    expect(isPublicKey(`${key.publicKey.slice(0, 42)}+`)).toBe(false)
  })
})
