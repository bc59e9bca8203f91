import { orderInWords } from '../../domain/statement/statement.ts'
import type { SessionFacts } from '../../domain/workstation/state.ts'
import { formatClock, formatTime } from '../../ui/time.ts'
import { useSnapshot } from '../workstation/context.tsx'
import { physicianName } from '../workstation/people.ts'
import { classWords, sessionWords } from './words.ts'

/** What the record will say, in short, before it is closed. */
export function Summary({ facts }: { readonly facts: SessionFacts }) {
  const snapshot = useSnapshot()
  const answers = Object.values(facts.answers)
  const yes = answers.filter(({ answer }) => answer === 'yes')
  const responder = snapshot.policy?.responders.find(({ id }) => id === facts.responderId)
  const { primary } = snapshot.state.supervisor
  const overrides = Object.entries(facts.overrides)
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
          {facts.injections.map(({ startedAt, agent, concentration, volumeMl, route }) => (
            <span key={startedAt} className="summary-line">
              {formatClock(startedAt)} {agent} {concentration}, {volumeMl} mL {route}
            </span>
          ))}
        </dd>
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
            {overrides.map(([check, reason]) => (
              <span key={check} className="summary-line">
                {check}: {reason}
              </span>
            ))}
          </dd>
        )}
      </dl>
    </section>
  )
}
