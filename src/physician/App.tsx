import { useStore } from 'zustand'
import { AccountPage } from './account/AccountPage.tsx'
import { AlarmOverlay } from './alarms/AlarmOverlay.tsx'
import { CallPage } from './call/CallPage.tsx'
import { CardsPage } from './cards/CardsPage.tsx'
import { useCall, useConsole } from './console-context.ts'
import { RoomPage } from './room/RoomPage.tsx'
import { Grid } from './rooms/Grid.tsx'
import { Banners } from './shell/Banners.tsx'
import { TopBar } from './shell/TopBar.tsx'
import type { Theme } from './shell/theme.ts'
import './app.css'

/** One page, six screens: account, going on call, all rooms, one room, the cards, and an alarm over whatever is shown. */
export function App({ theme }: { readonly theme: Theme }) {
  const { account } = useConsole()
  const { kind } = useStore(account.store)
  if (kind === 'signed-in' || kind === 'expired') return <SignedIn theme={theme} />
  return <AccountPage theme={theme} />
}

function SignedIn({ theme }: { readonly theme: Theme }) {
  const { page } = useConsole()
  const { call } = useCall()
  const { openRoomId, cardsOpen } = useStore(page)
  return (
    <>
      <AlarmOverlay />
      <TopBar theme={theme} />
      <Banners />
      <main className="console-main">
        {cardsOpen ? (
          <CardsPage />
        ) : call.kind !== 'on' ? (
          <CallPage />
        ) : openRoomId === null ? (
          <Grid />
        ) : (
          <RoomPage key={openRoomId} deviceId={openRoomId} />
        )}
      </main>
    </>
  )
}
