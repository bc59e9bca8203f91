import type { PresentPhysician } from '../contract/hub.ts'
import type { PeerWanted } from '../contract/ipc.ts'
import { openEscalations } from '../domain/workstation/queries.ts'
import type { WorkstationState } from '../domain/workstation/state.ts'

/**
 * Which peers the room holds, from the state alone: primary and standby all shift, and everyone who accepted an
 * open call. Media flows with the primary during a session, and with everyone who has the call during a call.
 * @param isPrimaryDoubted then it flows with the standby too, who may have to take over in the next moment
 */
export function peersWanted(
  state: WorkstationState,
  present: readonly PresentPhysician[],
  isPrimaryDoubted = false,
): readonly PeerWanted[] {
  const { primary, standby } = state.supervisor
  const calls = openEscalations(state)
  const helpers = calls.flatMap(({ receipts }) =>
    Object.entries(receipts).flatMap(([physicianId, of]) =>
      (of.accepted !== null || of.onScreen !== null) && of.declined === null ? [physicianId] : [],
    ),
  )
  const isPrimaryFlowing = state.session.kind !== 'none' || calls.length > 0
  // Both are seen and heard from the offer until the technologist has confirmed who it is now.
  const { handover } = state.supervisor
  const handing = handover === null ? [] : [handover.from, handover.to]
  const held = [primary, standby, ...helpers, ...handing].filter((id) => id !== null)
  return [...new Set(held)].flatMap((physicianId): PeerWanted[] => {
    const connectionId = present.find((known) => known.physicianId === physicianId)?.connectionId
    if (connectionId === undefined) return []
    const flows =
      helpers.includes(physicianId) ||
      handing.includes(physicianId) ||
      (physicianId === primary && isPrimaryFlowing) ||
      (physicianId === standby && isPrimaryDoubted)
    return [{ physicianId, connectionId, media: flows ? 'flowing' : 'held' }]
  })
}

/**
 * Who counts as present: what the hub says now, and whoever is still heard over the peer link although the hub has
 * lost sight of them, because a call must not end with a signalling server. Offline, the last known stay.
 */
export function mergePresence(
  known: readonly PresentPhysician[],
  said: readonly PresentPhysician[],
  isUp: (physicianId: string) => boolean,
): readonly PresentPhysician[] {
  const stillHeard = known.filter(
    ({ physicianId }) => isUp(physicianId) && !said.some((one) => one.physicianId === physicianId),
  )
  return [...said, ...stillHeard]
}
