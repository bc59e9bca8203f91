import { useState } from 'react'
import { useStore } from 'zustand'
import { Button } from '../../ui/Button.tsx'
import { useTick } from '../../ui/ElapsedTime.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { formatClock } from '../../ui/time.ts'
import { ringing } from '../alarms/attention.ts'
import { useAlarms, useCall, useConsole, useOutbox, useSelf } from '../console-context.ts'
import { PagesHereButton } from '../push/PagesHere.tsx'
import { LeaveDialog } from './LeaveDialog.tsx'
import { ThemeButton } from './ThemeButton.tsx'
import type { Theme } from './theme.ts'
import './top-bar.css'

/** Who is here, whether rooms can find them, and what is on its way: always in sight. */
export function TopBar({ theme }: { readonly theme: Theme }) {
  const { goOffCall, page, showCards, signOut } = useConsole()
  const openRoomId = useStore(page, (state) => state.openRoomId)
  const { name } = useSelf()
  const { call } = useCall()
  const [leaving, setLeaving] = useState<'off-call' | 'sign-out' | null>(null)
  const rings = ringing(useAlarms()).length > 0
  const leave = (stopPages: boolean) => {
    setLeaving(null)
    if (call.kind === 'on') goOffCall()
    if (leaving === 'sign-out') void signOut(stopPages)
  }
  return (
    <header className="top-bar">
      <h1 className="top-bar-title">Scanside</h1>
      <Presence />
      <Hub />
      <OnItsWay />
      <span className="top-bar-space" />
      {call.kind === 'on' && <PagesHereButton />}
      {/* With a patient in front, the bar has no room to spare: what the room says of its cards is there. */}
      {openRoomId === null && (
        <Button kind="plain" size="small" icon="document" onClick={() => showCards(true)}>
          Cards
        </Button>
      )}
      <Clock />
      <ThemeButton theme={theme} />
      <span className="top-bar-name">{name}</span>
      {call.kind === 'on' && (
        <Button size="small" onClick={() => setLeaving('off-call')}>
          Go off call
        </Button>
      )}
      <Button kind="plain" size="small" icon="sign-out" onClick={() => setLeaving('sign-out')}>
        Sign out
      </Button>
      {/* A question about leaving must not lie over a call for help. */}
      {leaving !== null && !rings && (
        <LeaveDialog leaving={leaving} onLeave={leave} onStay={() => setLeaving(null)} />
      )}
    </header>
  )
}

function Presence() {
  const { call } = useCall()
  switch (call.kind) {
    case 'on':
      return call.announced ? (
        <StatusWord status="good" word="On call" />
      ) : (
        <StatusWord status="attention" word="On call" detail="the hub has not confirmed it" />
      )
    case 'preparing':
      return <StatusWord status="busy" word="Going on call" />
    case 'superseded':
      return <StatusWord status="attention" word="Not on call here" />
    default:
      return <StatusWord status="idle" word="Off call" />
  }
}

function Hub() {
  const connection = useStore(useConsole().connection)
  switch (connection.kind) {
    case 'online':
      return <StatusWord status="good" word="Hub" detail="connected" />
    case 'connecting':
      return <StatusWord status="busy" word="Hub" detail="connecting" />
    case 'offline':
      return <StatusWord status="lost" word="Hub lost" detail={`since ${formatClock(connection.since)}`} />
    default:
      return <StatusWord status="lost" word="Hub refuses" />
  }
}

function OnItsWay() {
  const { pending } = useOutbox()
  if (pending.length === 0) return null
  const words = pending.length === 1 ? '1 statement' : `${pending.length} statements`
  return <StatusWord status="busy" word={words} detail="not yet received by the room" />
}

function Clock() {
  useTick(1000)
  return <time className="top-bar-clock">{formatClock(Date.now())}</time>
}
