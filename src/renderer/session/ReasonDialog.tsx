import { type FormEvent, type ReactNode, useId, useState } from 'react'
import type { Intent } from '../../contract/ipc.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { TextField } from '../../ui/Field.tsx'
import { useIntent } from '../workstation/context.tsx'

const minReason = 3

export type ReasonDialogProps = {
  readonly title: string
  readonly label: string
  readonly hint?: string
  readonly confirm: string
  readonly keep: string
  readonly children?: ReactNode
  readonly intent: (reason: string) => Intent
  readonly onClose: () => void
}

/** Anything that a person may do only with a reason that stays in the record. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { busy, error, send } = useIntent()
  const [reason, setReason] = useState('')
  const [short, setShort] = useState(false)
  const formId = useId()

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (reason.trim().length < minReason) return setShort(true)
    const reply = await send(props.intent(reason.trim()))
    if (reply.ok) props.onClose()
  }

  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      closeLabel={props.keep}
      actions={
        <Button kind="primary" type="submit" form={formId} busy={busy}>
          {props.confirm}
        </Button>
      }
    >
      {props.children}
      <form id={formId} onSubmit={(event) => void submit(event)}>
        <TextField
          label={props.label}
          hint={props.hint}
          value={reason}
          maxLength={500}
          onChange={(event) => {
            setReason(event.currentTarget.value)
            setShort(false)
          }}
          error={short ? `Say why, in at least ${minReason} characters.` : error}
          autoFocus
        />
      </form>
    </Dialog>
  )
}
