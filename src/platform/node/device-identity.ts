import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { deviceIdOf } from '../../contract/hub.ts'
import { base64urlSchema, idSchema } from '../../domain/ids.ts'
import type { Json } from '../../domain/log/canonical.ts'
import { fail, ok, type Problem, type Result } from '../../domain/result.ts'
import { fileErrorWords, writeFileAtomically } from './atomic-file.ts'
import {
  generateKeyPair,
  isPublicKey,
  loadKeyPair,
  publicKeySha256,
  type SigningKeyPair,
  serializePrivateKey,
  signJson,
} from './ed25519.ts'

/** Encrypts for this account on this computer: the operating system's key store behind Electron's safeStorage. */
export type SecretBox = {
  readonly available: () => boolean
  readonly encrypt: (text: string) => Buffer
  readonly decrypt: (bytes: Buffer) => string
}

const enrolmentSchema = z.strictObject({
  /** Address of the hub, without a trailing slash. */
  hub: z.url(),
  /** Pinned: policies and physicians' certificates count only when signed by it. */
  hubPublicKey: base64urlSchema.length(43),
  siteId: idSchema,
  roomId: idSchema,
})
export type Enrolment = z.infer<typeof enrolmentSchema>

const fileSchema = z.strictObject({
  v: z.literal(1),
  deviceId: idSchema,
  publicKey: base64urlSchema.length(43),
  encryptedPrivateKey: z.base64(),
  enrolment: enrolmentSchema.nullable(),
})

export type DeviceProblem = Problem<
  'identity-damaged' | 'identity-unreadable' | 'identity-unwritable' | 'no-key-store'
>

/** Who this device is. The private key stays inside. */
export type DeviceIdentity = {
  readonly deviceId: string
  readonly publicKey: string
  readonly enrolment: () => Enrolment | null
  readonly enrol: (enrolment: Enrolment) => Result<null, DeviceProblem>
  readonly sign: (value: Json) => string
}

/** Reads this device's identity, or makes it at the first start. A damaged file is never replaced. */
export function openDeviceIdentity(file: string, box: SecretBox): Result<DeviceIdentity, DeviceProblem> {
  if (!box.available()) {
    const message = `The device key for ${file} cannot be protected: this account has no working key store (keychain, DPAPI or keyring). Sign in to the desktop session as usual, or ask your IT to set it up.`
    return fail('no-key-store', message)
  }
  return existsSync(file) ? readIdentity(file, box) : makeIdentity(file, box)
}

/** For a device whose key cannot be had: help works, nothing leaves this computer. */
export function temporaryIdentity(): DeviceIdentity {
  const pair = generateKeyPair()
  return {
    deviceId: deviceIdOf(publicKeySha256(pair.publicKey)),
    publicKey: pair.publicKey,
    enrolment: () => null,
    enrol: () => fail('identity-unwritable', 'This device has no lasting key, so it cannot be enrolled.'),
    sign: (value) => signJson(pair.privateKey, value),
  }
}

function readIdentity(file: string, box: SecretBox): Result<DeviceIdentity, DeviceProblem> {
  const damaged = (detail: string) =>
    fail(
      'identity-damaged',
      `The device identity ${file} is damaged (${detail}). Restore it from a backup, or move it away together with the log beside it and enrol this room again.`,
    )
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return fail(
      'identity-unreadable',
      `The device identity ${file} cannot be read: ${fileErrorWords(error)}.`,
    )
  }
  const parsed = fileSchema.safeParse(parseJson(text))
  if (!parsed.success) {
    const [first] = parsed.error.issues
    return damaged(
      first === undefined || first.path.length === 0 ? 'it is not JSON' : `at ${first.path.join('.')}`,
    )
  }
  const { deviceId, publicKey, encryptedPrivateKey, enrolment } = parsed.data
  let pair: SigningKeyPair
  try {
    pair = loadKeyPair(box.decrypt(Buffer.from(encryptedPrivateKey, 'base64')))
  } catch {
    return damaged('its key cannot be decrypted by this account on this computer')
  }
  if (!isPublicKey(publicKey) || pair.publicKey !== publicKey) return damaged('its two keys do not match')
  if (deviceIdOf(publicKeySha256(publicKey)) !== deviceId) return damaged('its name is not that of its key')
  return ok(identityOf(file, pair, { deviceId, publicKey, encryptedPrivateKey, enrolment }))
}

function makeIdentity(file: string, box: SecretBox): Result<DeviceIdentity, DeviceProblem> {
  const pair = generateKeyPair()
  const stored: Stored = {
    deviceId: deviceIdOf(publicKeySha256(pair.publicKey)),
    publicKey: pair.publicKey,
    encryptedPrivateKey: box.encrypt(serializePrivateKey(pair.privateKey)).toString('base64'),
    enrolment: null,
  }
  const written = save(file, stored)
  return written.ok ? ok(identityOf(file, pair, stored)) : written
}

type Stored = Omit<z.infer<typeof fileSchema>, 'v'>

function identityOf(file: string, pair: SigningKeyPair, stored: Stored): DeviceIdentity {
  let enrolment = stored.enrolment
  return {
    deviceId: stored.deviceId,
    publicKey: stored.publicKey,
    enrolment: () => enrolment,
    enrol: (next) => {
      const written = save(file, { ...stored, enrolment: next })
      if (written.ok) enrolment = next
      return written
    },
    sign: (value) => signJson(pair.privateKey, value),
  }
}

function save(file: string, stored: Stored): Result<null, DeviceProblem> {
  try {
    writeFileAtomically(file, `${JSON.stringify({ v: 1, ...stored }, null, 2)}\n`)
    return ok(null)
  } catch (error) {
    return fail(
      'identity-unwritable',
      `The device identity ${file} cannot be written: ${fileErrorWords(error)}.`,
    )
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
