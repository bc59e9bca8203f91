import { useState } from 'react'
import type { Exam } from '../../domain/policy/policy.ts'
import { Field, Select } from '../../ui/Field.tsx'
import { formatDay } from '../../ui/time.ts'
import { sessionWords } from './words.ts'

const words = sessionWords.typed

type Draft = Record<
  'accession' | 'patientName' | 'patientId' | 'birthDate' | 'sex' | 'weightKg' | 'procedure' | 'modality',
  string
>
type Name = keyof Draft

const maxKg = 635
const required: Record<Exclude<Name, 'weightKg' | 'sex' | 'modality'>, string> = {
  accession: words.accession,
  patientName: words.patientName,
  patientId: words.patientId,
  birthDate: words.birthDate,
  procedure: words.procedure,
}

/** What is wrong with each field, in words; nothing wrong means that `examOf` has an exam. */
export function problemsOf(draft: Draft, today: string): Partial<Record<Name, string>> {
  const problems: Partial<Record<Name, string>> = {}
  for (const [name, label] of Object.entries(required) as [keyof typeof required, string][]) {
    if (draft[name].trim() === '') problems[name] = words.required(label)
  }
  if (draft.accession.trim().length > 16) problems.accession = words.accessionLong
  if (draft.birthDate !== '' && !(draft.birthDate <= today && draft.birthDate > '1890-01-01')) {
    problems.birthDate = words.birthWrong
  }
  const kg = Number(draft.weightKg.replace(',', '.'))
  if (draft.weightKg.trim() !== '' && !(kg > 0 && kg <= maxKg)) problems.weightKg = words.weightWrong
  return problems
}

function examOf(draft: Draft): Exam {
  return {
    accession: draft.accession.trim(),
    patientName: draft.patientName.trim(),
    patientId: draft.patientId.trim(),
    birthDate: draft.birthDate,
    sex: draft.sex === 'F' || draft.sex === 'M' ? draft.sex : 'O',
    weightKg: draft.weightKg.trim() === '' ? null : Number(draft.weightKg.replace(',', '.')),
    procedure: draft.procedure.trim(),
    modality: draft.modality === 'MR' ? 'MR' : 'CT',
  }
}

/** An exam that no worklist knows. Says what is missing once a field was left; gives an exam only when whole. */
export function TypedExam(props: {
  readonly modality: Exam['modality']
  readonly onChange: (exam: Exam | null) => void
}) {
  const [draft, setDraft] = useState<Draft>({
    accession: '',
    patientName: '',
    patientId: '',
    birthDate: '',
    sex: 'F',
    weightKg: '',
    procedure: '',
    modality: props.modality,
  })
  const [left, setLeft] = useState<ReadonlySet<Name>>(new Set())
  const today = formatDay(Date.now())
  const problems = problemsOf(draft, today)

  const change = (name: Name, value: string): void => {
    const next = { ...draft, [name]: value }
    setDraft(next)
    props.onChange(Object.keys(problemsOf(next, today)).length === 0 ? examOf(next) : null)
  }
  const text = (name: Name) => ({
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) => change(name, event.currentTarget.value),
    onBlur: () => setLeft(new Set([...left, name])),
    error: left.has(name) ? problems[name] : undefined,
  })

  return (
    <div className="typed-exam">
      <Field label={words.accession} maxLength={16} {...text('accession')} />
      <Field label={words.procedure} maxLength={64} {...text('procedure')} />
      <Field
        label={words.patientName}
        hint={words.patientNameHint}
        maxLength={128}
        {...text('patientName')}
      />
      <Field label={words.patientId} maxLength={64} {...text('patientId')} />
      <Field label={words.birthDate} type="date" max={today} {...text('birthDate')} />
      <Field label={words.weightKg} hint={words.weightHint} inputMode="decimal" {...text('weightKg')} />
      <Select
        label={words.sex}
        value={draft.sex}
        options={[
          { value: 'F', label: 'Female' },
          { value: 'M', label: 'Male' },
          { value: 'O', label: 'Other or not known' },
        ]}
        onChange={(value) => change('sex', value)}
      />
      <Select
        label={words.modality}
        value={draft.modality}
        options={[
          { value: 'CT', label: 'CT' },
          { value: 'MR', label: 'MR' },
        ]}
        onChange={(value) => change('modality', value)}
      />
    </div>
  )
}
