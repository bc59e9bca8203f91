import type { SessionState } from '../../domain/workstation/state.ts'
import { ElapsedTime, type ElapsedTimeProps } from '../../ui/ElapsedTime.tsx'
import { useWorkstation } from '../workstation/context.tsx'
import { leftToObserveMs, nowMs } from '../workstation/store.ts'

type Open = Exclude<SessionState, { kind: 'none' }>

/** The one time that matters at this step: since the injection began, until observation ends, else since opening. */
export function SessionTimer(props: { readonly session: Open; readonly size?: ElapsedTimeProps['size'] }) {
  const { store } = useWorkstation()
  const { session, size = 'normal' } = props
  const now = (): number => nowMs(store.getState())
  if (session.kind === 'observing') {
    return (
      <ElapsedTime
        counts="down"
        size={size}
        label="Time left to observe"
        read={() => leftToObserveMs(store.getState())}
      />
    )
  }
  const injection = session.kind === 'injecting' ? session.facts.injections.at(-1) : undefined
  const since = Date.parse(injection?.startedAt ?? session.facts.openedAt)
  return (
    <ElapsedTime
      size={size}
      label={injection === undefined ? 'Time since the session opened' : 'Time since the injection began'}
      read={() => now() - since}
    />
  )
}
