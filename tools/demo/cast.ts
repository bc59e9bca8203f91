import type { Snapshot } from '../../src/contract/ipc.ts'
import type { PhysicianPage } from '../../tests/support/physician-page.ts'
import type { Technologist } from '../../tests/support/technologist.ts'
import { openWorld, type RoomAtWork, type World } from '../../tests/support/world.ts'
import type { GateWatch } from './gate-watch.ts'
import type { Output } from './output.ts'
import type { Story } from './story.ts'
import { until } from './until.ts'

/** Everyone in the story, each in processes of their own, and where its results go. */
export type Cast = {
  readonly story: Story
  readonly output: Output
  readonly world: World
  readonly room: RoomAtWork
  readonly technologist: Technologist
  readonly chen: PhysicianPage
  readonly rao: PhysicianPage
  readonly gate: GateWatch
}

/** The people by identifier, and how they and the room are named on screen. */
export const names = {
  chen: 'p-chen',
  rao: 'p-rao',
  drChen: 'Dr. A. Chen',
  drRao: 'Dr. M. Rao',
  director: 'Dr. E. Novak (sample)',
  room: 'CT 2',
  patient: 'Okafor',
  responder: 'R. Patel',
} as const

/** What summary.json says in milliseconds and counts; filled by the chapters. */
export type Facts = {
  pressToLivePictureMs?: number
  coldCallMs?: number
  sessionId?: string
  drillId?: string
  reactionId?: string
  /** Wall clock, ms since the epoch. */
  hubKilledAtMs?: number
  hubBackAtMs?: number
}

export const startWorld = (): Promise<World> => openWorld()

/** Waits until the workstation's own truth says so. */
export const untilSnapshot = (
  technologist: Technologist,
  what: string,
  holds: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> => {
  let last: Snapshot | undefined
  return until(
    what,
    async () => {
      last = await technologist.snapshot()
      return holds(last) || inShort(last)
    },
    (read) => read === true,
  ).then(() => {
    if (last === undefined) throw new Error('nothing was read')
    return last
  })
}

/** Of a snapshot, what a failed wait should show. */
const inShort = ({ hub, unsynced, state, links, gate }: Snapshot) => ({
  hub: hub.kind,
  unsynced,
  supervisor: state.supervisor,
  session: state.session.kind,
  reaction: state.reaction?.receipts ?? null,
  links: Object.fromEntries(Object.entries(links).map(([id, link]) => [id, link.state])),
  waitsFor: (gate?.checks ?? []).filter((check) => check.outcome === 'failed').map((check) => check.check),
})
