import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Envelope } from './words.ts'

export type Sealer = {
  readonly seal: (envelope: Envelope) => string
  /** Undefined if no hub of this database has sealed it. */
  readonly open: (sealed: string) => Envelope | undefined
}

const algorithm = 'aes-256-gcm'
const [nonceBytes, tagBytes] = [12, 16]

/**
 * Any account that may connect to a database can hear and give notice on it: so hubs' words are sealed with a key that
 * comes from the secret they share.
 */
export function createSealer(secret: Uint8Array): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'scanside-hubs', 32))
  return {
    seal(envelope) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, key, nonce)
      const text = cipher.update(JSON.stringify(envelope), 'utf8')
      return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString('base64')
    },
    open(sealed) {
      try {
        const bytes = Buffer.from(sealed, 'base64')
        const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        })
        decipher.setAuthTag(bytes.subarray(-tagBytes))
        const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()])
        // Written by `seal` alone, as its tag has shown.
        return JSON.parse(text.toString('utf8')) as Envelope
      } catch {
        return undefined
      }
    },
  }
}
