import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { strictModule } from './refuse.ts'

/** What Electron does on a Linux without a keyring: a fixed key, and `basic_text` says so. */
const KEY = scryptSync('electron-standin', 'basic_text', 32)
const PREFIX = 'v10'
const NONCE_BYTES = 12
const TAG_BYTES = 16

function encryptString(plainText: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', KEY, nonce)
  const body = Buffer.concat([cipher.update(plainText, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.from(PREFIX), nonce, cipher.getAuthTag(), body])
}

function decryptString(encrypted: Buffer): string {
  const bodyStart = PREFIX.length + NONCE_BYTES + TAG_BYTES
  if (encrypted.length < bodyStart || encrypted.subarray(0, PREFIX.length).toString() !== PREFIX) {
    throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.')
  }
  const nonce = encrypted.subarray(PREFIX.length, PREFIX.length + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', KEY, nonce)
  decipher.setAuthTag(encrypted.subarray(PREFIX.length + NONCE_BYTES, bodyStart))
  return Buffer.concat([decipher.update(encrypted.subarray(bodyStart)), decipher.final()]).toString('utf8')
}

export const safeStorage = strictModule('safeStorage', {
  isEncryptionAvailable: () => true,
  getSelectedStorageBackend: () => 'basic_text' as const,
  setUsePlainTextEncryption: (_use: boolean) => {},
  encryptString,
  decryptString,
} satisfies Partial<Electron.SafeStorage>)
