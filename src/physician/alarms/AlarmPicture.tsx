import type { Page } from '../../contract/room-view.ts'
import { Video } from '../../ui/Video.tsx'
import { useRoom, useStream } from '../console-context.ts'
import { veilWords } from '../rooms/link-words.ts'

/**
 * What the calling room shows while its alarm rings: its picture flows from the press, so nobody answers blind.
 * Silent here: the room is heard once it is open. A room that sends no picture here leaves no empty frame.
 */
export function AlarmPicture({ page }: { readonly page: Page }) {
  const room = useRoom(page.deviceId)
  const stream = useStream(page.deviceId)
  if (room?.media !== 'flowing') return null
  return (
    <div className="alarm-picture">
      <Video
        stream={stream}
        label={`${page.roomName} now`}
        absent="Waiting for the room’s picture"
        veil={veilWords(room)}
        muted
      />
    </div>
  )
}
