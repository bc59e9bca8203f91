import { createContext, useCallback, useContext, useState } from 'react'
import { useStore } from 'zustand'
import type { Intent, IntentReply, Snapshot, WorkstationBridge } from '../../contract/ipc.ts'
import type { RoomMedia } from '../room-media.ts'
import { ask } from './bridge.ts'
import type { View, WorkstationStore } from './store.ts'

export type Workstation = {
  readonly store: WorkstationStore
  readonly bridge: WorkstationBridge
  readonly media: RoomMedia
}

const Context = createContext<Workstation | null>(null)
export const WorkstationProvider = Context.Provider

export function useWorkstation(): Workstation {
  const value = useContext(Context)
  if (value === null) throw new Error('useWorkstation: rendered outside of WorkstationProvider')
  return value
}

export const useView = <T,>(select: (view: View) => T): T => useStore(useWorkstation().store, select)

/** For everything below the first snapshot. */
export function useSnapshot(): Snapshot {
  const snapshot = useView((view) => view.snapshot)
  if (snapshot === null) throw new Error('useSnapshot: rendered before the first snapshot')
  return snapshot
}

export type IntentSender = {
  readonly busy: boolean
  /** The last refusal, in words, to be shown where the person pressed. */
  readonly error: string | undefined
  readonly send: (intent: Intent) => Promise<IntentReply>
  readonly clear: () => void
}

/** One form's way to ask for something: keeps its own refusal and takes no second press meanwhile. */
export function useIntent(): IntentSender {
  const { bridge } = useWorkstation()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const send = useCallback(
    async (intent: Intent): Promise<IntentReply> => {
      setBusy(true)
      setError(undefined)
      const reply = await ask(bridge, intent)
      setBusy(false)
      if (!reply.ok) setError(reply.error.message)
      return reply
    },
    [bridge],
  )
  const clear = useCallback(() => setError(undefined), [])
  return { busy, error, send, clear }
}
