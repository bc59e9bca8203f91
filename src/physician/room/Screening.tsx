import { useState } from 'react'
import type { RoomView } from '../../contract/room-view.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { useConsole, useOutbox } from '../console-context.ts'
import { asksPhysician } from '../rooms/room-tile.ts'
import { progressOf } from '../statements/progress.ts'

type Session = NonNullable<RoomView['session']>
type Answer = Session['answers'][number]

/** The patient's answers: those that only the physician may decide first, then what they should know, then the rest. */
export function Screening({ deviceId, session }: { readonly deviceId: string; readonly session: Session }) {
  const { answers } = session
  if (answers.length === 0) return <p className="soft">Screening has not begun.</p>
  const deciding = answers.filter(({ answer, leadsTo }) => asksPhysician(answer, leadsTo))
  const telling = answers.filter(({ answer, leadsTo }) => answer === 'yes' && leadsTo === 'tell-physician')
  const others = answers.filter((answer) => !deciding.includes(answer) && !telling.includes(answer))
  return (
    <div className="screening">
      <h3>Screening</h3>
      {deciding.map((answer) => (
        <Decision
          key={`${answer.questionId} ${answer.seq}`}
          deviceId={deviceId}
          sessionId={session.sessionId}
          answer={answer}
        />
      ))}
      {telling.map((answer) => (
        <p key={answer.questionId}>
          <StatusWord status="attention" word="Yes" detail={withNote(answer)} />
        </p>
      ))}
      {others.length > 0 && (
        <details>
          <summary>
            {others.length === 1 ? '1 other answer' : `${others.length} other answers`}: nothing to decide
          </summary>
          <ul className="screening-others">
            {others.map((answer) => (
              <li key={answer.questionId}>
                {answer.answer === 'yes' ? 'Yes' : 'No'} · {withNote(answer)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

const withNote = ({ text, note }: Answer): string => (note === '' ? text : `${text} — ${note}`)

function Decision(props: { readonly deviceId: string; readonly sessionId: string; readonly answer: Answer }) {
  const { deviceId, sessionId, answer } = props
  const { say } = useConsole()
  const [note, setNote] = useState('')
  const progress = progressOf(
    useOutbox(),
    (said) =>
      said.kind === 'decided' &&
      said.sessionId === sessionId &&
      said.questionId === answer.questionId &&
      // An answer that was given anew asks anew.
      said.answerSeq === answer.seq,
  )
  const decide = (decision: 'go-on' | 'do-not-inject') =>
    say(deviceId, {
      kind: 'decided',
      sessionId,
      questionId: answer.questionId,
      ...(answer.seq === undefined ? {} : { answerSeq: answer.seq }),
      decision,
      note: note.trim(),
    })
  const decided = answer.decision
  return (
    <div className={decided === null ? 'decision decision-open' : 'decision'}>
      <p>
        <strong>Yes</strong> · {withNote(answer)}
      </p>
      {decided !== null ? (
        <StatusWord
          status={decided === 'go-on' ? 'good' : 'attention'}
          word={decided === 'go-on' ? 'Decided: go on' : 'Decided: do not inject'}
        />
      ) : progress.kind !== 'not-said' ? (
        <StatusWord
          status="busy"
          word="Decided"
          detail={progress.kind === 'on-its-way' ? progress.words : 'received by the room'}
        />
      ) : (
        <>
          <Field
            label="Note (stays in the record)"
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <div className="decision-buttons">
            <Button onClick={() => decide('go-on')}>Go on</Button>
            <Button onClick={() => decide('do-not-inject')}>Do not inject</Button>
          </div>
        </>
      )}
    </div>
  )
}
