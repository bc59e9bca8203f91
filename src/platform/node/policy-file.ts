import { existsSync, readFileSync, renameSync } from 'node:fs'
import { z } from 'zod'
import { type SignedPolicy, signedPolicySchema } from '../../contract/hub.ts'
import type { Json } from '../../domain/log/canonical.ts'
import { fail, ok, type Problem, type Result } from '../../domain/result.ts'
import { fileErrorWords, writeFileAtomically } from './atomic-file.ts'
import type { SecretBox } from './device-identity.ts'
import { sha256Hex, verifyJson } from './ed25519.ts'

export type PolicyProblem = Problem<
  'policy-damaged' | 'policy-forged' | 'policy-newer' | 'policy-other-site' | 'policy-unwritable'
>

/** Who signs policies for this device and for which site. */
export type PolicyTrust = { readonly hubPublicKey: string; readonly siteId: string; readonly roomId: string }

/** Judges a policy wherever it came from: signed by the pinned hub, readable by this version, about this room. */
export function checkPolicy(
  value: unknown,
  trust: PolicyTrust,
  from: string,
): Result<SignedPolicy, PolicyProblem> {
  const envelope = z.strictObject({ policy: z.unknown(), signature: z.string() }).safeParse(value)
  if (!envelope.success) {
    return fail('policy-damaged', `The policy ${from} is damaged: it is not a signed policy. ${goesOn}`)
  }
  // Over what was received, before any of it is read: a signature covers members this version does not know.
  if (!verifyJson(trust.hubPublicKey, envelope.data.policy as Json, envelope.data.signature)) {
    return fail(
      'policy-forged',
      `The policy ${from} is not signed by this site's hub and is not used. ${goesOn}`,
    )
  }
  const parsed = signedPolicySchema.safeParse(envelope.data)
  if (!parsed.success) {
    const [first] = z.prettifyError(parsed.error).split('\n').slice(0, 2)
    return fail(
      'policy-newer',
      `The policy ${from} is made for another version of Scanside (${first ?? 'unknown members'}): update this workstation. ${goesOn}`,
    )
  }
  const { site, rooms } = parsed.data.policy
  if (site.id !== trust.siteId || !rooms.some((room) => room.id === trust.roomId)) {
    return fail(
      'policy-other-site',
      `The policy ${from} is about site ${site.id} and has no room ${trust.roomId} of site ${trust.siteId}. ${goesOn}`,
    )
  }
  return ok(parsed.data)
}

const goesOn = 'The help button works; supervised work waits for a good policy from the hub.'

/**
 * The last signed policy, kept beside the log so that the room works without the hub; encrypted, because the patients
 * of the day are in it.
 */
export type PolicyFile = {
  /** Checked anew at every load; null when there is none yet. */
  readonly load: (trust: PolicyTrust) => Result<SignedPolicy | null, PolicyProblem>
  readonly save: (signed: SignedPolicy) => Result<null, PolicyProblem>
}

const sealedSchema = z.strictObject({ v: z.literal(1), encryptedPolicy: z.base64() })

export function openPolicyFile(file: string, box: SecretBox): PolicyFile {
  /** What was found and not used: somebody may want to know who wrote it, so it is not written over. */
  let refused: string | null = null

  const write = (signed: SignedPolicy) => {
    const encryptedPolicy = box.encrypt(JSON.stringify(signed)).toString('base64')
    writeFileAtomically(file, JSON.stringify({ v: 1, encryptedPolicy }))
  }
  /** An older version kept it in plain: it is read, and encrypted from then on. */
  const sealPlain = (signed: SignedPolicy) => {
    try {
      write(signed)
    } catch {
      // The next start tries again.
    }
  }

  return {
    load: (trust) => {
      if (!existsSync(file)) return ok(null)
      let value: unknown
      let sealed: { data?: { encryptedPolicy: string } } = {}
      let text = ''
      try {
        text = readFileSync(file, 'utf8')
        value = JSON.parse(text)
        sealed = sealedSchema.safeParse(value)
        if (sealed.data !== undefined) value = JSON.parse(unseal(box, sealed.data.encryptedPolicy))
      } catch (error) {
        refused = text
        const why = error instanceof SyntaxError ? 'it is not JSON' : fileErrorWords(error)
        return fail('policy-damaged', `The policy file ${file} cannot be read: ${why}. ${goesOn}`)
      }
      const checked = checkPolicy(value, trust, `in ${file}`)
      refused = checked.ok ? null : text
      if (checked.ok && sealed.data === undefined) sealPlain(checked.value)
      return checked
    },
    save: (signed) => {
      try {
        if (refused !== null) renameSync(file, `${file}.refused-${sha256Hex(refused).slice(0, 8)}`)
        refused = null
        write(signed)
        return ok(null)
      } catch (error) {
        return fail(
          'policy-unwritable',
          `The policy cannot be kept in ${file}: ${fileErrorWords(error)}. It is used until the next start.`,
        )
      }
    },
  }
}

function unseal(box: SecretBox, sealed: string): string {
  try {
    return box.decrypt(Buffer.from(sealed, 'base64'))
  } catch {
    throw new Error('this account on this computer cannot decrypt it')
  }
}
