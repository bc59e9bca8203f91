import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

export type Certificate = { readonly cert: string; readonly key: string }

/**
 * A certificate for `localhost` that signs itself, as a site makes one in a hurry: made by the openssl of this
 * machine, two files in `folder`.
 */
export function selfSigned(folder: string): Certificate {
  const [cert, key] = [join(folder, 'hub.crt'), join(folder, 'hub.key')]
  const made = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
  ]
  const about = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...made, ...about], { stdio: 'pipe' })
  return { cert, key }
}
