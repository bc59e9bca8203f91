import type { LinkReading, Snapshot } from '../../contract/ipc.ts'
import type { Policy, Room } from '../../domain/policy/policy.ts'

/** Names for identifiers: from the policy, else from who is present, else the identifier itself. */
export function physicianName(snapshot: Snapshot, physicianId: string): string {
  return (
    snapshot.policy?.physicians.find(({ id }) => id === physicianId)?.name ??
    snapshot.present.find((physician) => physician.physicianId === physicianId)?.name ??
    physicianId
  )
}

export const roomNow = (snapshot: Snapshot): Room | undefined =>
  roomWithId(snapshot.policy, snapshot.enrolment.kind === 'enrolled' ? snapshot.enrolment.roomId : null)

// Not the domain's `roomOf`: its module would bring the schemas of the whole policy into the help window.
const roomWithId = (policy: Policy | null, roomId: string | null): Room | undefined =>
  policy?.rooms.find(({ id }) => id === roomId)

const noReading: LinkReading = { state: { kind: 'none' }, roundTripMs: null, lossRatio: null, framesPerS: 0 }

export const linkTo = (snapshot: Snapshot, physicianId: string | null): LinkReading =>
  (physicianId === null ? undefined : snapshot.links[physicianId]) ?? noReading

/** Whose picture is large: who answered the call, else the primary. */
export function physicianInView(snapshot: Snapshot): string | null {
  const answering = snapshot.progress.reaction?.physicianId ?? snapshot.progress.question?.physicianId ?? null
  return answering ?? snapshot.state.supervisor.primary
}

export type Phone = Policy['site']['phones'][number]

/** Emergency first. Without a policy there is still one number that every site in the country has. */
export function phonesOf(policy: Policy | null): readonly Phone[] {
  if (policy === null) return [{ label: 'Emergency', number: '911', kind: 'emergency' }]
  const rank = (phone: Phone): number => ['emergency', 'code-team'].indexOf(phone.kind)
  return policy.site.phones.toSorted((a, b) => order(rank(a)) - order(rank(b)))
}

const order = (rank: number): number => (rank === -1 ? 2 : rank)
