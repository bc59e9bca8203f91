import { useStore } from 'zustand'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useAlarms, useConsole, useSelf } from '../console-context.ts'
import { needOf, sortRooms } from './room-tile.ts'
import { Tile } from './Tile.tsx'
import './grid.css'

/** All rooms that this physician covers, those that need them first. */
export function Grid() {
  const { rooms } = useConsole()
  const { physicianId } = useSelf()
  const { byDevice, listedAt } = useStore(rooms.store)
  const alarms = useAlarms()
  const sorted = sortRooms(Object.values(byDevice), alarms, physicianId)
  if (sorted.length === 0)
    return listedAt === null ? (
      <p role="status">Asking the hub which rooms you cover…</p>
    ) : (
      <EmptyState icon="list" title="You cover no room">
        No room has you on its bench. The hub’s administrator decides who covers which room.
      </EmptyState>
    )
  const waiting = sorted.filter((room) => needOf(room, alarms, physicianId).kind !== 'none').length
  return (
    <section aria-label="Rooms">
      <div className="grid-head">
        <h2>Rooms</h2>
        <p className="soft">
          {sorted.length === 1 ? '1 room' : `${sorted.length} rooms`}
          {waiting === 0 ? ', none needs you now' : `, ${waiting} ${waiting === 1 ? 'needs' : 'need'} you`}
        </p>
      </div>
      <ul className="grid">
        {sorted.map((room) => (
          <Tile key={room.deviceId} room={room} need={needOf(room, alarms, physicianId)} />
        ))}
      </ul>
    </section>
  )
}
