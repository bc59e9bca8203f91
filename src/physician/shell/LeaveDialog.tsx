import { useId, useState } from 'react'
import { useStore } from 'zustand'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useAlarms, useConsole, useOutbox } from '../console-context.ts'
import { roomsRelyingOn } from '../rooms/room-tile.ts'

/** Asks once, and says who would be left without this physician. */
export function LeaveDialog(props: {
  readonly leaving: 'off-call' | 'sign-out'
  /** @param stopPages also in this browser while the console is closed */
  readonly onLeave: (stopPages: boolean) => void
  readonly onStay: () => void
}) {
  const { rooms, pagesHere } = useConsole()
  const [stopPages, setStopPages] = useState(false)
  const stopId = useId()
  const isPagedHere = useStore(pagesHere.store).kind === 'on'
  const relying = roomsRelyingOn(Object.values(useStore(rooms.store).byDevice))
  const calls = useAlarms().alarms.filter(({ phase }) => phase.kind === 'mine' || phase.kind === 'ringing')
  const { pending, unsigned } = useOutbox()
  const verb = props.leaving === 'sign-out' ? 'Sign out' : 'Go off call'
  return (
    <Dialog
      title={`${verb}?`}
      onClose={props.onStay}
      actions={
        <>
          <Button kind="quiet" onClick={props.onStay} autoFocus>
            Stay
          </Button>
          <Button kind="primary" onClick={() => props.onLeave(stopPages)}>
            {verb}
          </Button>
        </>
      }
    >
      {calls.length > 0 && (
        <p>
          <strong>A call for help is open:</strong> {calls.map(({ page }) => page.roomName).join(', ')}. Hand
          it over in words before you leave.
        </p>
      )}
      {relying.length > 0 && (
        <p>
          <strong>In a session under your supervision now:</strong> {relying.join(', ')}.
        </p>
      )}
      {unsigned.length > 0 && (
        <p>
          <strong>Not signed yet, and lost if you leave:</strong>{' '}
          {unsigned.length === 1 ? 'one statement' : `${unsigned.length} statements`}.
        </p>
      )}
      {pending.length > 0 && (
        <p>
          {pending.length === 1 ? 'One statement has' : `${pending.length} statements have`} not been received
          by the room yet. This browser keeps {pending.length === 1 ? 'it' : 'them'} and sends{' '}
          {pending.length === 1 ? 'it' : 'them'} when you are signed in again.
        </p>
      )}
      <p>
        {props.leaving === 'sign-out'
          ? 'You will not be called on this page until you sign in and go on call again.'
          : 'Rooms choose the next physician on their bench. You stay signed in.'}
      </p>
      {props.leaving === 'sign-out' && isPagedHere && (
        <p>
          <input
            id={stopId}
            type="checkbox"
            checked={stopPages}
            onChange={(event) => setStopPages(event.target.checked)}
          />{' '}
          <label htmlFor={stopId}>
            Stop pages in this browser too. Without this, calls that nobody answers still come to it as
            notifications: right on a computer of your own, wrong on one that others use.
          </label>
        </p>
      )}
    </Dialog>
  )
}
