import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

type CreationOptions = { readonly challenge: string; readonly rp: { readonly id?: string } }
type RequestOptions = { readonly challenge: string; readonly rpId?: string }

/**
 * A passkey authenticator in software, with the user present and verified: what a browser and its platform answer to
 * WebAuthn options, for tests of a hub without a browser. One resident ES256 credential.
 */
export type Authenticator = {
  readonly create: (options: CreationOptions) => Record<string, unknown>
  readonly get: (options: RequestOptions) => Record<string, unknown>
}

export function createAuthenticator(origin: string): Authenticator {
  const credentialId = randomBytes(32)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  let counter = 0

  const authenticatorData = (rpId: string, attested: Buffer | undefined): Buffer => {
    counter += 1
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    // User present, user verified, and attested credential data where there are some.
    const flags = Buffer.from([0x01 | 0x04 | (attested ? 0x40 : 0)])
    return Buffer.concat([sha256(rpId), flags, count, attested ?? Buffer.alloc(0)])
  }
  const clientData = (type: string, challenge: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const id = credentialId.toString('base64url')
  const outer = { id, rawId: id, type: 'public-key', clientExtensionResults: {} }

  return {
    create({ challenge, rp }) {
      const length = Buffer.from([credentialId.length >> 8, credentialId.length & 0xff])
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(publicKey)])
      const authData = authenticatorData(rp.id ?? '', attested)
      const attestation = cbor(
        new Map<unknown, unknown>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', authData],
        ]),
      )
      return {
        ...outer,
        response: {
          clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'),
          attestationObject: attestation.toString('base64url'),
          transports: ['internal'],
        },
      }
    },
    get({ challenge, rpId }) {
      const authData = authenticatorData(rpId ?? '', undefined)
      const client = clientData('webauthn.get', challenge)
      const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), privateKey)
      return {
        ...outer,
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: signature.toString('base64url'),
        },
      }
    },
  }
}

/** RFC 9053: an EC2 key on P-256 for ES256. */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return cbor(
    new Map<unknown, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  )
}

/** The little of CBOR (RFC 8949) that attestation needs. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value)
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, of]) => [cbor(key), cbor(of)])])
  throw new Error(`no CBOR for ${typeof value}`)
}

function head(major: number, n: number): Buffer {
  if (n < 24) return Buffer.from([(major << 5) | n])
  if (n < 256) return Buffer.from([(major << 5) | 24, n])
  return Buffer.from([(major << 5) | 25, n >> 8, n & 0xff])
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()
