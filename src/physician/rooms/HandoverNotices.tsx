import { useStore } from 'zustand'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { useConsole, useOutbox, useSelf } from '../console-context.ts'
import { progressOf } from '../statements/progress.ts'
import { type Handover, handoversOf } from './handovers.ts'

/** Handovers of this physician's rooms: who asks whom, and who supervises meanwhile. */
export function HandoverNotices() {
  const { rooms } = useConsole()
  const { physicianId } = useSelf()
  const { byDevice } = useStore(rooms.store)
  return handoversOf(Object.values(byDevice), physicianId).map((handover) =>
    handover.to === physicianId ? (
      <AskedOfMe key={handover.offer} handover={handover} />
    ) : (
      <AskedByMe key={handover.offer} handover={handover} />
    ),
  )
}

function AskedOfMe({ handover }: { readonly handover: Handover }) {
  const { acceptHandover, say } = useConsole()
  const answer = useAnswer(handover)
  const { deviceId, sessionId, offer, roomName, fromName, stage } = handover
  if (stage === 'done')
    return (
      <Notice tone="attention" title={`You supervise ${roomName} now`} announce>
        Say it aloud to the technologist, who confirms that they heard it from you and {fromName}. Then look
        at the imaging records yourself.
      </Notice>
    )
  if (stage === 'accepted' || answer !== null)
    return (
      <Notice tone="attention" title={`You take over ${roomName}`} announce>
        {fromName} supervises until the room measures that you see and hear it both ways: keep it open, with
        your microphone on. {answer ?? ''}
      </Notice>
    )
  return (
    <Notice
      tone="loud"
      title={`${fromName} asks you to take over ${roomName}`}
      announce
      action={
        <>
          <Button kind="primary" onClick={() => acceptHandover(handover)}>
            Take over {roomName}
          </Button>
          <Button onClick={() => say(deviceId, { kind: 'handover-declined', sessionId, offer })}>
            Not now
          </Button>
        </>
      }
    >
      {fromName} supervises until you have it. Taking over opens the room and your microphone.
    </Notice>
  )
}

function AskedByMe({ handover }: { readonly handover: Handover }) {
  const { say } = useConsole()
  const answer = useAnswer(handover)
  const { deviceId, sessionId, offer, roomName, toName, stage } = handover
  if (stage === 'done')
    return (
      <Notice tone="attention" title={`${toName} supervises ${roomName} now`} announce>
        Say it aloud to the technologist before you leave the room: they confirm that they heard it from both.
      </Notice>
    )
  return (
    <Notice
      tone="attention"
      title={`You have asked ${toName} to take over ${roomName}: you supervise until they have it`}
      announce
      action={
        answer !== null ? (
          <StatusWord status="busy" word="Called off" detail={answer} />
        ) : (
          <Button onClick={() => say(deviceId, { kind: 'handover-declined', sessionId, offer })}>
            Call it off
          </Button>
        )
      }
    >
      {stage === 'accepted'
        ? `${toName} has accepted and is being linked.`
        : `${toName} has not answered yet.`}
    </Notice>
  )
}

/** How far this physician's own answer has come on its way to the room; null while there is none. */
function useAnswer({ offer }: Handover): string | null {
  const progress = progressOf(
    { ...useOutbox(), confirmed: [] },
    (said) =>
      (said.kind === 'handover-accepted' || said.kind === 'handover-declined') && said.offer === offer,
  )
  return progress.kind === 'on-its-way' ? progress.words : null
}
