import type { RoomView } from '../../contract/room-view.ts'
import { Panel } from '../../ui/Panel.tsx'
import { formatClock } from '../../ui/time.ts'

/** What has happened in the room, newest first: a physician who joins reads down from now. */
export function Timeline({ lines }: { readonly lines: RoomView['timeline'] }) {
  // Lines have no identity of their own; counted from the oldest they keep their place.
  const newestFirst = lines.map((line, index) => ({ ...line, place: index })).toReversed()
  return (
    <Panel title="Timeline">
      {newestFirst.length === 0 ? (
        <p className="soft">Nothing yet</p>
      ) : (
        <ol className="timeline">
          {newestFirst.map(({ at, words, place }) => (
            <li key={`${place} ${at}`}>
              <time dateTime={at}>{formatClock(at)}</time>
              <span>{words}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
