import type { SignedPolicy } from '../contract/hub.ts'
import { canonicalJson, type Json } from '../domain/log/canonical.ts'
import type { CardsApproval } from '../domain/policy/cards-approval.ts'
import type { IssuedContent, Physician, Policy, PolicyContent, Room } from '../domain/policy/policy.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import { type SigningKeyPair, signJson } from '../platform/node/ed25519.ts'
import { type HubClock, nowIso } from './clock.ts'
import type { PolicyStore, StoredPolicy } from './store.ts'

/** What the site has decided, as the hub signs it and lives by it. */
export type Site = {
  readonly signed: () => SignedPolicy
  readonly policy: () => Policy
  readonly room: (roomId: string) => Room | undefined
  readonly physician: (physicianId: string) => Physician | undefined
  readonly isOnBench: (roomId: string, physicianId: string) => boolean
  readonly roomsOf: (physicianId: string) => readonly Room[]
  /** Issues new content as the next version. */
  readonly replace: (content: PolicyContent) => Promise<number>
  /**
   * Issues the same content with what the medical director has said about its cards, unless that is in it already.
   * Asked again before each try: another hub may have issued a version, and taken a word, meanwhile.
   */
  readonly approve: (approval: () => Promise<CardsApproval | undefined>) => Promise<void>
  /** Follows what another hub has issued, and issues the same content anew once half of its time is over, so that a hub that is up never has a stale policy. */
  readonly refresh: () => Promise<void>
  /** Called after each new version, with what it replaced. */
  readonly onChanged: (listener: (before: Policy) => void) => void
}

export async function openSite(
  policies: PolicyStore,
  keys: SigningKeyPair,
  clock: HubClock,
  given: PolicyContent | undefined,
): Promise<Result<Site, Problem<'no-site'>>> {
  const listeners: ((before: Policy) => void)[] = []

  /** Undefined if another hub has issued this version already. */
  const issue = async (content: IssuedContent, version: number): Promise<SignedPolicy | undefined> => {
    const policy: Policy = { ...content, version, issuedAt: nowIso(clock) }
    const signature = signJson(keys.privateKey, policy as unknown as Json)
    const isIssued = await policies.add({ version, issuedAt: policy.issuedAt, content, signature })
    return isIssued ? { policy, signature } : undefined
  }
  const load = async (): Promise<SignedPolicy | undefined> => {
    for (;;) {
      const stored = await policies.current()
      if (stored !== null && (given === undefined || isSame(given, siteContentOf(stored.content))))
        return signedOf(stored)
      if (given === undefined) return undefined
      const issued = await issue(
        withApproval(given, stored?.content.cardsApproval),
        (stored?.version ?? 0) + 1,
      )
      if (issued !== undefined) return issued
    }
  }

  const first = await load()
  if (first === undefined)
    return fail('no-site', 'The hub knows no site yet. Start it once with the site’s file: --site FILE.')
  let signed = first
  let index = indexOf(signed.policy)

  function adopt(next: SignedPolicy): void {
    const before = signed.policy
    if (next.policy.version <= before.version) return
    signed = next
    index = indexOf(signed.policy)
    for (const listener of listeners) listener(before)
  }
  /** Takes over what another hub has issued. */
  async function follow(): Promise<void> {
    const stored = await policies.current()
    if (stored !== null) adopt(signedOf(stored))
  }
  async function replace(content: PolicyContent): Promise<number> {
    for (;;) {
      const { version, cardsApproval } = signed.policy
      const issued = await issue(withApproval(content, cardsApproval), version + 1)
      if (issued !== undefined) {
        adopt(issued)
        return issued.policy.version
      }
      await follow()
    }
  }
  async function approve(ask: () => Promise<CardsApproval | undefined>): Promise<void> {
    for (;;) {
      // Issued above the version that was known when the words were read, so that no older word goes over a newer one.
      const before = signed.policy.version
      const approval = await ask()
      if (signed.policy.version !== before) continue
      const { version, issuedAt: _, ...content } = signed.policy
      if (isSame(approval ?? null, content.cardsApproval ?? null)) return
      const issued = await issue(withApproval(siteContentOf(content), approval), version + 1)
      if (issued !== undefined) return adopt(issued)
      await follow()
    }
  }
  return ok({
    signed: () => signed,
    policy: () => signed.policy,
    room: (roomId) => index.roomById.get(roomId),
    physician: (physicianId) => index.physicianById.get(physicianId),
    isOnBench: (roomId, physicianId) => index.roomById.get(roomId)?.bench.includes(physicianId) ?? false,
    roomsOf: (physicianId) => index.roomsByPhysician.get(physicianId) ?? [],
    replace,
    approve,
    async refresh() {
      if ((await policies.version()) > signed.policy.version) await follow()
      const { version, issuedAt, ...content } = signed.policy
      if (clock.nowMs() - Date.parse(issuedAt) <= content.staleAfterMs / 2) return
      const issued = await issue(content, version + 1)
      if (issued === undefined) await follow()
      else adopt(issued)
    },
    onChanged: (listener) => void listeners.push(listener),
  })
}

const signedOf = ({ content, version, issuedAt, signature }: StoredPolicy): SignedPolicy => ({
  policy: { ...content, version, issuedAt },
  signature,
})

/** What the site's file says: all but what was said about it. */
function siteContentOf({ cardsApproval: _, ...content }: IssuedContent): PolicyContent {
  return content
}

const withApproval = (content: PolicyContent, approval: CardsApproval | undefined): IssuedContent =>
  approval === undefined ? content : { ...content, cardsApproval: approval }

const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a as Json) === canonicalJson(b as Json)

function indexOf(policy: Policy) {
  const roomsByPhysician = new Map<string, Room[]>()
  const physicianById = new Map(policy.physicians.map((physician) => [physician.id, physician]))
  for (const room of policy.rooms)
    for (const physicianId of room.bench)
      if (physicianById.has(physicianId))
        roomsByPhysician.set(physicianId, [...(roomsByPhysician.get(physicianId) ?? []), room])
  return { roomById: new Map(policy.rooms.map((room) => [room.id, room])), physicianById, roomsByPhysician }
}
