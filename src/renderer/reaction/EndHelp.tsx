import { type FormEvent, useState } from 'react'
import type { Escalation } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { TextField } from '../../ui/Field.tsx'
import { useIntent, useSnapshot } from '../workstation/context.tsx'
import { StopButton } from './StopInjection.tsx'
import { reactionWords as words } from './words.ts'

/** Ends the call with an outcome: a usual one by one tap, or in the person's own words. */
export function EndHelp({ escalation }: { readonly escalation: Escalation }) {
  const { busy, error, send } = useIntent()
  const injecting = useSnapshot().state.session.kind === 'injecting'
  const [open, setOpen] = useState(false)
  const [own, setOwn] = useState('')
  const [missing, setMissing] = useState(false)

  const end = async (outcome: string): Promise<void> => {
    const reply = await send({ kind: 'end-help', escalationId: escalation.id, outcome })
    if (reply.ok) setOpen(false)
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (own.trim() === '') setMissing(true)
    else void end(own.trim())
  }

  return (
    <>
      <Button size="large" onClick={() => setOpen(true)}>
        {words.end}
      </Button>
      {open && (
        <Dialog
          title={words.endTitle}
          onClose={() => setOpen(false)}
          closeLabel={words.endKeep}
          // At the foot, which never scrolls out of view.
          actions={
            injecting ? (
              <>
                <p className="end-injecting">{words.endInjecting}</p>
                <StopButton />
              </>
            ) : undefined
          }
        >
          <p>{words.endLead}</p>
          <div className="end-outcomes">
            {words.endOutcomes.map((outcome) => (
              <Button key={outcome} size="large" wide busy={busy} onClick={() => void end(outcome)}>
                {outcome}
              </Button>
            ))}
          </div>
          <form className="end-own" onSubmit={submit}>
            <TextField
              label={words.endOther}
              rows={2}
              maxLength={500}
              value={own}
              onChange={(event) => {
                setOwn(event.currentTarget.value)
                setMissing(false)
              }}
              error={missing ? words.endMissing : error}
            />
            <Button type="submit" busy={busy}>
              {words.endConfirm}
            </Button>
          </form>
        </Dialog>
      )}
    </>
  )
}
