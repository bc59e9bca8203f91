import type { Snapshot } from '../../contract/ipc.ts'
import type { Escalation } from '../../domain/workstation/state.ts'
import { ElapsedTime } from '../../ui/ElapsedTime.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Video } from '../../ui/Video.tsx'
import { Orders } from '../session/Orders.tsx'
import { Patient } from '../session/StepFrame.tsx'
import { LinkStatus, PhysicianView } from '../shell/LinkColumn.tsx'
import { useStream } from '../shell/use-media.ts'
import { useSnapshot, useWorkstation } from '../workstation/context.tsx'
import { physicianInView, physicianName } from '../workstation/people.ts'
import { sincePressMs } from '../workstation/store.ts'
import { CancelOrEnd } from './CancelHelp.tsx'
import { PhoneList } from './PhoneList.tsx'
import { ProgressTicks } from './ProgressTicks.tsx'
import { ReactionCards } from './ReactionCards.tsx'
import { StopInjection } from './StopInjection.tsx'
import './reaction-board.css'
import { reactionWords as words } from './words.ts'

/** Everything for the minutes that matter, and nothing else. */
export function ReactionBoard({ escalation }: { readonly escalation: Escalation }) {
  const snapshot = useSnapshot()
  return (
    <div className="board">
      <header className="board-head">
        <SincePress size="huge" />
        <div className="board-progress">
          <div className="board-now">
            {escalation.drill && <DrillMark />}
            <Progress snapshot={snapshot} escalation={escalation} />
          </div>
          <ProgressTicks escalation={escalation} />
        </div>
        <CancelOrEnd escalation={escalation} />
      </header>
      <StopInjection />
      <Orders />
      <div className="board-body">
        <div className="board-side">
          <PhysicianView />
          <AlsoOnCall />
          <LinkStatus />
          <PhoneList escalation={escalation} />
        </div>
        <div className="board-main">
          <PatientLine snapshot={snapshot} />
          <ReactionCards escalation={escalation} />
        </div>
      </div>
    </div>
  )
}

export function DrillMark() {
  return (
    <span className="board-drill">
      <Icon name="drill" /> {words.drill}
    </span>
  )
}

export function SincePress({ size }: { readonly size: 'large' | 'huge' }) {
  const { store } = useWorkstation()
  return (
    <p className="since-press">
      <ElapsedTime
        size={size}
        label="Time since the press"
        read={() => sincePressMs(store.getState(), 'reaction') ?? 0}
      />
      <span>{words.sincePress}</span>
    </p>
  )
}

export function Progress(props: { readonly snapshot: Snapshot; readonly escalation: Escalation }) {
  const progress = props.snapshot.progress.reaction
  const { unreachable } = props.escalation
  if (
    progress?.stage === 'unreachable' ||
    (unreachable !== null && (progress?.physicianId ?? null) === null)
  ) {
    return (
      <Notice tone="loud" title={`${words.unreachable}: ${unreachable ?? progress?.words ?? ''}`} announce>
        {words.unreachableDetail}
      </Notice>
    )
  }
  if (progress?.telephone === true) {
    return (
      <Notice tone="loud" title={progress.words} announce>
        {words.unreachableDetail}
      </Notice>
    )
  }
  return (
    <p className="board-words" role="status">
      {progress?.words ?? words.calling}
    </p>
  )
}

/** On a locked screen only what a dose needs; the name belongs to who is signed in. */
function PatientLine({ snapshot }: { readonly snapshot: Snapshot }) {
  const { session, operator } = snapshot.state
  if (session.kind === 'none') return null
  const { exam } = session.facts
  if (operator.kind === 'signed-in') return <Patient exam={exam} />
  return <p className="board-weight">{words.weight(exam.weightKg)}</p>
}

/** Everyone else whose media flows: their sound must be heard too. */
function AlsoOnCall() {
  const snapshot = useSnapshot()
  const large = physicianInView(snapshot)
  const others = snapshot.peers.filter(
    ({ physicianId, media }) => media === 'flowing' && physicianId !== large,
  )
  if (others.length === 0) return null
  return (
    <ul className="board-also" aria-label={words.also}>
      {others.map(({ physicianId }) => (
        <li key={physicianId}>
          <OtherPhysician physicianId={physicianId} name={physicianName(snapshot, physicianId)} />
        </li>
      ))}
    </ul>
  )
}

function OtherPhysician({ physicianId, name }: { readonly physicianId: string; readonly name: string }) {
  return <Video stream={useStream(physicianId)} label={name} absent={`No picture of ${name}`} />
}
