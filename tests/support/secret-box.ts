import type { SecretBox } from '../../src/platform/node/device-identity.ts'

/** A test's key store: each box is another account, and what one has encrypted no other decrypts. */
export const boxOf = (account: string): SecretBox => {
  const mix = (bytes: Uint8Array): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x5a))
  return {
    available: () => true,
    encrypt: (text) => mix(Buffer.from(`${account}:${text}`)),
    decrypt: (bytes) => {
      const text = mix(bytes).toString()
      if (!text.startsWith(`${account}:`)) throw new Error('cannot decrypt')
      return text.slice(account.length + 1)
    },
  }
}
