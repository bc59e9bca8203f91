import { useId } from 'react'
import type { SessionFacts } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { useSnapshot } from '../workstation/context.tsx'
import { AbandonButton } from './AbandonButton.tsx'
import { GateList } from './GateList.tsx'
import { InjectionForm } from './InjectionForm.tsx'
import './ready-step.css'
import { ResponderCheckIn } from './ResponderCheckIn.tsx'
import { StepFrame } from './StepFrame.tsx'
import { useInjection } from './use-injection.ts'
import { checkWords, sessionWords } from './words.ts'

const words = sessionWords.ready

export function ReadyStep({ facts }: { readonly facts: SessionFacts }) {
  const { gate, policy } = useSnapshot()
  const formId = useId()
  const injection = useInjection(policy, facts.contrastClass)
  const waits = (gate?.checks ?? []).filter(({ outcome }) => outcome === 'failed')
  const open = gate?.open === true
  const missing = [
    ...waits.map(({ check }) => checkWords[check]),
    ...(injection.complete ? [] : [words.fields.toLowerCase()]),
  ]
  return (
    <StepFrame
      number={3}
      title={words.title}
      exam={facts.exam}
      aside={<AbandonButton />}
      primary={
        <>
          {injection.error !== undefined ? (
            <p className="step-refusal" role="alert">
              {injection.error}
            </p>
          ) : (
            <p className="step-waits" role="status">
              {missing.length === 0 ? words.allPassed : `${words.waiting}: ${missing.join('; ')}`}
            </p>
          )}
          <Button
            kind="primary"
            size="large"
            type="submit"
            form={formId}
            busy={injection.busy}
            disabled={!open || !injection.complete}
          >
            {words.start}
          </Button>
        </>
      }
    >
      <div className="ready">
        <GateList />
        <div className="ready-form">
          <ResponderCheckIn responderId={facts.responderId} />
          <InjectionForm formId={formId} injection={injection} />
        </div>
      </div>
    </StepFrame>
  )
}
