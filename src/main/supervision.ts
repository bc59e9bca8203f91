import type { PresentPhysician } from '../contract/hub.ts'
import type { LinkReading, PeerWanted } from '../contract/ipc.ts'
import { chooseSupervisors } from '../domain/coverage/supervisors.ts'
import { type LinkMeasurement, unconfirmed } from '../domain/link/link.ts'
import type { Instead } from '../domain/log/events.ts'
import type { WorkstationState } from '../domain/workstation/state.ts'
import type { Core } from './core.ts'
import { type PrimaryStands, primaryStands, returnedFrom } from './failover.ts'
import { createLinks } from './links.ts'
import { mergePresence, peersWanted } from './peers.ts'

/** Who is there, who supervises, which peers the room holds, and what is true of their links now. */
export type Supervision = {
  readonly hubSays: (physicians: readonly PresentPhysician[]) => void
  readonly measured: (measurements: readonly LinkMeasurement[]) => void
  /** Follows the state with whom media flows. Records nothing, so a press need not wait for the disk. */
  readonly followState: () => void
  /** Chooses supervisors and peers from what is known, and records what has changed about them and their links. */
  readonly reconcile: () => void
  readonly present: () => readonly PresentPhysician[]
  /** Whom the hub last said to be on call, without those who are only still heard. */
  readonly saidOnCall: () => readonly string[]
  readonly peers: () => readonly PeerWanted[]
  readonly readings: () => Readonly<Record<string, LinkReading>>
  /** Physicians whom something sent over the peer channel now would reach. */
  readonly up: () => readonly string[]
  /** Another value means another page or another connection there; null while it is not up. */
  readonly incarnation: (physicianId: string) => string | null
}

export function createSupervision(core: Core): Supervision {
  const links = createLinks()
  /** What the hub last said; null until it has said anything to this process. */
  let said: readonly PresentPhysician[] | null = null
  let present: readonly PresentPhysician[] = []
  let peers: readonly PeerWanted[] = []
  let stands: PrimaryStands = 'there'

  const mono = () => core.context().mono
  const isUp = (physicianId: string) => links.isUp(physicianId, mono())
  const readings = (): Readonly<Record<string, LinkReading>> => {
    const measured = links.readings(peers, mono())
    const { primary, takeover } = core.state().supervisor
    const reading = primary === null || takeover === null ? undefined : measured[primary]
    if (primary === null || reading === undefined) return measured
    return { ...measured, [primary]: { ...reading, state: unconfirmed(reading.state) } }
  }

  const choose = () => {
    const { policy, roomId, now } = core.context()
    // After a restart nobody is there yet who could be told apart from nobody being on call.
    if (policy === null || roomId === null || said === null) return
    present = mergePresence(present, said, isUp)
    const ids = present.map(({ physicianId }) => physicianId)
    const before = core.state().supervisor
    const isOnCall = (id: string) => said?.some(({ physicianId }) => physicianId === id) ?? false
    stands = primaryStands(core.state(), (id) => links.silentMs(id, mono()), isOnCall)
    const unheard = stands === 'gone' ? before.primary : null
    const returned = returnedFrom(core.state(), (id) => isOnCall(id) && isUp(id))
    const handedTo = unheard === null ? handedOverTo(core.state()) : null
    const current = handedTo === null ? before : { primary: handedTo, standby: before.primary }
    const chosen = chooseSupervisors(policy, roomId, ids, current, now, unheard, returned)
    const isHandedOver = handedTo !== null && chosen.primary === handedTo
    const why = isHandedOver ? 'handed-over' : whyReplaced(before.primary, isOnCall, unheard)
    core.execute({ kind: 'report-supervisor', ...chosen, why })
    peers = peersWanted(core.state(), present, stands === 'doubted')
    links.keepOnly(peers.map(({ physicianId }) => physicianId))
  }

  const recordLinks = () => {
    const now = readings()
    for (const [physicianId, { state }] of Object.entries(now)) {
      core.execute({ kind: 'report-link', physicianId, link: state })
    }
    for (const physicianId of Object.keys(core.state().links)) {
      if (physicianId in now) continue
      core.execute({ kind: 'report-link', physicianId, link: { kind: 'none' } })
    }
  }

  return {
    followState: () => {
      if (said !== null) peers = peersWanted(core.state(), present, stands === 'doubted')
    },
    hubSays: (physicians) => {
      said = physicians
    },
    measured: (measurements) => links.measured(measurements, mono()),
    reconcile: () => {
      // Before anybody is replaced, so that what was lost is recorded as theirs.
      recordLinks()
      choose()
      recordLinks()
    },
    present: () => present,
    saidOnCall: () => (said ?? []).map(({ physicianId }) => physicianId),
    peers: () => peers,
    readings,
    up: () => peers.map(({ physicianId }) => physicianId).filter(isUp),
    incarnation: (physicianId) => {
      const which = links.incarnation(physicianId, mono())
      const connectionId = peers.find((peer) => peer.physicianId === physicianId)?.connectionId
      return which === null ? null : `${connectionId}.${which}`
    },
  }
}

/** Whoever has accepted a handover, once they see and hear the room: until then the other one supervises. */
function handedOverTo({ supervisor: { handover }, links }: WorkstationState): string | null {
  return handover?.stage === 'accepted' && links[handover.to]?.kind === 'live' ? handover.to : null
}

function whyReplaced(
  primary: string | null,
  isOnCall: (physicianId: string) => boolean,
  unheard: string | null,
): Instead['why'] {
  if (primary !== null && !isOnCall(primary)) return 'console-gone'
  return unheard === null ? 'not-eligible' : 'console-silent'
}
