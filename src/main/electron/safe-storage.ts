import { safeStorage } from 'electron'
import type { SecretBox } from '../../platform/node/device-identity.ts'

/**
 * The operating system's key store. A Linux without a keyring has none: there Electron scrambles with a key of its
 * own, and the protection of the key is that of the file (its owner alone).
 * @param onWeak told when that is so, for the application log
 */
export function systemSecretBox(onWeak: () => void): SecretBox {
  const isWeak = process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text'
  if (isWeak) {
    safeStorage.setUsePlainTextEncryption(true)
    onWeak()
  }
  return {
    available: () => safeStorage.isEncryptionAvailable(),
    encrypt: (text) => safeStorage.encryptString(text),
    decrypt: (bytes) => safeStorage.decryptString(bytes),
  }
}
