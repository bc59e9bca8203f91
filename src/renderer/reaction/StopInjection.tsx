import { Button } from '../../ui/Button.tsx'
import { InjectionLine } from '../session/InjectionStep.tsx'
import { sessionWords } from '../session/words.ts'
import { useIntent, useSnapshot } from '../workstation/context.tsx'
import './stop-injection.css'

/** Contrast may still be flowing when the button is pressed: that it was stopped is one tap from the board. */
export function StopInjection() {
  const { session } = useSnapshot().state
  if (session.kind !== 'injecting') return null
  const injection = session.facts.injections.at(-1)
  return (
    <section className="board-injection" aria-label={sessionWords.injection.title}>
      {injection !== undefined && <InjectionLine injection={injection} />}
      <StopButton />
    </section>
  )
}

/** The button alone, where there is no room for what flows, or no right to show it. */
export function StopButton() {
  const { session } = useSnapshot().state
  const { busy, error, send } = useIntent()
  if (session.kind !== 'injecting') return null
  return (
    <>
      {error !== undefined && (
        <p className="step-refusal" role="alert">
          {error}
        </p>
      )}
      <Button
        kind="primary"
        size="large"
        icon="stop"
        busy={busy}
        onClick={() => void send({ kind: 'stop-injection' })}
      >
        {sessionWords.injection.stop}
      </Button>
    </>
  )
}
