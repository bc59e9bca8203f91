import { useState } from 'react'
import type { ContrastClass, Exam } from '../../domain/policy/policy.ts'
import { Button } from '../../ui/Button.tsx'
import { Select } from '../../ui/Field.tsx'
import { formatPersonName } from '../../ui/time.ts'
import { useIntent, useSnapshot } from '../workstation/context.tsx'
import { roomNow } from '../workstation/people.ts'
import './exam-step.css'
import { RecentSessions } from './RecentSessions.tsx'
import { StepFrame } from './StepFrame.tsx'
import { TypedExam } from './TypedExam.tsx'
import { WorklistTable } from './WorklistTable.tsx'
import { classWords, defaultClass, sessionWords } from './words.ts'

const words = sessionWords.exam

export function ExamStep() {
  const snapshot = useSnapshot()
  const { busy, error, send } = useIntent()
  const [source, setSource] = useState<'worklist' | 'typed'>('worklist')
  const [exam, setExam] = useState<Exam | null>(null)
  const [chosenClass, setChosenClass] = useState<ContrastClass | null>(null)
  const room = roomNow(snapshot)
  const modality = exam?.modality ?? room?.modality ?? 'CT'
  const contrastClass = chosenClass ?? defaultClass[modality]
  const blocked =
    snapshot.durability.kind !== 'durable'
      ? words[snapshot.durability.kind]
      : snapshot.policy === null
        ? words.stopped
        : undefined

  const switchTo = (next: typeof source): void => {
    setSource(next)
    setExam(null)
    setChosenClass(null)
  }
  const choose = (next: Exam | null): void => {
    setExam(next)
    if (next?.modality !== exam?.modality) setChosenClass(null)
  }

  return (
    <StepFrame
      number={1}
      title={words.title}
      aside={
        <div className="exam-class">
          <Select
            label={words.contrast}
            value={contrastClass}
            options={(['iodinated', 'gadolinium-based'] as const).map((value) => ({
              value,
              label: classWords[value],
            }))}
            onChange={(value) => setChosenClass(value === 'iodinated' ? 'iodinated' : 'gadolinium-based')}
          />
        </div>
      }
      primary={
        <>
          {blocked !== undefined ? (
            <p className="step-refusal">{blocked}</p>
          ) : error !== undefined ? (
            <p className="step-refusal" role="alert">
              {error}
            </p>
          ) : (
            <p className="step-waits">
              {exam === null
                ? words.choose
                : `${formatPersonName(exam.patientName)}, ${exam.procedure}, ${exam.accession}`}
            </p>
          )}
          <Button
            kind="primary"
            size="large"
            busy={busy}
            disabled={exam === null || blocked !== undefined}
            onClick={() => exam !== null && void send({ kind: 'open-session', exam, contrastClass })}
          >
            {words.open}
          </Button>
        </>
      }
    >
      <div className="exam-step">
        <fieldset className="exam-source">
          <legend className="ui-hidden">{words.source}</legend>
          <Tab on={source === 'worklist'} label={words.worklist} onChoose={() => switchTo('worklist')} />
          <Tab on={source === 'typed'} label={words.typed} onChoose={() => switchTo('typed')} />
        </fieldset>
        {source === 'worklist' ? (
          <WorklistTable
            policy={snapshot.policy}
            modality={room?.modality}
            chosen={exam?.accession}
            onChoose={choose}
            onType={() => switchTo('typed')}
          />
        ) : (
          <TypedExam modality={room?.modality ?? 'CT'} onChange={choose} />
        )}
        <RecentSessions />
      </div>
    </StepFrame>
  )
}

function Tab(props: { readonly on: boolean; readonly label: string; readonly onChoose: () => void }) {
  return (
    <label className={props.on ? 'exam-tab exam-tab-on' : 'exam-tab'}>
      <input
        className="ui-hidden"
        type="radio"
        name="exam-source"
        checked={props.on}
        onChange={props.onChoose}
      />
      {props.label}
    </label>
  )
}
