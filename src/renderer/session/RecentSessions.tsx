import { useState } from 'react'
import type { Snapshot } from '../../contract/ipc.ts'
import { Button } from '../../ui/Button.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { formatDay, formatTime } from '../../ui/time.ts'
import { useIntent, useSnapshot } from '../workstation/context.tsx'
import { physicianName } from '../workstation/people.ts'
import { sessionWords } from './words.ts'

const words = sessionWords.recent

/** Closed sessions, newest first: signed or waiting for it, and the way to their record. */
export function RecentSessions() {
  const snapshot = useSnapshot()
  return (
    <section className="recent" aria-label={words.title}>
      <h3 className="recent-title">{words.title}</h3>
      {snapshot.recent.length === 0 ? (
        <p className="recent-empty">{words.empty}</p>
      ) : (
        <ul className="recent-list">
          {snapshot.recent.map((session) => (
            <RecentSession key={session.sessionId} session={session} snapshot={snapshot} />
          ))}
        </ul>
      )}
    </section>
  )
}

function RecentSession(props: { readonly session: Snapshot['recent'][number]; readonly snapshot: Snapshot }) {
  const { session, snapshot } = props
  const { busy, error, send } = useIntent()
  const [paths, setPaths] = useState<readonly string[]>([])
  const waiting = snapshot.state.unsigned.find(({ sessionId }) => sessionId === session.sessionId)
  const expected =
    waiting === undefined || waiting.physicianId === null
      ? null
      : physicianName(snapshot, waiting.physicianId)
  const save = async (): Promise<void> => {
    const reply = await send({ kind: 'save-record', sessionId: session.sessionId })
    if (reply.ok) setPaths(reply.value.paths ?? [])
  }
  return (
    <li className="recent-item">
      <strong>{session.accession}</strong>
      <span className="recent-when">
        {words.closed} {formatDay(session.closedAt)} {formatTime(session.closedAt)}
      </span>
      {waiting !== undefined ? (
        <StatusWord status="busy" word={words.unsigned(expected)} />
      ) : session.signedBy !== null ? (
        <StatusWord status="good" word={words.signed(physicianName(snapshot, session.signedBy))} />
      ) : (
        <StatusWord status="idle" word={words.nothingToSign} />
      )}
      <Button size="small" icon="document" busy={busy} onClick={() => void save()}>
        {words.save}
      </Button>
      {error !== undefined && (
        <p className="step-refusal recent-answer" role="alert">
          {error}
        </p>
      )}
      {paths.length > 0 && (
        <div className="recent-answer" role="status">
          {words.saved}:
          <ul>
            {paths.map((path) => (
              <li key={path} className="recent-path">
                {path}
              </li>
            ))}
          </ul>
        </div>
      )}
    </li>
  )
}
