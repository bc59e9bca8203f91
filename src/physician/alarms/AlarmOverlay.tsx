import { useEffect, useLayoutEffect, useRef } from 'react'
import { useAlarms, useConsole } from '../console-context.ts'
import { AlarmCard } from './AlarmCard.tsx'
import { alarmName } from './alarms.ts'
import { ringing } from './attention.ts'
import { whenPainted } from './painted.ts'
import './alarm-overlay.css'

/** A key that was on its way to something else must not answer an alarm that has just come up under it. */
const keysCountAfterMs = 600

/**
 * Every alarm that rings, side by side, over everything. While this physician already has a call, the others ring
 * in a bar above it instead of covering the patient.
 */
export function AlarmOverlay() {
  const { accept, alarms: keeper } = useConsole()
  const state = useAlarms()
  const waiting = ringing(state)
  const busy = state.alarms.some(({ phase }) => phase.kind === 'mine')
  const first = waiting[0]?.page.escalationId
  // Beside a patient, or among many, each is one line.
  const compact = busy || waiting.length > 2
  const ids = waiting.map(({ page }) => page.escalationId).join(' ')
  const dialog = useRef<HTMLDialogElement>(null)
  const shownAtMs = useRef(Number.POSITIVE_INFINITY)

  useLayoutEffect(() => {
    shownAtMs.current = Number.POSITIVE_INFINITY
    if (first === undefined) return
    // From when a person can see it, however long the page took to get there.
    return whenPainted(window, () => {
      shownAtMs.current = performance.now()
    })
  }, [first])

  useEffect(() => {
    if (ids === '') return
    return whenPainted(window, () => {
      for (const escalationId of ids.split(' ')) keeper.dispatch({ kind: 'painted', escalationId })
    })
  }, [ids, keeper])

  const open = first !== undefined
  useEffect(() => {
    const element = dialog.current
    if (element === null || !open) return
    if (busy) element.show()
    else element.showModal()
    return () => element.close()
  }, [open, busy])

  useEffect(() => {
    if (first === undefined) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'a' || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.repeat || typesText(event.target) || tooSoon(shownAtMs.current)) return
      event.preventDefault()
      accept(first)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [first, accept])

  if (!open) return null
  const reaction = waiting.some(({ page }) => page.kind === 'reaction')
  return (
    <dialog
      ref={dialog}
      className={`alarm-overlay ${busy ? 'alarm-bar' : 'alarm-full'} ${compact ? 'alarm-compact' : ''} ${reaction ? 'alarm-high' : 'alarm-medium'}`}
      role="alertdialog"
      aria-label={waiting
        .map(({ page }) => `${alarmName(page)} in ${page.roomName}, ${page.siteName}`)
        .join('; ')}
      // Nothing but an answer puts an alarm away.
      onCancel={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.preventDefault()
        const answers = event.key === 'Enter' || event.key === ' '
        if (answers && tooSoon(shownAtMs.current)) event.preventDefault()
      }}
    >
      <div className="alarm-cards">
        {waiting.map((alarm, index) => (
          <AlarmCard
            key={alarm.page.escalationId}
            alarm={alarm}
            first={index === 0}
            takesFocus={index === 0 && !busy}
            compact={compact}
          />
        ))}
      </div>
    </dialog>
  )
}

const tooSoon = (shownAtMs: number): boolean => performance.now() - shownAtMs < keysCountAfterMs

const typesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
