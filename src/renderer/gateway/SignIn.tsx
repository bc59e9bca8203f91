import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Field } from '../../ui/Field.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useSnapshot } from '../workstation/context.tsx'
import './gateway.css'
import { PinPad } from './PinPad.tsx'
import { gatewayWords } from './words.ts'

const words = gatewayWords.signIn
/** Up to so many names fit on the smallest screen without searching. */
const namesWithoutFilter = 7

export function SignIn() {
  const { policy } = useSnapshot()
  const [chosen, setChosen] = useState<string>()
  const technologist = policy?.technologists.find(({ id }) => id === chosen)
  return (
    <div className="gateway">
      <div className="gateway-card">
        {technologist === undefined ? (
          <NameList onChoose={setChosen} />
        ) : (
          <Panel
            title={`${technologist.name}${technologist.title === '' ? '' : `, ${technologist.title}`}`}
            actions={
              <Button kind="plain" size="small" icon="arrow-left" onClick={() => setChosen(undefined)}>
                {words.other}
              </Button>
            }
          >
            <PinPad technologistId={technologist.id} action="enter" />
          </Panel>
        )}
      </div>
    </div>
  )
}

export function NameList({ onChoose }: { readonly onChoose: (technologistId: string) => void }) {
  const { policy } = useSnapshot()
  const [filter, setFilter] = useState('')
  const all = policy?.technologists ?? []
  const wanted = filter.trim().toLowerCase()
  const shown = all
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .toSorted((a, b) => a.name.localeCompare(b.name))
  if (all.length === 0) {
    return (
      <Panel title={words.title}>
        <EmptyState icon="person" title={words.none}>
          {words.noneDetail}
        </EmptyState>
      </Panel>
    )
  }
  return (
    <Panel title={`${words.title} — ${words.choose.toLowerCase()}`}>
      <div className="gateway-form">
        {all.length > namesWithoutFilter && (
          <Field
            label={words.filter}
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
        )}
        <ul className="names">
          {shown.map(({ id, name, title }) => (
            <li key={id}>
              <button type="button" className="name-button" onClick={() => onChoose(id)}>
                {name}
                <span className="name-title">{title}</span>
              </button>
            </li>
          ))}
        </ul>
        {shown.length === 0 && <p>{words.noMatch}.</p>}
      </div>
    </Panel>
  )
}
