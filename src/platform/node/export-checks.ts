import { deviceIdOf } from '../../contract/hub.ts'
import type { ExportChecks } from '../../domain/log/check-lines.ts'
import { isPublicKey, publicKeySha256, sha256Hex, verifyJson } from './ed25519.ts'

/**
 * What it takes to check an exported log.
 * @param hubKey the hub's public key as the reader knows it; without it, whether a key is the hub's is not checked
 */
export function exportChecks(hubKey?: string): ExportChecks {
  const isHub = (key: string): boolean => hubKey === undefined || key === hubKey
  return {
    sha256: sha256Hex,
    statement: ({ statement, signature, signer }) => {
      const { certificate } = signer
      if (certificate.physicianId !== statement.physicianId) {
        return `its key speaks for ${certificate.physicianId}, not for ${statement.physicianId}`
      }
      if (!verifyJson(certificate.publicKey, statement, signature)) return 'its signature does not fit'
      return hubKey === undefined || verifyJson(hubKey, certificate, signer.signature)
        ? undefined
        : 'this hub did not vouch for the key that signed it'
    },
    // A device is named after its key, so nobody has to vouch for it.
    byDevice: (device, key, value, signature) => {
      if (!isPublicKey(key) || deviceIdOf(publicKeySha256(key)) !== device) {
        return `its key is not the one after which ${device} is named`
      }
      return verifyJson(key, value, signature) ? undefined : 'its signature does not fit'
    },
    byHub: (key, value, signature) => {
      if (!isHub(key)) return 'its key is not that of this hub'
      return verifyJson(key, value, signature) ? undefined : 'its signature does not fit'
    },
  }
}
