import { useState } from 'react'
import type { SessionState } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { useTick } from '../../ui/ElapsedTime.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { formatTime } from '../../ui/time.ts'
import { useIntent, useWorkstation } from '../workstation/context.tsx'
import { leftToObserveMs, nowMs } from '../workstation/store.ts'
import { InjectionLine } from './InjectionStep.tsx'
import './injection-step.css'
import { ReasonDialog } from './ReasonDialog.tsx'
import { SessionTimer } from './SessionTimer.tsx'
import { StepFrame } from './StepFrame.tsx'
import { sessionWords } from './words.ts'

const words = sessionWords.observe

export function ObserveStep({ session }: { readonly session: SessionState & { kind: 'observing' } }) {
  const { store } = useWorkstation()
  const { busy, error, send } = useIntent()
  const [ending, setEnding] = useState(false)
  useTick(500)
  const leftMs = leftToObserveMs(store.getState())
  const over = leftMs === 0
  const until = new Date(nowMs(store.getState()) + leftMs).toISOString()
  return (
    <StepFrame
      number={5}
      title={words.title}
      exam={session.facts.exam}
      aside={
        <Button kind="quiet" busy={busy} onClick={() => void send({ kind: 'prepare-injection' })}>
          {words.another}
        </Button>
      }
      primary={
        <>
          {error !== undefined && (
            <p className="step-refusal" role="alert">
              {error}
            </p>
          )}
          {over ? (
            <Button
              kind="primary"
              size="large"
              busy={busy}
              onClick={() => void send({ kind: 'end-observation', earlyReason: null })}
            >
              {words.end}
            </Button>
          ) : (
            <Button kind="quiet" size="large" onClick={() => setEnding(true)}>
              {words.early}
            </Button>
          )}
        </>
      }
    >
      <div className="observing">
        <p className="injecting-time">
          <SessionTimer session={session} size="huge" />
          {over ? (
            <StatusWord status="good" word={words.over} size="large" />
          ) : (
            <span>
              {words.left}, {words.until} {formatTime(until)}
            </span>
          )}
        </p>
        {session.facts.injections.map((injection) => (
          <InjectionLine key={injection.startedAt} injection={injection} />
        ))}
      </div>
      {ending && (
        <ReasonDialog
          title={words.earlyTitle}
          label={words.earlyReason}
          confirm={words.earlyConfirm}
          keep={words.earlyKeep}
          intent={(earlyReason) => ({ kind: 'end-observation', earlyReason })}
          onClose={() => setEnding(false)}
        />
      )}
    </StepFrame>
  )
}
