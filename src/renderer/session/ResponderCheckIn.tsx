import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Select } from '../../ui/Field.tsx'
import { formatDay } from '../../ui/time.ts'
import { useIntent, useSnapshot, useView } from '../workstation/context.tsx'
import { nowMs } from '../workstation/store.ts'
import { sessionWords } from './words.ts'

const words = sessionWords.ready

/** Who treats the patient on the spot: named and checked in before contrast flows. */
export function ResponderCheckIn({ responderId }: { readonly responderId: string | null }) {
  const { policy } = useSnapshot()
  const today = useView((view) => formatDay(nowMs(view)))
  const { busy, error, send } = useIntent()
  const [chosen, setChosen] = useState<string | null>(null)
  const value = chosen ?? responderId ?? ''
  const done = responderId !== null && value === responderId
  return (
    <div className="responder">
      <Select
        label={words.responder}
        error={error}
        value={value}
        placeholder={words.responderChoose}
        options={(policy?.responders ?? []).map(({ id, name, role, blsValidUntil }) => ({
          value: id,
          label: `${name}, ${role} — BLS ${blsValidUntil < today ? 'expired' : 'until'} ${blsValidUntil}`,
        }))}
        onChange={setChosen}
      />
      <Button
        busy={busy}
        disabled={value === '' || done}
        onClick={() => void send({ kind: 'check-in-responder', responderId: value })}
      >
        {done ? words.checkedIn : words.checkIn}
      </Button>
    </div>
  )
}
