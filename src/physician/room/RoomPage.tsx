import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { standingOf } from '../../domain/policy/cards-standing.ts'
import { Button } from '../../ui/Button.tsx'
import { CardsApproval } from '../../ui/CardsApproval.tsx'
import { ElapsedTime } from '../../ui/ElapsedTime.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { alarmName } from '../alarms/alarms.ts'
import { useAlarms, useConsole, useRoom, useSelf } from '../console-context.ts'
import { nameOf, signable, siteOf, viewIsCurrent } from '../rooms/room-tile.ts'
import { GapReview } from './GapReview.tsx'
import { HandOver } from './HandOver.tsx'
import { OrdersPanel } from './OrdersPanel.tsx'
import { OtherRooms } from './OtherRooms.tsx'
import { RoomPicture } from './RoomPicture.tsx'
import { SessionPanel } from './SessionPanel.tsx'
import { SignPanel } from './SignPanel.tsx'
import { Timeline } from './Timeline.tsx'
import './room-page.css'

/** One room: its picture and sound, its patient, and everything that the physician says to it. */
export function RoomPage({ deviceId }: { readonly deviceId: string }) {
  const { openRoom, page } = useConsole()
  const { physicianId } = useSelf()
  const room = useRoom(deviceId)
  const { alarms } = useAlarms()
  const recentOrders = useStore(page, (state) => state.recentOrders)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])

  const back = (
    <Button size="small" icon="arrow-left" onClick={() => openRoom(null)}>
      All rooms
    </Button>
  )
  if (room === undefined)
    return (
      <EmptyState icon="list" title="This room is no longer among yours" action={back}>
        Its workstation left the hub’s list, or you are no longer on its bench.
      </EmptyState>
    )
  const { view } = room
  const call = alarms.find(({ page: called, phase }) => called.deviceId === deviceId && phase.kind === 'mine')
  const toSign = signable(view, physicianId)
  return (
    <section className="room" aria-label={`${nameOf(room)}, ${siteOf(room)}`}>
      <div className="room-head">
        {back}
        <h2 ref={heading} tabIndex={-1}>
          {nameOf(room)} <span className="soft room-site">{siteOf(room)}</span>
        </h2>
        {view !== null && viewIsCurrent(room) && <HandOver deviceId={deviceId} view={view} />}
        <OtherRooms openId={deviceId} />
      </div>
      {call !== undefined && (
        <div className={`room-call room-call-${call.page.kind}`}>
          <strong>{alarmName(call.page)} · you have it</strong>
          <span>
            {call.holder === null ? '' : `${call.holder.name} has it too · `}
            <ElapsedTime
              read={() => performance.now() - call.pressedMonoMs}
              size="large"
              label="Since the call"
            />
          </span>
        </div>
      )}
      <div className="room-columns">
        <div className="room-column">
          <RoomPicture room={room} />
          <OrdersPanel room={room} recent={recentOrders} escalationId={call?.page.escalationId ?? null} />
        </div>
        <section
          className="room-column room-column-scrolls"
          aria-label="Session and timeline"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and without a session nothing in it takes the focus
          tabIndex={0}
        >
          {view !== null && !viewIsCurrent(room) && (
            <Notice tone="attention" title="This is what the room last said: its link is down">
              It may have changed since. What you say here is sent when a way to the room opens.
            </Notice>
          )}
          {view?.supervisor != null &&
            view.session !== null &&
            view.supervisor.physicianId !== physicianId && (
              <Notice tone="info" title={`${view.supervisor.name} supervises this room now`}>
                {room.covered?.status?.standby === physicianId
                  ? 'You stand by: the room brings you in by itself if it loses them.'
                  : 'What you say here is logged, and does not make you its supervising physician.'}
              </Notice>
            )}
          {view?.cards !== undefined && (
            <CardsApproval
              standing={standingOf(view.cards, new Date().toISOString())}
              about="Reaction cards"
              advice="The room sees this, too, and follows your orders."
            />
          )}
          {view?.gapOpen === true && <GapReview deviceId={deviceId} view={view} />}
          {view === null ? (
            <EmptyState icon="info" title="No patient data from this room yet">
              Patient and session come over the encrypted link from the room itself, never from the hub.
            </EmptyState>
          ) : (
            <SessionPanel deviceId={deviceId} view={view} viewAtMonoMs={room.viewAtMonoMs} />
          )}
          {toSign.length > 0 && <SignPanel deviceId={deviceId} unsigned={toSign} />}
          {view !== null && <Timeline lines={view.timeline} />}
        </section>
      </div>
    </section>
  )
}
