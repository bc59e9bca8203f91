import { orderInWords } from '../../domain/statement/statement.ts'
import type { SessionFacts } from '../../domain/workstation/state.ts'
import { formatClock, formatTime } from '../../ui/time.ts'
import { useSnapshot } from '../workstation/context.tsx'
import { physicianName } from '../workstation/people.ts'
import { callWords, classWords, sessionWords } from './words.ts'

/** What the record will say, in short, before it is closed. */
export function Summary({ facts }: { readonly facts: SessionFacts }) {
  const snapshot = useSnapshot()
  const answers = Object.values(facts.answers)
  const yes = answers.filter(({ answer }) => answer === 'yes')
  const responder = snapshot.policy?.responders.find(({ id }) => id === facts.responderId)
  const { primary } = snapshot.state.supervisor
  const overrides = facts.injections.flatMap(({ startedAt, gate }) =>
    gate
      .filter(({ outcome }) => outcome === 'overridden')
      .map(({ check, detail }) => ({ key: `${startedAt} ${check}`, detail })),
  )
  return (
    <section className="summary" aria-label={sessionWords.close.summary}>
      <h3>{sessionWords.close.summary}</h3>
      <dl>
        <dt>Opened</dt>
        <dd>
          {formatTime(facts.openedAt)} · {classWords[facts.contrastClass]}
        </dd>
        <dt>Supervision</dt>
        <dd>{primary === null ? 'nobody' : physicianName(snapshot, primary)}</dd>
        <dt>On-site responder</dt>
        <dd>{responder === undefined ? 'none checked in' : `${responder.name}, ${responder.role}`}</dd>
        <dt>Screening</dt>
        <dd>
          {answers.length} answered, {yes.length} with yes
          {yes.map(({ questionId, text }) => (
            <span key={questionId} className="summary-line">
              {text}
            </span>
          ))}
        </dd>
        <dt>Injections</dt>
        <dd>
          {facts.injections.length === 0 && 'none'}
          {facts.injections.map(({ startedAt, stoppedAt, agent, concentration, volumeMl, route }) => (
            <span key={startedAt} className="summary-line">
              {formatClock(startedAt)}
              {stoppedAt === null ? '' : `–${formatClock(stoppedAt)}`} {agent} {concentration}, {volumeMl} mL{' '}
              {route}
            </span>
          ))}
        </dd>
        {facts.calls.length > 0 && <dt>Calls for help</dt>}
        {facts.calls.length > 0 && (
          <dd>
            {facts.calls.map(({ id, kind, drill, pressedAt, cancelled, outcome }) => (
              <span key={id} className="summary-line">
                {formatClock(pressedAt)} {drill ? 'Drill' : callWords[kind]}
                {cancelled ? ', cancelled' : ''}: {outcome}
              </span>
            ))}
          </dd>
        )}
        {facts.orders.length > 0 && <dt>Orders</dt>}
        {facts.orders.length > 0 && (
          <dd>
            {facts.orders.map(({ statementId, at, order, readBackAt }) => (
              <span key={statementId} className="summary-line">
                {formatClock(at)} {orderInWords(order)}{' '}
                {readBackAt === null ? '(not read back)' : '(read back)'}
              </span>
            ))}
          </dd>
        )}
        {overrides.length > 0 && <dt>Overridden</dt>}
        {overrides.length > 0 && (
          <dd>
            {overrides.map(({ key, detail }) => (
              <span key={key} className="summary-line">
                {detail}
              </span>
            ))}
          </dd>
        )}
      </dl>
    </section>
  )
}
