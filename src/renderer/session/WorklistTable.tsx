import { useState } from 'react'
import type { Exam, Policy } from '../../domain/policy/policy.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { formatPersonName, formatTime } from '../../ui/time.ts'
import { sessionWords } from './words.ts'
import { type WorklistItem, worklistFor } from './worklist.ts'

const words = sessionWords.exam

export type WorklistTableProps = {
  readonly policy: Policy | null
  readonly modality: WorklistItem['modality'] | undefined
  readonly chosen: string | undefined
  readonly onChoose: (exam: Exam) => void
  readonly onType: () => void
}

/** One row, one exam. A row is a radio button: arrow keys move, a tap anywhere in it chooses. */
export function WorklistTable({ policy, modality, chosen, onChoose, onType }: WorklistTableProps) {
  const [search, setSearch] = useState('')
  const scheduled = worklistFor(policy, modality, '')
  const items = worklistFor(policy, modality, search)
  if (scheduled.length === 0) {
    return (
      <EmptyState
        icon="list"
        title={words.empty}
        action={
          <Button kind="quiet" onClick={onType}>
            {words.typed}
          </Button>
        }
      >
        {words.emptyDetail}
      </EmptyState>
    )
  }
  return (
    <div className="worklist">
      <input
        className="ui-input"
        type="search"
        placeholder={words.search}
        aria-label={words.search}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {items.length === 0 ? (
        <EmptyState
          icon="search"
          title={words.noMatch}
          action={
            <Button kind="quiet" onClick={() => setSearch('')}>
              {words.clearSearch}
            </Button>
          }
        />
      ) : (
        <table className="worklist-table">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Patient</th>
              <th scope="col">Born</th>
              <th scope="col">Sex</th>
              <th scope="col">Procedure</th>
              <th scope="col">Accession</th>
              <th scope="col" className="worklist-number">
                Weight
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <Row
                key={item.accession}
                item={item}
                on={item.accession === chosen}
                onChoose={() => onChoose(examOf(item))}
              />
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

function examOf({ scheduledAt: _, ...exam }: WorklistItem): Exam {
  return exam
}

function Row(props: { readonly item: WorklistItem; readonly on: boolean; readonly onChoose: () => void }) {
  const { item, on, onChoose } = props
  const name = formatPersonName(item.patientName)
  return (
    <tr className={on ? 'worklist-row worklist-row-on' : 'worklist-row'} onClick={onChoose}>
      <td>
        <span className="worklist-pick">
          <input
            type="radio"
            name="exam"
            checked={on}
            onChange={onChoose}
            aria-label={`${name}, ${item.procedure}, ${item.accession}`}
          />
          {formatTime(item.scheduledAt)}
        </span>
      </td>
      <th scope="row">{name}</th>
      <td>{item.birthDate}</td>
      <td>{item.sex}</td>
      <td>{item.procedure}</td>
      <td>{item.accession}</td>
      <td className="worklist-number">{item.weightKg === null ? 'not known' : `${item.weightKg} kg`}</td>
    </tr>
  )
}
