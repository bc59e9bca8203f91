import { linkThresholds } from '../domain/link/link.ts'
import { openEscalations } from '../domain/workstation/queries.ts'
import type { WorkstationState } from '../domain/workstation/state.ts'

/**
 * Since whom the standby has been heard by so much the primary has missed two heartbeats of their own, ms. A room that
 * loses its network hears both for the last time within one beat.
 */
const laterByMs = 1000

/**
 * Whether the primary of an open session or call is still there, compared with the standby.
 * `doubted`: the standby's picture may begin to flow, so that it is there if it is needed.
 * `gone`: the standby takes their place now.
 */
export type PrimaryStands = 'there' | 'doubted' | 'gone'

/**
 * Who supervised until just now and is heard again, while nobody has confirmed to follow them: a frozen tab or a page
 * that was loaded anew must not leave the room to an empty desk.
 */
export function returnedFrom(
  { supervisor: { takeover } }: WorkstationState,
  isHeard: (physicianId: string) => boolean,
): string | null {
  return takeover !== null && isHeard(takeover.from) ? takeover.from : null
}

/**
 * @param silentMs since a physician was last heard over the peer link; null without a link to them
 * @param isOnCall by the hub's last word
 */
export function primaryStands(
  state: WorkstationState,
  silentMs: (physicianId: string) => number | null,
  isOnCall: (physicianId: string) => boolean,
): PrimaryStands {
  const { primary, standby } = state.supervisor
  const isNeeded = state.session.kind !== 'none' || openEscalations(state).length > 0
  if (!isNeeded || primary === null || standby === null) return 'there'
  const ofPrimary = silentMs(primary)
  const ofStandby = silentMs(standby)
  if (ofPrimary === null || ofStandby === null || ofStandby > linkThresholds.staleAfterMs) return 'there'
  if (ofPrimary - ofStandby < laterByMs) return 'there'
  // Two witnesses need less time than one: a hub that has lost its socket, and a link on which nothing comes.
  return !isOnCall(primary) || ofPrimary > linkThresholds.staleAfterMs ? 'gone' : 'doubted'
}
