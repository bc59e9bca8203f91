import { useState } from 'react'
import type { ScreeningQuestion } from '../../domain/policy/policy.ts'
import type { ScreeningAnswer, SessionFacts } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { TextField } from '../../ui/Field.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { useIntent, useSnapshot } from '../workstation/context.tsx'
import { physicianName } from '../workstation/people.ts'
import { AbandonButton } from './AbandonButton.tsx'
import { StepFrame } from './StepFrame.tsx'
import './screening-step.css'
import { leadWords, sessionWords } from './words.ts'

const words = sessionWords.screening

export function ScreeningStep({ facts }: { readonly facts: SessionFacts }) {
  const snapshot = useSnapshot()
  const { busy, error, send } = useIntent()
  const questions = (snapshot.policy?.screening ?? []).filter(({ classes }) =>
    classes.includes(facts.contrastClass),
  )
  const left = questions.filter(({ id }) => facts.answers[id] === undefined).length
  const { primary } = snapshot.state.supervisor
  const decider = primary === null ? words.physician : physicianName(snapshot, primary)
  return (
    <StepFrame
      number={2}
      title={words.title}
      exam={facts.exam}
      aside={<AbandonButton />}
      primary={
        <>
          {error !== undefined && (
            <p className="step-refusal" role="alert">
              {error}
            </p>
          )}
          {left > 0 && <p className="step-waits">{words.left(left)}</p>}
          <Button
            kind="primary"
            size="large"
            busy={busy}
            disabled={left > 0}
            onClick={() => void send({ kind: 'complete-screening' })}
          >
            {words.complete}
          </Button>
        </>
      }
    >
      {questions.length === 0 ? (
        <EmptyState icon="list" title={words.none}>
          {words.noneDetail}
        </EmptyState>
      ) : (
        <ol className="questions">
          {questions.map((question) => (
            <Question
              key={question.id}
              question={question}
              answer={facts.answers[question.id]}
              decision={facts.decisions[question.id]}
              decider={decider}
            />
          ))}
        </ol>
      )}
    </StepFrame>
  )
}

type QuestionProps = {
  readonly question: ScreeningQuestion
  readonly answer: ScreeningAnswer | undefined
  readonly decision: 'go-on' | 'do-not-inject' | undefined
  readonly decider: string
}

function Question({ question, answer, decision, decider }: QuestionProps) {
  const { busy, error, send } = useIntent()
  const [note, setNote] = useState<string | null>(null)
  const given = answer?.answer
  const reply = (next: 'yes' | 'no', text = answer?.note ?? ''): Promise<unknown> =>
    send({ kind: 'answer-screening', questionId: question.id, answer: next, note: text })

  const saveNote = async (): Promise<void> => {
    if (given === undefined || note === null) return
    const sent = await send({
      kind: 'answer-screening',
      questionId: question.id,
      answer: given,
      note: note.trim(),
    })
    if (sent.ok) setNote(null)
  }

  return (
    <li className="question">
      <fieldset className="question-set" disabled={busy}>
        <legend className="question-text">{question.text}</legend>
        <div className="question-choices">
          {(['yes', 'no'] as const).map((value) => (
            <label key={value} className={given === value ? 'choice choice-on' : 'choice'}>
              <input
                className="ui-hidden"
                type="radio"
                name={question.id}
                checked={given === value}
                onChange={() => void reply(value)}
              />
              {words[value]}
            </label>
          ))}
        </div>
      </fieldset>
      <div className="question-rest">
        <span className={given === 'yes' ? 'question-lead question-lead-on' : 'question-lead'}>
          {leadWords[question.yes]}
        </span>
        <Decision answer={answer} decision={decision} decider={decider} />
        {answer !== undefined && answer.note !== '' && note === null && (
          <span className="question-note">“{answer.note}”</span>
        )}
        {answer !== undefined && note === null && (
          <Button kind="plain" size="small" onClick={() => setNote(answer.note)}>
            {answer.note === '' ? words.addNote : words.changeNote}
          </Button>
        )}
      </div>
      {note !== null && (
        <div className="question-note-form">
          <TextField
            label={words.note}
            rows={2}
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            autoFocus
          />
          <Button size="small" busy={busy} onClick={() => void saveNote()}>
            {words.saveNote}
          </Button>
        </div>
      )}
      {error !== undefined && (
        <p className="step-refusal" role="alert">
          {error}
        </p>
      )}
    </li>
  )
}

function Decision({ answer, decision, decider }: Omit<QuestionProps, 'question'>) {
  if (answer?.answer !== 'yes' || answer.leadsTo !== 'physician-decides') return null
  if (decision === undefined) return <StatusWord status="busy" word={words.waiting} />
  return decision === 'go-on' ? (
    <StatusWord status="good" word={words.goOn(decider)} />
  ) : (
    <StatusWord status="lost" word={words.stop(decider)} />
  )
}
