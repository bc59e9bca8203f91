import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { type SignedPolicy, signedPolicySchema } from '../../contract/hub.ts'
import type { Json } from '../../domain/log/canonical.ts'
import { fail, ok, type Problem, type Result } from '../../domain/result.ts'
import { fileErrorWords, writeFileAtomically } from './atomic-file.ts'
import { verifyJson } from './ed25519.ts'

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

/** The last signed policy, kept beside the log so that the room works without the hub. */
export type PolicyFile = {
  /** Checked anew at every load; null when there is none yet. */
  readonly load: (trust: PolicyTrust) => Result<SignedPolicy | null, PolicyProblem>
  readonly save: (signed: SignedPolicy) => Result<null, PolicyProblem>
}

export function openPolicyFile(file: string): PolicyFile {
  return {
    load: (trust) => {
      if (!existsSync(file)) return ok(null)
      let value: unknown
      try {
        value = JSON.parse(readFileSync(file, 'utf8'))
      } catch (error) {
        const why = error instanceof SyntaxError ? 'it is not JSON' : fileErrorWords(error)
        return fail('policy-damaged', `The policy file ${file} cannot be read: ${why}. ${goesOn}`)
      }
      return checkPolicy(value, trust, `in ${file}`)
    },
    save: (signed) => {
      try {
        writeFileAtomically(file, JSON.stringify(signed))
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
