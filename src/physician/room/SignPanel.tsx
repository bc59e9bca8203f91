import type { RoomView } from '../../contract/room-view.ts'
import { Button } from '../../ui/Button.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { formatTime } from '../../ui/time.ts'
import { useConsole, useOutbox, useSelf } from '../console-context.ts'
import { progressOf } from '../statements/progress.ts'

/** Closed sessions that wait for the signature of whoever supervised them. */
export function SignPanel(props: { readonly deviceId: string; readonly unsigned: RoomView['unsigned'] }) {
  const { name } = useSelf()
  return (
    <Panel title="To sign">
      <p className="soft">Your signature, {name}, closes the record and is bound to its last entry.</p>
      <ul className="to-sign">
        {props.unsigned.map((session) => (
          <ToSign key={session.sessionId} deviceId={props.deviceId} session={session} />
        ))}
      </ul>
    </Panel>
  )
}

function ToSign(props: { readonly deviceId: string; readonly session: RoomView['unsigned'][number] }) {
  const { session } = props
  const { sessionId, closingHash } = session
  const { say } = useConsole()
  const progress = progressOf(useOutbox(), (said) => said.kind === 'signed' && said.sessionId === sessionId)
  return (
    <li>
      <span>
        Accession <strong>{session.accession}</strong> · closed {formatTime(session.closedAt)}
      </span>
      {progress.kind === 'not-said' ? (
        <Button
          kind="primary"
          size="small"
          onClick={() => say(props.deviceId, { kind: 'signed', sessionId, closingHash })}
        >
          Sign {session.accession}
        </Button>
      ) : (
        <StatusWord
          status="busy"
          word="Signed"
          detail={progress.kind === 'on-its-way' ? progress.words : 'received by the room'}
        />
      )}
    </li>
  )
}
