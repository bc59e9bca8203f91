import type { PageEnd } from '../contract/room-view.ts'
import type { HubClock } from './clock.ts'
import type { ConsolePeer } from './sockets/peers.ts'

/** Nobody who was told of a call is left with it after so long, and no copy of it is under way any more. */
const rememberedForMs = 12 * 60 * 60 * 1000
const maxRemembered = 10_000

type Ending = {
  readonly deviceId: string
  readonly end: PageEnd
  readonly atMs: number
  readonly untold: Set<string>
}

/** Calls that are over: for who was away when they ended, and for copies that come late. */
export type PageEndings = {
  /** @param untold who was told of the call and has not heard of its end */
  readonly remember: (deviceId: string, end: PageEnd, untold?: Iterable<string>) => void
  readonly has: (escalationId: string) => boolean
  readonly of: (deviceId: string, escalationId: string) => PageEnd | undefined
  readonly tell: (physicianId: string, peer: ConsolePeer) => void
  readonly sweep: () => void
}

export function createPageEndings(clock: Pick<HubClock, 'nowMs'>): PageEndings {
  const endings = new Map<string, Ending>()
  return {
    remember(deviceId, end, untold = []) {
      // The oldest makes room: a room that ends one call after the other takes no memory without end.
      const [oldest] = endings.keys()
      if (endings.size >= maxRemembered && oldest !== undefined) endings.delete(oldest)
      endings.set(end.escalationId, { deviceId, end, atMs: clock.nowMs(), untold: new Set(untold) })
    },
    has: (escalationId) => endings.has(escalationId),
    of(deviceId, escalationId) {
      const ending = endings.get(escalationId)
      return ending?.deviceId === deviceId ? ending.end : undefined
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
