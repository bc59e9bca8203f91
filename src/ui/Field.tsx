import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'
import './field.css'

type Around = {
  readonly label: ReactNode
  /** Says what to enter; stays while an error is shown. */
  readonly hint?: ReactNode
  /** What is wrong and what to do, in place. */
  readonly error?: string | undefined
}

type Wiring = {
  readonly id: string
  readonly 'aria-invalid': true | undefined
  readonly 'aria-describedby': string | undefined
}

function Labelled({
  label,
  hint,
  error,
  children,
}: Around & { readonly children: (wiring: Wiring) => ReactNode }) {
  const id = useId()
  const hintId = hint === undefined ? undefined : `${id}-hint`
  const errorId = error === undefined ? undefined : `${id}-error`
  const describedBy = [hintId, errorId].filter((part) => part !== undefined).join(' ')
  return (
    <div className="ui-field">
      <label className="ui-field-label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        'aria-invalid': error === undefined ? undefined : true,
        'aria-describedby': describedBy === '' ? undefined : describedBy,
      })}
      {hint !== undefined && (
        <p className="ui-field-hint" id={hintId}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p className="ui-field-error" id={errorId} role="alert">
          {error}
        </p>
      )}
    </div>
  )
}

export type FieldProps = Around & Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'id'>

export function Field({ label, hint, error, ...input }: FieldProps) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(wiring) => (
        <input autoComplete="off" spellCheck={false} {...input} {...wiring} className="ui-input" />
      )}
    </Labelled>
  )
}

export type TextFieldProps = Around & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'className' | 'id'>

export function TextField({ label, hint, error, ...input }: TextFieldProps) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(wiring) => <textarea rows={3} {...input} {...wiring} className="ui-input ui-textarea" />}
    </Labelled>
  )
}

export type SelectProps = Around &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'className' | 'id' | 'children' | 'onChange'> & {
    readonly options: readonly {
      readonly value: string
      readonly label: string
      readonly disabled?: boolean
    }[]
    /** Shown while nothing is chosen (`value` is ''). */
    readonly placeholder?: string
    readonly onChange: (value: string) => void
  }

export function Select({ label, hint, error, options, placeholder, onChange, ...select }: SelectProps) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(wiring) => (
        <select
          {...select}
          {...wiring}
          className="ui-input ui-select"
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {placeholder !== undefined && <option value="">{placeholder}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  )
}
