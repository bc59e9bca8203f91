import type { IceConfig, PresentPhysician } from '../contract/hub.ts'
import type { Durability, HubConnection, LinkReading, PeerWanted, Snapshot } from '../contract/ipc.ts'
import { alarmSounds } from '../domain/escalation/ladder.ts'
import { escalationProgress } from '../domain/escalation/progress.ts'
import { timingOf } from '../domain/escalation/timing.ts'
import type { Problem } from '../domain/result.ts'
import { evaluateGate } from '../domain/session/gate.ts'
import { clockProblem } from '../domain/workstation/clock-skew.ts'
import { callsAt, elapsedSincePress, leftToObserveMs } from '../domain/workstation/queries.ts'
import type { Escalation } from '../domain/workstation/state.ts'
import type { DeviceIdentity } from '../platform/node/device-identity.ts'
import type { Core } from './core.ts'
import { nameOf } from './help.ts'
import type { Preferences } from './preferences.ts'

/** @param enrollingAt the hub that is being asked to take this device in, if any */
export function enrolmentOf(
  identity: DeviceIdentity,
  enrollingAt: string | undefined,
): Snapshot['enrolment'] {
  const enrolment = identity.enrolment()
  if (enrolment !== null) {
    const { hub, roomId } = enrolment
    return { kind: 'enrolled', hub, deviceId: identity.deviceId, roomId }
  }
  return enrollingAt === undefined ? { kind: 'none' } : { kind: 'enrolling', hub: enrollingAt }
}

/** All of a snapshot but what is stamped on it when it is sent. */
export type SnapshotBody = Omit<Snapshot, 'revision' | 'nowMs' | 'window' | 'elapsedMs' | 'observationLeftMs'>

/** What lives beside the log. */
export type Surroundings = {
  readonly runtime: string
  readonly version: string
  readonly preferences: Preferences
  readonly durability: Durability
  readonly enrolment: Snapshot['enrolment']
  readonly hub: HubConnection
  readonly unsynced: number
  readonly present: readonly PresentPhysician[]
  readonly links: Readonly<Record<string, LinkReading>>
  readonly peers: readonly PeerWanted[]
  readonly ice: IceConfig | null
  readonly isHelpWindowAlive: boolean
  readonly notices: readonly Problem[]
}

/** Everything a window shows, from the state and what surrounds it. */
export function snapshotBody(core: Core, around: Surroundings): SnapshotBody {
  const context = core.context()
  const { policy, policyStale, cards } = context
  const state = { ...core.state(), ...callsAt(core.state(), context.now) }
  const progressOf = (open: Escalation | null) =>
    open &&
    escalationProgress(
      open,
      (id) => nameOf(policy, id),
      elapsedSincePress(open, context),
      timingOf(open, policy),
      state.links,
    )
  const { reaction } = state
  const sounds =
    reaction !== null &&
    alarmSounds(reaction, countedOf(core).elapsedMs.reaction ?? 0, timingOf(reaction, policy))
  return {
    runtime: around.runtime,
    version: around.version,
    theme: around.preferences.theme,
    layout: around.preferences.layout,
    durability: around.durability,
    enrolment: around.enrolment,
    hub: around.hub,
    unsynced: around.unsynced,
    policy,
    policyStale,
    cards,
    state,
    gate: state.session.kind === 'none' ? null : evaluateGate(state, context),
    present: around.present,
    progress: { reaction: progressOf(state.reaction), question: progressOf(state.question) },
    links: around.links,
    peers: around.peers,
    ice: around.ice,
    alarm: sounds ? { soundIn: around.isHelpWindowAlive ? 'help' : 'main' } : null,
    recent: core.history().recent,
    notices: [...around.notices, ...clockNotices(around.hub)],
  }
}

/** As it was measured when this connection was made. */
function clockNotices(hub: HubConnection): readonly Problem[] {
  const problem = hub.kind === 'online' ? clockProblem(hub.skewMs) : null
  return problem === null ? [] : [problem]
}

/** What a window counts on from by itself, so that no snapshot is needed for it. */
export function countedOf(core: Core): Pick<Snapshot, 'elapsedMs' | 'observationLeftMs'> {
  const { reaction, question, session } = core.state()
  const clocks = core.context()
  const of = (open: Escalation | null) => open && elapsedSincePress(open, clocks)
  return {
    elapsedMs: { reaction: of(reaction), question: of(question) },
    observationLeftMs: session.kind === 'observing' ? leftToObserveMs(session.observation, clocks) : null,
  }
}
