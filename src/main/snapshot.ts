import type { IceServers, PresentPhysician } from '../contract/hub.ts'
import type { Durability, HubConnection, LinkReading, PeerWanted, Snapshot } from '../contract/ipc.ts'
import { escalationProgress } from '../domain/escalation/ladder.ts'
import type { Problem } from '../domain/result.ts'
import { evaluateGate } from '../domain/session/gate.ts'
import { elapsedSincePress } from '../domain/workstation/queries.ts'
import type { Escalation } from '../domain/workstation/state.ts'
import type { Core } from './core.ts'
import { alarmSounds, nameOf, timingOf } from './help.ts'
import type { Preferences } from './preferences.ts'

/** All of a snapshot but what is stamped on it when it is sent. */
export type SnapshotBody = Omit<Snapshot, 'revision' | 'nowMs' | 'window' | 'elapsedMs'>

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
  readonly iceServers: IceServers
  readonly isHelpWindowAlive: boolean
  readonly notices: readonly Problem[]
}

/** Everything a window shows, from the state and what surrounds it. */
export function snapshotBody(core: Core, around: Surroundings): SnapshotBody {
  const state = core.state()
  const context = core.context()
  const { policy, policyStale } = context
  const progressOf = (open: Escalation | null) =>
    open &&
    escalationProgress(open, (id) => nameOf(policy, id), elapsedSincePress(open, context), timingOf(policy))
  const sounds = alarmSounds(state.reaction, elapsedOf(core).reaction ?? 0, policy)
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
    state,
    gate: state.session.kind === 'none' ? null : evaluateGate(state, context),
    present: around.present,
    progress: { reaction: progressOf(state.reaction), question: progressOf(state.question) },
    links: around.links,
    peers: around.peers,
    iceServers: around.iceServers,
    alarm: sounds ? { soundIn: around.isHelpWindowAlive ? 'help' : 'main' } : null,
    recent: core.history().recent,
    notices: around.notices,
  }
}

export function elapsedOf(core: Core): Snapshot['elapsedMs'] {
  const { reaction, question } = core.state()
  const of = (open: Escalation | null) => open && elapsedSincePress(open, core.context())
  return { reaction: of(reaction), question: of(question) }
}
