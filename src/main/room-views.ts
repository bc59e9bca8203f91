import type { PeerMessage, RoomView } from '../contract/room-view.ts'
import { viewKey } from './room-view.ts'

export type RoomViewsOptions = {
  readonly mono: () => number
  readonly view: () => RoomView | null
  readonly up: () => readonly string[]
  readonly incarnation: (physicianId: string) => string | null
  readonly send: (physicianId: string, message: PeerMessage) => void
}

/** At most five views a second to one peer, ms. */
const everyMs = 200
/** An unchanged view is repeated, should a peer have lost one, ms. */
const repeatMs = 10_000

type Sent = { readonly key: string; readonly incarnation: string | null; readonly atMono: number }

/** Keeps every connected physician's view of this room current. Called after changes and at every tick. */
export function createRoomViews({ mono, view, up, incarnation, send }: RoomViewsOptions): () => void {
  const sentTo = new Map<string, Sent>()
  return () => {
    const physicians = up()
    const current = physicians.length === 0 ? null : view()
    if (current === null) return
    const key = viewKey(current)
    for (const physicianId of physicians) {
      const now = mono()
      const sent = sentTo.get(physicianId)
      const which = incarnation(physicianId)
      const isNew = sent === undefined || sent.incarnation !== which
      const sinceMs = now - (sent?.atMono ?? 0)
      const isDue = isNew || (sent.key !== key && sinceMs >= everyMs) || sinceMs >= repeatMs
      if (!isDue) continue
      sentTo.set(physicianId, { key, incarnation: which, atMono: now })
      send(physicianId, { kind: 'room-view', view: current })
    }
  }
}
