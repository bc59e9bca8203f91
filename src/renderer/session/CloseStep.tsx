import { type FormEvent, useId, useState } from 'react'
import type { SessionFacts } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { TextField } from '../../ui/Field.tsx'
import { useIntent } from '../workstation/context.tsx'
import './close-step.css'
import { StepFrame } from './StepFrame.tsx'
import { Summary } from './Summary.tsx'
import { sessionWords } from './words.ts'

const words = sessionWords.close

const dispositions = [
  { value: 'released', label: words.released, detail: words.releasedDetail },
  { value: 'transferred', label: words.transferred, detail: words.transferredDetail },
  { value: 'other', label: words.other, detail: words.otherDetail },
] as const

export function CloseStep({ facts }: { readonly facts: SessionFacts }) {
  const { busy, error, send } = useIntent()
  const [disposition, setDisposition] = useState<(typeof dispositions)[number]['value']>()
  const [note, setNote] = useState('')
  const formId = useId()
  const noteMissing = disposition === 'other' && note.trim() === ''

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (disposition === undefined || noteMissing) return
    void send({ kind: 'close-session', disposition, note: note.trim() })
  }

  return (
    <StepFrame
      number={6}
      title={words.title}
      exam={facts.exam}
      primary={
        <>
          {error !== undefined ? (
            <p className="step-refusal" role="alert">
              {error}
            </p>
          ) : (
            <p className="step-waits">
              {disposition === undefined
                ? words.dispositionMissing
                : noteMissing
                  ? words.noteMissing
                  : words.signing}
            </p>
          )}
          <Button
            kind="primary"
            size="large"
            type="submit"
            form={formId}
            busy={busy}
            disabled={disposition === undefined || noteMissing}
          >
            {words.submit}
          </Button>
        </>
      }
    >
      <div className="closing">
        <form id={formId} className="closing-form" onSubmit={submit}>
          <fieldset className="closing-choices">
            <legend>{words.disposition}</legend>
            {dispositions.map(({ value, label, detail }) => (
              <label
                key={value}
                className={value === disposition ? 'closing-choice closing-choice-on' : 'closing-choice'}
              >
                <input
                  type="radio"
                  name="disposition"
                  checked={value === disposition}
                  onChange={() => setDisposition(value)}
                />
                <span>
                  <strong>{label}</strong>
                  <small>{detail}</small>
                </span>
              </label>
            ))}
          </fieldset>
          <TextField
            label={disposition === 'other' ? words.noteNeeded : words.note}
            value={note}
            maxLength={1000}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        </form>
        <Summary facts={facts} />
      </div>
    </StepFrame>
  )
}
