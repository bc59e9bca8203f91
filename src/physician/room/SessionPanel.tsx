import type { RoomView } from '../../contract/room-view.ts'
import { Button } from '../../ui/Button.tsx'
import { ElapsedTime } from '../../ui/ElapsedTime.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { formatPersonName, formatTime } from '../../ui/time.ts'
import { useConsole, useOutbox } from '../console-context.ts'
import { stepWords } from '../rooms/room-tile.ts'
import { progressOf } from '../statements/progress.ts'
import { Screening } from './Screening.tsx'

/** Whom it is about and how far it has come. */
export function SessionPanel(props: {
  readonly deviceId: string
  readonly view: RoomView
  readonly viewAtMonoMs: number
}) {
  const { deviceId, view, viewAtMonoMs } = props
  const { session } = view
  const people = [
    view.technologist ?? 'nobody signed in',
    view.responder === null ? 'no on-site responder checked in' : `on site: ${view.responder}`,
  ].join(' · ')
  if (session === null)
    return (
      <Panel title="No open session">
        <p className="soft">{people}</p>
      </Panel>
    )
  const { exam } = session
  return (
    <Panel
      title={stepWords[view.step]}
      actions={<span className="soft">since {formatTime(session.openedAt)}</span>}
    >
      <div className="session">
        <p className="session-patient">{formatPersonName(exam.patientName)}</p>
        <p>
          {exam.birthDate} · {exam.sex} ·{' '}
          {exam.weightKg === null ? 'weight not known' : `${exam.weightKg} kg`} · ID {exam.patientId}
        </p>
        <p>
          {exam.modality} · {exam.procedure} · accession {exam.accession}
        </p>
        <p className="soft">{people}</p>
      </div>
      <Records deviceId={deviceId} session={session} />
      <Screening deviceId={deviceId} session={session} />
      <Injections session={session} viewAtMonoMs={viewAtMonoMs} />
    </Panel>
  )
}

type Session = NonNullable<RoomView['session']>

function Records({ deviceId, session }: { readonly deviceId: string; readonly session: Session }) {
  const { say } = useConsole()
  const { sessionId } = session
  // Whoever comes back to a room that another has supervised meanwhile confirms again.
  const progress = progressOf(
    { ...useOutbox(), confirmed: [] },
    (said) => said.kind === 'records-confirmed' && said.sessionId === sessionId,
  )
  if (session.recordsConfirmed)
    return <StatusWord status="good" word="Imaging records reviewed" detail="and confirmed" />
  return (
    <div className="session-act">
      {progress.kind === 'on-its-way' ? (
        <StatusWord status="busy" word="Imaging records reviewed" detail={progress.words} />
      ) : (
        <>
          <StatusWord status="attention" word="Imaging records" detail="not confirmed yet" />
          <Button
            kind="primary"
            size="small"
            onClick={() => say(deviceId, { kind: 'records-confirmed', sessionId })}
          >
            Imaging records reviewed
          </Button>
        </>
      )}
    </div>
  )
}

function Injections(props: { readonly session: Session; readonly viewAtMonoMs: number }) {
  const { injections, observationLeftMs } = props.session
  return (
    <div className="session-injections">
      <h3>Injections</h3>
      {injections.length === 0 && <p className="soft">None yet</p>}
      <ul>
        {injections.map((injection) => (
          <li key={injection.startedAt}>
            {formatTime(injection.startedAt)} · {injection.agent}, {injection.volumeMl} mL {injection.route}
            {injection.stoppedAt === null ? (
              <strong> · running</strong>
            ) : (
              ` · stopped ${formatTime(injection.stoppedAt)}`
            )}
          </li>
        ))}
      </ul>
      {observationLeftMs !== null && (
        <p>
          Observation:{' '}
          <ElapsedTime
            counts="down"
            read={() => observationLeftMs - (performance.now() - props.viewAtMonoMs)}
            label="Left to observe"
          />{' '}
          left
        </p>
      )}
    </div>
  )
}
