import type { PagedPersonShown } from '../../domain/escalation/out-of-band-words.ts'
import type { Escalation } from '../../domain/workstation/state.ts'
import { Icon, type IconName } from '../../ui/Icon.tsx'
import { useSnapshot } from '../workstation/context.tsx'
import { pagersShown } from './out-of-band.ts'
import './paged-out-of-band.css'
import { reactionWords as words } from './words.ts'

const marks: Readonly<Record<PagedPersonShown['ways'][number]['tone'], IconName>> = {
  done: 'check',
  'under-way': 'clock',
  bad: 'cross',
  over: 'stop',
}

/** Whom the hub pages apart from their console, and how far that has come. Names first: that is what is asked. */
export function PagedOutOfBand({ escalation }: { readonly escalation: Escalation }) {
  const { people, unpaged } = pagersShown(useSnapshot(), escalation)
  return (
    <>
      {people.length > 0 && (
        <ul className="pagers" aria-label={words.pagers}>
          {people.map(({ key, who, ways }) => (
            <li key={key} className="pagers-person">
              <strong>{who}</strong>
              {ways.map((way) => (
                <span key={way.key} className={`pager pager-${way.tone}`}>
                  <Icon name={marks[way.tone]} />
                  {way.words}
                </span>
              ))}
            </li>
          ))}
        </ul>
      )}
      {unpaged !== null && <p className="pagers-none">{unpaged}</p>}
    </>
  )
}
