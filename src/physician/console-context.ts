import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Console } from './console-parts.ts'
import type { RoomKnown } from './rooms/room-tile.ts'

export const ConsoleContext = createContext<Console | null>(null)

export function useConsole(): Console {
  const found = useContext(ConsoleContext)
  if (found === null) throw new Error('a part of the console was rendered outside of it')
  return found
}

/** The signed-in physician; parts that use it are rendered only while there is one. */
export function useSelf(): { readonly physicianId: string; readonly name: string } {
  const account = useStore(useConsole().account.store)
  if (account.kind === 'signed-in' || account.kind === 'expired') return account.me
  throw new Error('a part for a signed-in physician was rendered without one')
}

export const useAlarms = () => useStore(useConsole().alarms.store)
export const useCall = () => useStore(useConsole().call.store)
export const useOutbox = () => useStore(useConsole().outbox.store)

export function useRoom(deviceId: string): RoomKnown | undefined {
  return useStore(useConsole().rooms.store, ({ byDevice }) => byDevice[deviceId])
}

export function useStream(deviceId: string): MediaStream | null {
  return useStore(useConsole().rooms.store, ({ streams }) => streams[deviceId] ?? null)
}
