import { useEffect, useReducer } from 'react'
import { formatElapsed, formatRemaining } from './time.ts'
import './elapsed-time.css'

/** Renders the caller again `everyMs`; for clocks on screen, never for deciding anything. */
export function useTick(everyMs: number): void {
  const [, tick] = useReducer((n: number) => n + 1, 0)
  useEffect(() => {
    const timer = setInterval(tick, everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
}

export type ElapsedTimeProps = {
  /** Milliseconds now: elapsed, or remaining for `counts="down"`. Called at every tick. */
  readonly read: () => number
  readonly counts?: 'up' | 'down'
  readonly size?: 'normal' | 'large' | 'huge'
  readonly label: string
}

export function ElapsedTime({ read, counts = 'up', size = 'normal', label }: ElapsedTimeProps) {
  useTick(200)
  const ms = read()
  return (
    <span className={`ui-elapsed ui-elapsed-${size}`} role="timer" aria-label={label}>
      {counts === 'up' ? formatElapsed(ms) : formatRemaining(ms)}
    </span>
  )
}
