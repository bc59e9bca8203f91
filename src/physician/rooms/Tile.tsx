import { StatusWord } from '../../ui/StatusWord.tsx'
import { Video } from '../../ui/Video.tsx'
import { useConsole, useSelf, useStream } from '../console-context.ts'
import { linkWords } from './link-words.ts'
import { type Need, nameOf, type RoomKnown, siteOf, stepOf, stepWords, viewIsCurrent } from './room-tile.ts'

/** One room at a glance: what it needs, whether its link is true, where its session stands, who is there. */
export function Tile({ room, need }: { readonly room: RoomKnown; readonly need: Need }) {
  const { openRoom } = useConsole()
  const { physicianId } = useSelf()
  const stream = useStream(room.deviceId)
  const step = stepOf(room)
  const link = linkWords(room.link, room.roundTripMs, 'short')
  const flowing = room.media === 'flowing'
  return (
    <li className={`tile tile-need-${need.kind}`} data-device={room.deviceId} data-link={room.link.kind}>
      <div className="tile-head">
        <h3>
          <button type="button" className="tile-open" onClick={() => openRoom(room.deviceId)}>
            {nameOf(room)}
          </button>
        </h3>
        <span className="faint">{siteOf(room)}</span>
      </div>
      <div className="tile-body">
        <div className="tile-words">
          <StatusWord status={link.status} word={link.word} detail={link.detail} />
          <p className={step === 'idle' || step === null ? 'soft' : 'tile-step'}>
            {step === null ? 'Nothing heard yet' : stepWords[step]}
          </p>
          <p className="faint">{peopleWords(room, physicianId)}</p>
        </div>
        {flowing && (
          <div className="tile-picture">
            {/* Heard in the tile only while no room is open: then it is the room itself that one listens to. */}
            <Video stream={stream} label={`${nameOf(room)}, live`} absent="No picture" corner={false} />
          </div>
        )}
      </div>
      {need.kind !== 'none' && <p className="tile-need">{need.words}</p>}
    </li>
  )
}

/** Who is in the room, and what this physician is to it. */
function peopleWords(room: RoomKnown, selfId: string): string {
  const { covered, view } = room
  const status = covered?.status ?? null
  const technologist =
    viewIsCurrent(room) && view !== null
      ? (view.technologist ?? 'Nobody signed in')
      : status === null
        ? null
        : status.technologistSignedIn
          ? 'Technologist signed in'
          : 'Nobody signed in'
  const role =
    status?.primary === selfId
      ? 'you are primary'
      : status?.standby === selfId
        ? 'you are standby'
        : status === null
          ? null
          : status.primary === null
            ? 'no physician linked'
            : 'another physician is primary'
  const online = covered !== null && !covered.online ? 'workstation offline' : null
  return [online, technologist, role].filter((part) => part !== null).join(' · ')
}
