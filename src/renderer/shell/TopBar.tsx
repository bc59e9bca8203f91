import { useTick } from '../../ui/ElapsedTime.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { formatClock } from '../../ui/time.ts'
import { useView } from '../workstation/context.tsx'
import { roomNow } from '../workstation/people.ts'
import { nowMs } from '../workstation/store.ts'
import { OperatorMenu } from './OperatorMenu.tsx'
import './top-bar.css'
import { syncWords } from './words.ts'

export function TopBar() {
  const snapshot = useView((view) => view.snapshot)
  const room = snapshot === null ? undefined : roomNow(snapshot)
  const site = snapshot?.policy?.site.name
  const drill = snapshot?.state.reaction?.drill ?? snapshot?.state.question?.drill ?? false
  return (
    <header className="top-bar">
      <h1 className="top-bar-place">
        {site === undefined ? 'Scanside' : `${site}${room === undefined ? '' : ` · ${room.name}`}`}
      </h1>
      {drill && (
        <span className="drill-mark">
          <Icon name="drill" /> DRILL
        </span>
      )}
      <Clock />
      <div className="top-bar-right">
        {snapshot !== null && <OperatorMenu snapshot={snapshot} />}
        <SyncState />
      </div>
    </header>
  )
}

function Clock() {
  useTick(250)
  const view = useView((whole) => whole)
  return <time className="top-bar-clock">{formatClock(nowMs(view))}</time>
}

export function SyncState() {
  const hub = useView((view) => view.snapshot?.hub)
  const unsynced = useView((view) => view.snapshot?.unsynced ?? 0)
  if (hub === undefined) return null
  const { good, words } = syncWords(hub, unsynced)
  return (
    <output className={good ? 'sync sync-good' : 'sync sync-waiting'}>
      <Icon name={good ? (unsynced === 0 ? 'check' : 'sync') : 'alert'} />
      <span>{words}</span>
    </output>
  )
}
