import type { Escalation } from '../../domain/workstation/state.ts'
import { Icon } from '../../ui/Icon.tsx'
import { formatClock } from '../../ui/time.ts'
import { useSnapshot } from '../workstation/context.tsx'
import { physicianName } from '../workstation/people.ts'
import { PagedOutOfBand } from './PagedOutOfBand.tsx'
import './progress-ticks.css'
import { stagesOf, whoDeclined } from './receipts.ts'
import { reactionWords as words } from './words.ts'

/** Delivered, seen, accepted, on screen: four ticks, each with who and when. */
export function ProgressTicks({ escalation }: { readonly escalation: Escalation }) {
  const snapshot = useSnapshot()
  const declined = whoDeclined(escalation.receipts)
  return (
    <div className="ticks">
      <ol className="ticks-list">
        {stagesOf(escalation.receipts).map(({ stage, first, others }) => (
          <li key={stage} className={first === null ? 'tick' : 'tick tick-done'}>
            <span className="tick-mark">{first !== null && <Icon name="check" />}</span>
            <span className="tick-words">
              <strong>{words.ticks[stage]}</strong>
              <span>
                {first === null
                  ? words.notYet
                  : `${physicianName(snapshot, first.physicianId)} ${formatClock(first.at)}`}
                {others > 0 && ` ${words.others(others)}`}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {declined.length > 0 && (
        <p className="ticks-declined">
          {declined.map((id) => words.declined(physicianName(snapshot, id))).join(' · ')}
        </p>
      )}
      <PagedOutOfBand escalation={escalation} />
    </div>
  )
}
