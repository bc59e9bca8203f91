import { scrypt, timingSafeEqual } from 'node:crypto'
import type { PinVerifier } from '../../domain/policy/policy.ts'

/**
 * Whether this is the PIN behind the verifier. Off the main thread (libuv's pool), compared in constant time.
 * Node wants the memory limit raised for anything above its defaults: RFC 7914 needs 128·N·r bytes.
 */
export function pinMatches(pin: string, verifier: PinVerifier): Promise<boolean> {
  const { salt, N, r, p, hash } = verifier
  const expected = Buffer.from(hash, 'hex')
  const maxmem = 128 * N * r + 128 * r * p + 1024 * 1024
  const parameters = { N, r, p, maxmem }
  return new Promise((resolve) => {
    const compare = (error: Error | null, key: Buffer) =>
      resolve(error === null && timingSafeEqual(key, expected))
    try {
      scrypt(pin.normalize('NFKC'), Buffer.from(salt, 'hex'), expected.length, parameters, compare)
    } catch {
      // Parameters that scrypt refuses (N not a power of two) make a verifier that no PIN fits.
      resolve(false)
    }
  })
}
