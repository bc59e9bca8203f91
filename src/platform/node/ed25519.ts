import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { canonicalJson, type Json } from '../../domain/log/canonical.ts'

/** An Ed25519 pair; the public half as the 32 raw bytes that travel (base64url). */
export type SigningKeyPair = { readonly privateKey: KeyObject; readonly publicKey: string }

export function generateKeyPair(): SigningKeyPair {
  return pairOf(generateKeyPairSync('ed25519').privateKey)
}

/** The private key as PKCS #8 DER in base64, for storage behind a lock of the caller's. */
export function serializePrivateKey(privateKey: KeyObject): string {
  return privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
}

/** @throws if the text is not a PKCS #8 Ed25519 key: stored keys are the caller's own, so this is damage. */
export function loadKeyPair(pkcs8Base64: string): SigningKeyPair {
  const privateKey = createPrivateKey({
    key: Buffer.from(pkcs8Base64, 'base64'),
    format: 'der',
    type: 'pkcs8',
  })
  return pairOf(privateKey)
}

/** Ed25519 over the canonical JSON of `value`, base64url. */
export function signJson(privateKey: KeyObject, value: Json): string {
  return sign(null, Buffer.from(canonicalJson(value)), privateKey).toString('base64url')
}

/** Whether `signature` is the key's over the canonical JSON of `value`. Anything malformed is false. */
export function verifyJson(publicKeyRaw: string, value: Json, signature: string): boolean {
  try {
    return verify(
      null,
      Buffer.from(canonicalJson(value)),
      publicKeyOf(publicKeyRaw),
      Buffer.from(signature, 'base64url'),
    )
  } catch {
    return false
  }
}

/** Whether the text is an Ed25519 public key: 32 raw bytes in base64url. */
export function isPublicKey(publicKeyRaw: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(publicKeyRaw) && Buffer.from(publicKeyRaw, 'base64url').length === 32
}

/** SHA-256 of the UTF-8 bytes of a text, hexadecimal. */
export function sha256Hex(text: string): string {
  return hash('sha256', text)
}

/** SHA-256 of the 32 raw bytes of a public key, hexadecimal: what a device is named after. */
export function publicKeySha256(publicKeyRaw: string): string {
  return createHash('sha256').update(Buffer.from(publicKeyRaw, 'base64url')).digest('hex')
}

function pairOf(privateKey: KeyObject): SigningKeyPair {
  const { crv, x } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (crv !== 'Ed25519' || x === undefined) throw new Error(`not an Ed25519 key but ${crv ?? 'another kind'}`)
  return { privateKey, publicKey: x }
}

function publicKeyOf(raw: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' })
}
