import { type Policy, roomOf } from '../policy/policy.ts'
import { licenceFinding } from '../session/findings.ts'

export type Supervisors = { readonly primary: string | null; readonly standby: string | null }

/**
 * Who supervises a room and who stands by, among the physicians present: bench order, those licensed for the
 * site's state and the room's modality first, and nobody is changed while they can stay. Whoever stands by has a
 * warm link, so they follow a primary who has gone.
 *
 * @param now for the licences; without it they are judged on the day the policy was issued
 * @param unheard present by the hub's word, and not heard in the room while the standby is: gives way to a standby who
 * may supervise
 * @param returned who supervised until just now and is heard again, before whoever followed has confirmed it
 */
export function chooseSupervisors(
  policy: Policy,
  roomId: string,
  present: readonly string[],
  current: Supervisors,
  now: string = policy.issuedAt,
  unheard: string | null = null,
  returned: string | null = null,
): Supervisors {
  const room = roomOf(policy, roomId)
  if (room === undefined) return { primary: null, standby: null }
  const isLicensed = (id: string): boolean => {
    const physician = policy.physicians.find((known) => known.id === id)
    return physician !== undefined && licenceFinding(physician, policy.site.state, room.modality, now).met
  }
  const candidates = room.bench.filter(
    (id, index) => present.includes(id) && room.bench.indexOf(id) === index,
  )
  const licensed = candidates.filter(isLicensed)
  // An unlicensed physician is better than nobody, and the gate says so; never instead of a licensed one.
  const eligible = licensed.length > 0 ? licensed : candidates
  const keeps = (id: string | null, among: readonly string[]): string | undefined =>
    id !== null && among.includes(id) ? id : undefined
  const followed =
    unheard !== null && unheard === current.primary ? keeps(current.standby, eligible) : undefined
  const primary =
    followed ??
    keeps(returned, eligible) ??
    keeps(current.primary, eligible) ??
    keeps(current.standby, eligible) ??
    eligible[0] ??
    null
  const others = [...licensed, ...candidates.filter((id) => !licensed.includes(id))].filter(
    (id) => id !== primary,
  )
  const standbyLicensed = others.filter(isLicensed)
  const standby =
    keeps(current.standby, standbyLicensed.length > 0 ? standbyLicensed : others) ?? others[0] ?? null
  return { primary, standby }
}
