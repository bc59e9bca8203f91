import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { useIntent } from '../workstation/context.tsx'
import './pin-pad.css'
import { gatewayWords } from './words.ts'

const words = gatewayWords.pin
const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const
const maxLength = 32

/** A PIN by touch or by keyboard. It is sent, never kept; the answer says why it was refused, or how long to wait. */
export function PinPad(props: { readonly technologistId: string; readonly action: 'enter' | 'unlock' }) {
  const { busy, error, send, clear } = useIntent()
  const [pin, setPin] = useState('')
  const [missing, setMissing] = useState(false)
  const ref = useRef<HTMLFormElement>(null)

  const focusInput = (): void => ref.current?.querySelector('input')?.focus()
  useEffect(() => ref.current?.querySelector('input')?.focus(), [])

  const change = (next: string): void => {
    setPin(next.slice(0, maxLength))
    setMissing(false)
    clear()
  }

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (pin === '') return setMissing(true)
    const reply = await send({ kind: 'sign-in', technologistId: props.technologistId, pin })
    setPin('')
    if (!reply.ok) focusInput()
  }

  return (
    <form ref={ref} className="pin" onSubmit={(event) => void submit(event)} noValidate>
      <Field
        label={words.label}
        type="password"
        inputMode="numeric"
        value={pin}
        maxLength={maxLength}
        onChange={(event) => change(event.currentTarget.value)}
        error={missing ? words.missing : error}
      />
      <div className="pin-keys">
        {digits.map((digit) => (
          <button key={digit} type="button" className="pin-key" onClick={() => change(pin + digit)}>
            {digit}
          </button>
        ))}
        <button type="button" className="pin-key pin-key-word" onClick={() => change('')}>
          {words.clear}
        </button>
        <button type="button" className="pin-key" onClick={() => change(`${pin}0`)}>
          0
        </button>
        <button type="button" className="pin-key" onClick={() => change(pin.slice(0, -1))}>
          <Icon name="arrow-left" label={words.back} />
        </button>
      </div>
      <Button kind="primary" size="large" type="submit" busy={busy} wide>
        {words[props.action]}
      </Button>
    </form>
  )
}
