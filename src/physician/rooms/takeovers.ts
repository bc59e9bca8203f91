import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RoomView } from '../../contract/room-view.ts'
import { type RoomKnown, viewIsCurrent } from './room-tile.ts'
import type { RoomsState } from './rooms.ts'

/** A room has brought this physician into its open session in somebody's place, and waits for them to confirm it. */
export type Takeover = NonNullable<NonNullable<RoomView['supervisor']>['takeover']> & {
  readonly deviceId: string
  readonly roomName: string
  readonly sessionId: string
  readonly step: RoomView['step']
}

/** The rooms' own word, and only while it is current: a room that is cut off may have somebody else by now. */
export const takeoversOf = (rooms: readonly RoomKnown[], selfId: string): readonly Takeover[] =>
  rooms.flatMap((room): Takeover[] => {
    const { view, deviceId } = room
    const takeover = view?.supervisor?.takeover ?? null
    if (view === null || takeover === null || view.session === null || !viewIsCurrent(room)) return []
    if (view.supervisor?.physicianId !== selfId) return []
    const { roomName, step, session } = view
    return [{ ...takeover, deviceId, roomName, step, sessionId: session.sessionId }]
  })

/** Those that wait now; `onNew` is called once for each. */
export function createTakeovers(options: {
  readonly rooms: StoreApi<RoomsState>
  readonly selfId: () => string
  readonly onNew: (takeover: Takeover) => void
}): StoreApi<readonly Takeover[]> {
  const store = createStore<readonly Takeover[]>(() => [])
  const known = new Set<string>()
  options.rooms.subscribe(({ byDevice }) => {
    const waiting = takeoversOf(Object.values(byDevice), options.selfId())
    if (JSON.stringify(waiting) !== JSON.stringify(store.getState())) store.setState(waiting, true)
    for (const takeover of waiting) {
      const key = `${takeover.deviceId} ${takeover.at}`
      if (known.has(key)) continue
      known.add(key)
      options.onNew(takeover)
    }
  })
  return store
}
