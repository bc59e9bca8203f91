import type { RoomView } from '../../contract/room-view.ts'
import { type RoomKnown, viewIsCurrent } from './room-tile.ts'

/** A handover that this physician has a part in, as the room says it stands. */
export type Handover = NonNullable<NonNullable<RoomView['supervisor']>['handover']> & {
  readonly deviceId: string
  readonly roomName: string
  readonly sessionId: string
}

export const handoversOf = (rooms: readonly RoomKnown[], selfId: string): readonly Handover[] =>
  rooms.flatMap((room): Handover[] => {
    const { view, deviceId } = room
    const handover = view?.supervisor?.handover ?? null
    if (view === null || view.session === null || handover === null || !viewIsCurrent(room)) return []
    if (handover.from !== selfId && handover.to !== selfId) return []
    return [{ ...handover, deviceId, roomName: view.roomName, sessionId: view.session.sessionId }]
  })

/** Somebody waits for this physician's answer. */
export const isAsked = ({ to, stage }: Handover, selfId: string): boolean =>
  to === selfId && stage === 'offered'
