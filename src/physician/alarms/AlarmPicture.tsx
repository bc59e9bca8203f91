import { useEffect, useState } from 'react'
import type { Page } from '../../contract/room-view.ts'
import { linkThresholds } from '../../domain/link/link.ts'
import { Video } from '../../ui/Video.tsx'
import { useRoom, useStream } from '../console-context.ts'
import { veilWords } from '../rooms/link-words.ts'

/**
 * What the calling room shows while its alarm rings: its picture flows from the press, so nobody answers blind.
 * Silent here: the room is heard in its tile and in its own page. A room that sends no picture leaves no frame.
 */
export function AlarmPicture({ page }: { readonly page: Page }) {
  const room = useRoom(page.deviceId)
  const stream = useStream(page.deviceId)
  const measured = useMeasured()
  if (room?.media !== 'flowing') return null
  return (
    <div className="alarm-picture">
      <Video
        stream={stream}
        label={`${page.roomName}, now`}
        absent="Waiting for the room’s picture"
        veil={measured || room.link.kind === 'lost' ? veilWords(room.link) : undefined}
        muted
      />
    </div>
  )
}

/**
 * Whether this picture has been up for long enough to be judged by measurement. Before that the measurements are
 * of the time when nothing flowed, and would cover the very first frames.
 */
function useMeasured(): boolean {
  const [measured, setMeasured] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setMeasured(true), linkThresholds.staleAfterMs)
    return () => clearTimeout(timer)
  }, [])
  return measured
}
