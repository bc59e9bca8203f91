import type { RoomView } from '../../contract/room-view.ts'
import { Button } from '../../ui/Button.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { useConsole, useOutbox, useSelf } from '../console-context.ts'
import { progressOf } from '../statements/progress.ts'

/** Asks whoever stands by to take over; shown to the supervising physician of an open session alone. */
export function HandOver({ deviceId, view }: { readonly deviceId: string; readonly view: RoomView }) {
  const { say } = useConsole()
  const { physicianId } = useSelf()
  const progress = progressOf(
    { ...useOutbox(), confirmed: [] },
    (said) => said.kind === 'handover-offered' && said.deviceId === deviceId,
  )
  const { supervisor, session } = view
  if (supervisor == null || session === null || supervisor.physicianId !== physicianId) return null
  if (supervisor.takeover !== null || supervisor.handover !== null) return null
  const { next } = supervisor
  if (progress.kind === 'on-its-way')
    return <StatusWord status="busy" word="Handover asked" detail={progress.words} />
  if (next === null) return null
  const { sessionId } = session
  return (
    <Button
      size="small"
      onClick={() => say(deviceId, { kind: 'handover-offered', sessionId, to: next.physicianId })}
    >
      Hand over to {next.name}
    </Button>
  )
}
