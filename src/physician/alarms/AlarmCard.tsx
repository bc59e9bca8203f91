import { type FormEvent, useEffect, useRef, useState } from 'react'
import { roundOf } from '../../domain/statement/statement.ts'
import { ElapsedTime } from '../../ui/ElapsedTime.tsx'
import { formatClock } from '../../ui/time.ts'
import { useConsole } from '../console-context.ts'
import { AlarmPicture } from './AlarmPicture.tsx'
import type { Alarm } from './alarms.ts'

const reasons = ['With another patient', 'Not able to look now', 'Not credentialed for this room'] as const

export function AlarmCard(props: {
  readonly alarm: Alarm
  readonly first: boolean
  /** In the bar, the focus stays with the patient who has it. */
  readonly takesFocus: boolean
  readonly compact: boolean
}) {
  const { alarm, first, takesFocus, compact } = props
  const { accept, decline } = useConsole()
  const { page } = alarm
  const [declining, setDeclining] = useState(false)
  const acceptButton = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    if (takesFocus) acceptButton.current?.focus()
  }, [takesFocus])

  return (
    <article className={`alarm-card alarm-card-${page.kind}`} data-escalation={page.escalationId}>
      {!compact && <AlarmPicture page={page} />}
      <div className="alarm-what">
        {page.drill && <p className="alarm-drill">DRILL</p>}
        <p className="alarm-kind">{page.kind === 'reaction' ? 'REACTION' : 'QUESTION'}</p>
        <p className="alarm-room">{page.roomName}</p>
        <p className="alarm-site">{page.siteName}</p>
      </div>
      <div className="alarm-when">
        <ElapsedTime
          read={() => performance.now() - alarm.pressedMonoMs}
          size={compact ? 'large' : 'huge'}
          label="Since the call"
        />
        <p>
          called {formatClock(page.pressedAt)}
          {roundOf(page) > 1 && <strong> · CALLS AGAIN</strong>}
          {alarm.level === 'bench' ? (compact ? ' · as backup' : ' · you are called as backup') : ''}
        </p>
        {alarm.holder !== null && (
          <p>
            {alarm.holder.name}{' '}
            {alarm.holder.onScreen ? 'had it on screen before' : 'has it, and is not on screen'}
          </p>
        )}
      </div>
      {declining ? (
        <Declining
          onDecline={(reason) => decline(page.escalationId, reason)}
          onBack={() => setDeclining(false)}
          onAccept={() => accept(page.escalationId)}
        />
      ) : (
        <div className="alarm-answers">
          <button
            ref={acceptButton}
            type="button"
            className="alarm-accept"
            onClick={() => accept(page.escalationId)}
          >
            Accept{first && <kbd>A</kbd>}
          </button>
          <button type="button" className="alarm-decline" onClick={() => setDeclining(true)}>
            Decline…
          </button>
        </div>
      )}
    </article>
  )
}

function Declining(props: {
  readonly onDecline: (reason: string) => void
  readonly onBack: () => void
  readonly onAccept: () => void
}) {
  const [other, setOther] = useState('')
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => first.current?.focus(), [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (other.trim() !== '') props.onDecline(other.trim())
  }
  return (
    <form className="alarm-declining" onSubmit={submit} aria-label="Why do you decline?">
      <p>Why do you decline? The next physician is called at once.</p>
      {reasons.map((reason, index) => (
        <button
          key={reason}
          ref={index === 0 ? first : undefined}
          type="button"
          className="alarm-decline"
          onClick={() => props.onDecline(reason)}
        >
          {reason}
        </button>
      ))}
      <input
        className="alarm-reason"
        aria-label="Another reason"
        placeholder="Another reason, then Enter"
        maxLength={200}
        value={other}
        onChange={(event) => setOther(event.currentTarget.value)}
      />
      <button type="button" className="alarm-decline" onClick={props.onBack}>
        Back to the alarm
      </button>
      <button type="button" className="alarm-accept" onClick={props.onAccept}>
        Accept
      </button>
    </form>
  )
}
