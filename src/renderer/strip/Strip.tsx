import { Button } from '../../ui/Button.tsx'
import { formatPersonName } from '../../ui/time.ts'
import { CancelOrEnd } from '../reaction/CancelHelp.tsx'
import { PhoneList } from '../reaction/PhoneList.tsx'
import { ProgressTicks } from '../reaction/ProgressTicks.tsx'
import { QuestionStrip } from '../reaction/QuestionStrip.tsx'
import { DrillMark, Progress, SincePress } from '../reaction/ReactionBoard.tsx'
import { StopInjection } from '../reaction/StopInjection.tsx'
import { Orders } from '../session/Orders.tsx'
import { SessionTimer } from '../session/SessionTimer.tsx'
import { Banners } from '../shell/Banners.tsx'
import { AskButton, PhoneNumbers, RedButton } from '../shell/BottomBar.tsx'
import { LinkStatus, PhysicianView } from '../shell/LinkColumn.tsx'
import { stepName, stepNumber } from '../shell/Steps.tsx'
import { SyncState } from '../shell/TopBar.tsx'
import { useIntent, useSnapshot, useWorkstation } from '../workstation/context.tsx'
import { roomNow } from '../workstation/people.ts'
import { pressHelp } from '../workstation/store.ts'
import './strip.css'

const words = {
  full: 'Full screen',
  board: 'Open the reaction board',
  noSession: 'No session is open',
  locked: 'Locked',
  reaction: 'Reaction call',
}

/** For people who keep the console in front: a column of 360 px with what must be seen all the time. */
export function Strip() {
  const snapshot = useSnapshot()
  const { store, bridge } = useWorkstation()
  const { send } = useIntent()
  const { reaction } = snapshot.state
  const room = roomNow(snapshot)
  const toFull = (): void => void send({ kind: 'set-layout', layout: 'full' })
  return (
    <div className="strip">
      <header className="strip-head">
        <h1>{room?.name ?? 'Scanside'}</h1>
        <Button size="small" icon="full" onClick={toFull}>
          {words.full}
        </Button>
      </header>
      <main className="strip-body">
        <StopInjection />
        <Orders />
        {reaction !== null && <PhoneList escalation={reaction} />}
        <Banners />
        {reaction !== null && (
          <section className="strip-reaction" aria-label={words.reaction}>
            {reaction.drill && <DrillMark />}
            <SincePress size="large" />
            <Progress snapshot={snapshot} escalation={reaction} />
            <ProgressTicks escalation={reaction} />
            <Button kind="primary" wide onClick={toFull}>
              {words.board}
            </Button>
            <CancelOrEnd escalation={reaction} />
          </section>
        )}
        <PhysicianView />
        <LinkStatus />
        <QuestionStrip />
        {reaction === null && <SessionLine />}
        {reaction === null && <PhoneNumbers />}
      </main>
      <footer className="strip-foot" data-stays>
        <SyncState />
        <AskButton />
        <RedButton onPress={() => void pressHelp(store, bridge, 'reaction')} />
      </footer>
    </div>
  )
}

function SessionLine() {
  const { session, operator } = useSnapshot().state
  if (session.kind === 'none') return <p className="strip-quiet">{words.noSession}</p>
  return (
    <section className="strip-session" aria-label="Session">
      <p>
        <strong>
          {stepNumber(session.kind)} · {stepName(session.kind)}
        </strong>
        {operator.kind === 'signed-in' ? (
          <span>{formatPersonName(session.facts.exam.patientName)}</span>
        ) : (
          <span>{words.locked}</span>
        )}
      </p>
      <SessionTimer session={session} size="large" />
    </section>
  )
}
