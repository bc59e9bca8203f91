import type { SignedPolicy } from '../contract/hub.ts'
import { canonicalJson, type Json } from '../domain/log/canonical.ts'
import type { Physician, Policy, PolicyContent, Room } from '../domain/policy/policy.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import { type SigningKeyPair, signJson } from '../platform/node/ed25519.ts'
import { type HubClock, nowIso } from './clock.ts'
import type { PolicyStore } from './store.ts'

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
  /** Issues the same content anew once half of its time is over, so that a hub that is up never has a stale policy. */
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
  const stored = await policies.current()
  if (stored === null && given === undefined)
    return fail('no-site', 'The hub knows no site yet. Start it once with the site’s file: --site FILE.')

  const issue = async (content: PolicyContent, version: number): Promise<SignedPolicy> => {
    const policy: Policy = { ...content, version, issuedAt: nowIso(clock) }
    const signature = signJson(keys.privateKey, policy as unknown as Json)
    await policies.add({ version, issuedAt: policy.issuedAt, content, signature })
    return { policy, signature }
  }
  const load = async (): Promise<SignedPolicy> => {
    if (stored === null) return issue(given as PolicyContent, 1)
    if (given !== undefined && !sameContent(given, stored.content)) return issue(given, stored.version + 1)
    const { content, version, issuedAt, signature } = stored
    return { policy: { ...content, version, issuedAt }, signature }
  }

  let signed = await load()
  let index = indexOf(signed.policy)

  async function adopt(content: PolicyContent): Promise<number> {
    const before = signed.policy
    signed = await issue(content, before.version + 1)
    index = indexOf(signed.policy)
    for (const listener of listeners) listener(before)
    return signed.policy.version
  }
  return ok({
    signed: () => signed,
    policy: () => signed.policy,
    room: (roomId) => index.roomById.get(roomId),
    physician: (physicianId) => index.physicianById.get(physicianId),
    isOnBench: (roomId, physicianId) => index.roomById.get(roomId)?.bench.includes(physicianId) ?? false,
    roomsOf: (physicianId) => index.roomsByPhysician.get(physicianId) ?? [],
    replace: adopt,
    async refresh() {
      const { version: _, issuedAt, ...content } = signed.policy
      if (clock.nowMs() - Date.parse(issuedAt) > content.staleAfterMs / 2) await adopt(content)
    },
    onChanged: (listener) => void listeners.push(listener),
  })
}

const sameContent = (a: PolicyContent, b: PolicyContent): boolean =>
  canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json)

function indexOf(policy: Policy) {
  const roomsByPhysician = new Map<string, Room[]>()
  const physicianById = new Map(policy.physicians.map((physician) => [physician.id, physician]))
  for (const room of policy.rooms)
    for (const physicianId of room.bench)
      if (physicianById.has(physicianId))
        roomsByPhysician.set(physicianId, [...(roomsByPhysician.get(physicianId) ?? []), room])
  return { roomById: new Map(policy.rooms.map((room) => [room.id, room])), physicianById, roomsByPhysician }
}
