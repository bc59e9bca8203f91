import type { PageEnd } from '../contract/room-view.ts'
import type { HubClock } from './clock.ts'
import type { ConsolePeer } from './sockets/peers.ts'

/** Nobody who was told of a call is left with it after so long, and no copy of it is under way any more. */
const rememberedForMs = 12 * 60 * 60 * 1000
const maxRemembered = 10_000

/** Whose word the end was, and the last press that it is known to answer: the room's is the only one that lasts. */
export type EndedBy = { readonly by: 'room' | 'hub'; readonly round: number }
/** The end of a call that is not open here says nothing of presses: it ends them all. */
const everyRound = Number.POSITIVE_INFINITY

type Ending = EndedBy & {
  readonly deviceId: string
  readonly end: PageEnd
  readonly atMs: number
  readonly untold: Set<string>
}

/** Calls that are over: for who was away when they ended, and for copies that come late. */
export type PageEndings = {
  /** @param untold who was told of the call and has not heard of its end */
  readonly remember: (deviceId: string, end: PageEnd, by: EndedBy, untold: Iterable<string>) => void
  /** The room's own end of a call that is not open here. With `isToKeep`, also of one that was never open here. */
  readonly hear: (deviceId: string, end: PageEnd, isToKeep: boolean) => void
  /** The end that a page of this round comes too late for. What the hub ended by itself the room may still go on with. */
  readonly of: (deviceId: string, escalationId: string, round: number) => PageEnd | undefined
  /** It is open again, so that nobody is told any more that it ended. Returns who has not been told. */
  readonly reopen: (escalationId: string) => readonly string[]
  readonly tell: (physicianId: string, peer: ConsolePeer) => void
  readonly sweep: () => void
}

export function createPageEndings(clock: Pick<HubClock, 'nowMs'>): PageEndings {
  const endings = new Map<string, Ending>()

  function remember(deviceId: string, end: PageEnd, { by, round }: EndedBy, untold: Iterable<string>): void {
    // The oldest makes room: a room that ends one call after the other takes no memory without end.
    const [oldest] = endings.keys()
    if (endings.size >= maxRemembered && oldest !== undefined) endings.delete(oldest)
    endings.delete(end.escalationId)
    endings.set(end.escalationId, { deviceId, end, by, round, atMs: clock.nowMs(), untold: new Set(untold) })
  }

  return {
    remember,
    hear(deviceId, end, isToKeep) {
      const known = endings.get(end.escalationId)
      const isNew = known === undefined ? isToKeep : known.deviceId === deviceId && known.by === 'hub'
      if (isNew) remember(deviceId, end, { by: 'room', round: everyRound }, known?.untold ?? [])
    },
    of(deviceId, escalationId, round) {
      const ending = endings.get(escalationId)
      const isOver = ending?.deviceId === deviceId && ending.by === 'room' && round <= ending.round
      return isOver ? ending.end : undefined
    },
    reopen(escalationId) {
      const untold = endings.get(escalationId)?.untold ?? []
      endings.delete(escalationId)
      return [...untold]
    },
    tell(physicianId, peer) {
      for (const { end, untold } of endings.values())
        if (untold.delete(physicianId)) peer.send('page-end', end)
    },
    // In the order of their time, so that the first that is young enough ends the search.
    sweep() {
      for (const [id, { atMs }] of endings) {
        if (clock.nowMs() - atMs <= rememberedForMs) return
        endings.delete(id)
      }
    },
  }
}
