import { useStore } from 'zustand'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { Video } from '../../ui/Video.tsx'
import { useAlarms, useConsole, useSelf, useStream } from '../console-context.ts'
import { linkWords } from '../rooms/link-words.ts'
import { nameOf, needOf, sortRooms } from '../rooms/room-tile.ts'

/** The other rooms while one is open: what needs the physician elsewhere must not be out of sight. */
export function OtherRooms({ openId }: { readonly openId: string }) {
  const { rooms, openRoom } = useConsole()
  const { physicianId } = useSelf()
  const { byDevice } = useStore(rooms.store)
  const alarms = useAlarms()
  const others = sortRooms(Object.values(byDevice), alarms, physicianId).filter(
    ({ deviceId }) => deviceId !== openId,
  )
  if (others.length === 0) return null
  return (
    <nav className="other-rooms" aria-label="Other rooms">
      {others.map((room) => {
        const need = needOf(room, alarms, physicianId)
        const { status, word } = linkWords(room.link, null, 'short')
        return (
          <button
            key={room.deviceId}
            type="button"
            className={`other-room other-room-${need.kind}`}
            onClick={() => openRoom(room.deviceId)}
          >
            {room.media === 'flowing' && <Thumbnail deviceId={room.deviceId} name={nameOf(room)} />}
            <strong>{nameOf(room)}</strong>
            <StatusWord status={status} word={need.kind === 'none' ? word : need.words} />
          </button>
        )
      })}
    </nav>
  )
}

/** A room that this physician supervises stays in sight, without its sound: that belongs to the open room. */
function Thumbnail({ deviceId, name }: { readonly deviceId: string; readonly name: string }) {
  return (
    <span className="other-room-picture">
      <Video stream={useStream(deviceId)} label={name} absent="" muted corner={false} />
    </span>
  )
}
