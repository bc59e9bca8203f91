import { Button } from '../../ui/Button.tsx'
import { Meter } from '../../ui/Meter.tsx'
import { type Status, StatusWord } from '../../ui/StatusWord.tsx'
import { Video } from '../../ui/Video.tsx'
import { useCall, useConsole, useStream } from '../console-context.ts'
import { linkWords, veilWords } from '../rooms/link-words.ts'
import { nameOf, type RoomKnown } from '../rooms/room-tile.ts'

/** The room's live picture and sound, the own picture, and the own microphone. */
export function RoomPicture({ room }: { readonly room: RoomKnown }) {
  const { setMuted, call } = useConsole()
  const { selfView, muted, readiness } = useCall()
  const stream = useStream(room.deviceId)
  const flowing = room.media === 'flowing'
  const link = linkWords(room.link, room.roundTripMs)
  const noMicrophone = readiness.microphone.kind === 'missing'
  return (
    <div className="room-picture">
      <div className="room-picture-frame">
        <Video
          stream={flowing ? stream : null}
          label={room.link.kind === 'live' ? `${nameOf(room)}, live` : nameOf(room)}
          absent={absentWords(room, flowing)}
          veil={veilWords(room.link)}
        />
        <div className="room-self">
          <Video stream={selfView} label="You" absent="Your camera is off" muted mirrored />
        </div>
      </div>
      <div className="room-talk">
        <StatusWord status={link.status} word={link.word} detail={link.detail} />
        <div className="room-talk-own">
          {noMicrophone ? (
            <StatusWord status="attention" word="No microphone" detail="the room cannot hear you" />
          ) : (
            <>
              <StatusWord {...voiceWords(room, muted)} />
              <Meter read={call.level} label="Your microphone’s level" />
              <Button icon="microphone" aria-pressed={muted} onClick={() => setMuted(!muted)}>
                {muted ? 'Unmute' : 'Mute'}
              </Button>
            </>
          )}
        </div>
      </div>
    </div>
  )
}

function absentWords({ link }: RoomKnown, flowing: boolean): string {
  if (link.kind === 'none') return 'No link with this room'
  if (link.kind === 'connecting') return 'Connecting…'
  if (link.kind === 'lost') return 'The link is lost; it is being replaced'
  return flowing
    ? 'Waiting for the room’s picture'
    : 'No open session: the room’s camera is held, and so is yours'
}

/** Whether the room hears this physician: by its own measurement, not by what is being sent. */
function voiceWords(
  { link, media }: RoomKnown,
  muted: boolean,
): { readonly status: Status; readonly word: string; readonly detail?: string } {
  if (muted) return { status: 'attention', word: 'You are muted', detail: 'no injection can start like this' }
  if (media === 'held' && link.kind === 'warm') return { status: 'ready', word: 'Your microphone is held' }
  const heard =
    link.kind === 'live' || (link.kind === 'partial' && !link.lacks.includes('room-does-not-hear-physician'))
  return heard
    ? { status: 'good', word: 'The room hears you' }
    : { status: 'attention', word: 'The room does not hear you' }
}
