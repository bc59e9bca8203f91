import type { SignedPolicy } from '../contract/hub.ts'
import { canonicalJson, type Json } from '../domain/log/canonical.ts'
import type { SignedCardsWord } from '../domain/policy/cards-approval.ts'
import { judgeCards } from '../domain/policy/judge-cards.ts'
import type { Problem } from '../domain/result.ts'
import type { DeviceIdentity } from '../platform/node/device-identity.ts'
import { sha256Hex } from '../platform/node/ed25519.ts'
import { checkPolicy, type PolicyFile, type PolicyTrust } from '../platform/node/policy-file.ts'
import { verifySignedStatement } from '../platform/node/verify-statement.ts'
import type { Core } from './core.ts'

export type PoliciesOptions = {
  readonly core: Core
  readonly identity: DeviceIdentity
  readonly file: PolicyFile
  readonly onNotice: (problem: Problem | null) => void
}

/** Which policy this room goes by: the newest that its own hub has signed. */
export type Policies = {
  /** The last one from disk, checked anew. */
  readonly load: () => void
  /** What the hub serves now, unchecked. */
  readonly offered: (value: unknown) => void
}

export function createPolicies({ core, identity, file, onNotice }: PoliciesOptions): Policies {
  const trust = (): (PolicyTrust & { readonly hub: string }) | null => identity.enrolment()

  const adopt = ({ policy }: SignedPolicy, { hubPublicKey }: PolicyTrust) => {
    const hash = sha256Hex(canonicalJson(policy as unknown as Json))
    const isSigned = (word: SignedCardsWord) =>
      verifySignedStatement<SignedCardsWord['statement']>(word, hubPublicKey)
    core.setPolicy(policy, judgeCards(policy, { sha256Hex, isSigned }))
    core.record(
      { type: 'policy-adopted', session: null, body: { version: policy.version, hash } },
      { once: `policy:${hash}` },
    )
  }

  return {
    load: () => {
      const by = trust()
      if (by === null) return
      const loaded = file.load(by)
      if (!loaded.ok) onNotice(loaded.error)
      else if (loaded.value !== null) adopt(loaded.value, by)
    },
    offered: (value) => {
      const by = trust()
      if (by === null) return
      const checked = checkPolicy(value, by, `served by ${by.hub}`)
      if (!checked.ok) {
        onNotice(checked.error)
        return
      }
      const held = core.context().policy
      const offered = checked.value.policy
      if (held !== null && offered.version < held.version) {
        onNotice(olderOffered(offered.version, held.version))
        return
      }
      if (held?.version === offered.version && held.issuedAt === offered.issuedAt) {
        onNotice(null)
        return
      }
      const saved = file.save(checked.value)
      onNotice(saved.ok ? null : saved.error)
      adopt(checked.value, by)
    },
  }
}

const olderOffered = (offered: number, held: number): Problem => ({
  kind: 'policy-older',
  message: `The hub offers policy version ${offered}, older than version ${held} that this room has; it is not used. If the hub was restored from a backup, have the policy issued anew.`,
})
