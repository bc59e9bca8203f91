import { Button } from '../../ui/Button.tsx'
import { ElapsedTime } from '../../ui/ElapsedTime.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { useIntent, useSnapshot, useWorkstation } from '../workstation/context.tsx'
import { sincePressMs } from '../workstation/store.ts'
import { useCancelLeftMs } from './CancelHelp.tsx'
import { ProgressTicks } from './ProgressTicks.tsx'
import './question-strip.css'
import { reactionWords } from './words.ts'

const words = reactionWords.question

/** The quiet kind: a line that says how far the question has come, without sound. */
export function QuestionStrip() {
  const { question } = useSnapshot().state
  return question === null ? null : <OpenQuestion />
}

function OpenQuestion() {
  const { state, progress } = useSnapshot()
  const { store } = useWorkstation()
  const { busy, error, send } = useIntent()
  const mayWithdraw = useCancelLeftMs('question') > 0
  const { question } = state
  if (question === null) return null
  const escalationId = question.id
  const end = (outcome: string): void => void send({ kind: 'end-help', escalationId, outcome })
  return (
    <section className="question-strip" aria-label={words.title}>
      <p className="question-strip-title">
        <Icon name="question" />
        <strong>{words.title}</strong>
        {question.drill && <span className="drill-mark">DRILL</span>}
        <ElapsedTime label="Time since asking" read={() => sincePressMs(store.getState(), 'question') ?? 0} />
        <span role="status">{progress.question?.words ?? reactionWords.calling}</span>
      </p>
      <ProgressTicks escalation={question} />
      <div className="question-strip-actions">
        {mayWithdraw ? (
          <Button
            size="small"
            busy={busy}
            onClick={() => void send({ kind: 'cancel-help', escalationId, reason: words.withdrawn })}
          >
            {words.withdraw}
          </Button>
        ) : (
          <>
            <Button size="small" busy={busy} onClick={() => end(words.endAnswered)}>
              {words.answered}
            </Button>
            <Button size="small" kind="plain" busy={busy} onClick={() => end(words.endDropped)}>
              {words.dropped}
            </Button>
          </>
        )}
      </div>
      {error !== undefined && (
        <p className="step-refusal" role="alert">
          {error}
        </p>
      )}
    </section>
  )
}
