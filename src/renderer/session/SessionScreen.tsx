import { LinkColumn } from '../shell/LinkColumn.tsx'
import { Steps } from '../shell/Steps.tsx'
import { useSnapshot } from '../workstation/context.tsx'
import { CloseStep } from './CloseStep.tsx'
import { ExamStep } from './ExamStep.tsx'
import { InjectionStep } from './InjectionStep.tsx'
import { ObserveStep } from './ObserveStep.tsx'
import { Orders } from './Orders.tsx'
import { ReadyStep } from './ReadyStep.tsx'
import { ScreeningStep } from './ScreeningStep.tsx'
import './session-screen.css'

export function SessionScreen() {
  const { session } = useSnapshot().state
  return (
    <div className="session">
      <LinkColumn />
      <div className="session-work">
        <Steps kind={session.kind} />
        <Orders />
        <Step />
      </div>
    </div>
  )
}

function Step() {
  const { session } = useSnapshot().state
  switch (session.kind) {
    case 'none':
      return <ExamStep />
    case 'screening':
      return <ScreeningStep facts={session.facts} />
    case 'ready':
      // A second injection begins with an empty form.
      return <ReadyStep key={session.facts.injections.length} facts={session.facts} />
    case 'injecting':
      return <InjectionStep session={session} />
    case 'observing':
      return <ObserveStep session={session} />
    case 'closing':
      return <CloseStep facts={session.facts} />
  }
}
