import type { LinkState } from '../../domain/link/link.ts'
import type { Injection, SessionState } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { formatClock } from '../../ui/time.ts'
import { linkWords } from '../shell/words.ts'
import { useIntent, useSnapshot, useView } from '../workstation/context.tsx'
import { linkTo, physicianName } from '../workstation/people.ts'
import './injection-step.css'
import { SessionTimer } from './SessionTimer.tsx'
import { StepFrame } from './StepFrame.tsx'
import { sessionWords } from './words.ts'

const words = sessionWords.injection

export function InjectionStep({ session }: { readonly session: SessionState & { kind: 'injecting' } }) {
  const snapshot = useSnapshot()
  const silent = useView((view) => view.silent)
  const { busy, error, send } = useIntent()
  const { primary } = snapshot.state.supervisor
  const reading = linkTo(snapshot, primary)
  const supervised = reading.state.kind === 'live' && !silent
  const link = linkWords(reading, primary === null ? null : physicianName(snapshot, primary), silent)
  const injection = session.facts.injections.at(-1)
  return (
    <StepFrame
      number={4}
      title={words.title}
      exam={session.facts.exam}
      primary={
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
            {words.stop}
          </Button>
        </>
      }
    >
      <div className="injecting">
        {supervised ? (
          <p className="injecting-link">
            <StatusWord status="good" word={words.held} detail={link.detail} size="large" />
          </p>
        ) : (
          <Notice tone="loud" title={`${silent ? words.unknown : words.lost} — ${link.detail}`} announce>
            {isOnlyUnconfirmed(reading.state) ? words.unconfirmed : words.lostDetail}
          </Notice>
        )}
        <p className="injecting-time">
          <SessionTimer session={session} size="huge" />
          <span>{words.since}</span>
        </p>
        {injection !== undefined && <InjectionLine injection={injection} />}
      </div>
    </StepFrame>
  )
}

const isOnlyUnconfirmed = (link: LinkState): boolean =>
  link.kind === 'partial' && link.lacks.every((lack) => lack === 'physician-has-not-confirmed')

/** `Iohexol 350 mg I/mL · 95 mL · IV · lot A123 · 09:41:07`. */
export function InjectionLine({ injection }: { readonly injection: Injection }) {
  const { agent, concentration, volumeMl, route, lot, startedAt, stoppedAt } = injection
  return (
    <dl className="injection-line">
      <div>
        <dt>Agent</dt>
        <dd>
          {agent} {concentration}
        </dd>
      </div>
      <div>
        <dt>Volume</dt>
        <dd>{volumeMl} mL</dd>
      </div>
      <div>
        <dt>Route</dt>
        <dd>{route}</dd>
      </div>
      {lot !== null && (
        <div>
          <dt>Lot</dt>
          <dd>{lot}</dd>
        </div>
      )}
      <div>
        <dt>{stoppedAt === null ? 'Started' : 'Given'}</dt>
        <dd>
          {formatClock(startedAt)}
          {stoppedAt !== null && `–${formatClock(stoppedAt)}`}
        </dd>
      </div>
    </dl>
  )
}
