import { useState } from 'react'
import { useStore } from 'zustand'
import { insteadInWords } from '../../domain/coverage/instead-words.ts'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { formatClock } from '../../ui/time.ts'
import { useConsole, useOutbox } from '../console-context.ts'
import { progressOf } from '../statements/progress.ts'
import { stepWords } from './room-tile.ts'
import type { Takeover } from './takeovers.ts'

/** Rooms that lost whoever supervised them, and have brought in this physician. */
export function TakeoverNotices() {
  const { takeovers } = useConsole()
  return useStore(takeovers).map((takeover) => (
    <TakeoverNotice key={`${takeover.deviceId} ${takeover.at}`} takeover={takeover} />
  ))
}

function TakeoverNotice({ takeover }: { readonly takeover: Takeover }) {
  const { takeOver } = useConsole()
  const { roomName, why, fromName, at, step, sessionId } = takeover
  // By the clock of this page, whose statements carry it: the room's may say something else.
  const [shownAt] = useState(() => new Date().toISOString())
  // One who is brought in again confirms again.
  const progress = progressOf(
    { ...useOutbox(), confirmed: [] },
    (said) => said.kind === 'took-over' && said.sessionId === sessionId && said.at >= shownAt,
  )
  return (
    <Notice
      tone="loud"
      title={`You were brought into ${roomName} at ${formatClock(at)}, instead of ${insteadInWords(why, fromName)}`}
      announce
      action={
        progress.kind === 'on-its-way' ? (
          <StatusWord status="busy" word="Confirmed" detail={progress.words} />
        ) : (
          <Button kind="primary" onClick={() => takeOver(takeover)}>
            I supervise {roomName} now
          </Button>
        )
      }
    >
      {roomName} is at “{stepWords[step]}”, and sees you. Until you confirm, you do not count as its
      supervising physician and no injection starts there. Confirming opens the room and your microphone; the
      imaging records are yours to review then, and what happened meanwhile.
    </Notice>
  )
}
