import { useStore } from 'zustand'
import type { PageTaken } from '../../contract/room-view.ts'
import { Button } from '../../ui/Button.tsx'
import { ElapsedTime } from '../../ui/ElapsedTime.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useAlarms, useConsole, useSelf } from '../console-context.ts'
import { type Alarm, alarmName } from './alarms.ts'

/** Calls for help that no longer ring here: who has them, or how they ended. */
export function AlarmNews() {
  const { alarms } = useAlarms()
  return alarms.map((alarm) => <News key={alarm.page.escalationId} alarm={alarm} />)
}

function News({ alarm }: { readonly alarm: Alarm }) {
  const { accept, openRoom, alarms, page: shown } = useConsole()
  const openRoomId = useStore(shown, (state) => state.openRoomId)
  const { physicianId } = useSelf()
  const { page, phase, holder } = alarm
  const ownElsewhere = holder?.physicianId === physicianId
  const id = page.escalationId
  const place = `${page.roomName}, ${page.siteName}`
  const elapsed = <ElapsedTime read={() => performance.now() - alarm.pressedMonoMs} label="Since the call" />
  switch (phase.kind) {
    case 'ringing':
      return null
    case 'mine':
      if (alarm.again !== null)
        return (
          <Notice
            tone="loud"
            title={
              <>
                {page.roomName} calls again · {alarmName(page)} · {elapsed}
              </>
            }
            announce
            action={<Button onClick={() => accept(id)}>I am here</Button>}
          >
            {page.siteName} · the others of its bench are being rung until you answer
          </Notice>
        )
      // The room's own page says it larger.
      return openRoomId === page.deviceId ? null : (
        <Notice
          tone="info"
          title={
            <>
              {alarmName(page)}: you have it · {elapsed}
            </>
          }
          action={<Button onClick={() => openRoom(page.deviceId)}>Open {page.roomName}</Button>}
        >
          {place}
          {holder === null ? '' : ` · ${holder.name} has it too`}
        </Notice>
      )
    case 'taken':
    case 'declined':
      return (
        <Notice
          tone="attention"
          title={
            <>
              {alarmName(page)}: {takenWords(holder, ownElsewhere)} · {elapsed}
            </>
          }
          action={
            <Button onClick={() => accept(id)}>
              {holder === null ? 'Take it after all' : ownElsewhere ? 'Take it here' : 'Join'}
            </Button>
          }
        >
          {place}
        </Notice>
      )
    case 'over':
      return (
        <Notice
          tone={phase.wasMine || phase.end.outcome === 'cancelled' ? 'info' : 'attention'}
          title={`${alarmName(page)} ${phase.end.outcome === 'cancelled' ? 'cancelled' : 'ended'} · ${place}`}
          announce
          action={
            <Button size="small" onClick={() => alarms.dispatch({ kind: 'put-away', escalationId: id })}>
              Put away
            </Button>
          }
        >
          {phase.end.words}
        </Notice>
      )
  }
}

function takenWords(holder: PageTaken | null, ownElsewhere: boolean): string {
  if (holder === null) return 'you declined; the bench is being called'
  return ownElsewhere ? 'you accepted it on another page' : `${holder.name} has it`
}
