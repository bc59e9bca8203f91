import { type FormEvent, useId, useState } from 'react'
import { maxApprovalDays, type SignedCardsApproved } from '../../domain/policy/cards-approval.ts'
import { addMs, dayOf } from '../../domain/time.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field, TextField } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useConsole } from '../console-context.ts'
import { type CardsState, inForce } from './cards.ts'

type Loaded = Extract<CardsState, { kind: 'loaded' }>

const dayMs = 86_400_000
const inDays = (day: string, days: number): string => dayOf(addMs(`${day}T00:00:00.000Z`, days * dayMs))
const proposedDays = 365

/** For whom the policy names medical director: approve these cards until a day, or withdraw. For others: who may. */
export function ApprovePanel({ state }: { readonly state: Loaded }) {
  const { site, problem } = state
  if (!site.mayApprove) return <WhoMay names={site.medicalDirectors} />
  const approval = inForce(site.words)
  return (
    <Panel title="Your approval as medical director">
      <div className="approve">
        {problem !== null && <Notice tone="attention" title={problem.message} announce />}
        {/* What was read is read anew for another word about it, or other cards. */}
        <ApproveForm
          key={`${state.hash} ${site.words.length}`}
          state={state}
          isAgain={approval !== undefined}
        />
        {approval !== undefined && <Withdraw approval={approval} busy={state.busy} />}
      </div>
    </Panel>
  )
}

function WhoMay({ names }: { readonly names: readonly string[] }) {
  return (
    <p className="soft">
      {names.length === 0
        ? 'The site’s file names no medical director, so nobody can approve these cards. The hub’s administrator can name one (medicalDirectors).'
        : `A medical director approves them here: ${names.join(', ')}.`}
    </p>
  )
}

function ApproveForm({ state, isAgain }: { readonly state: Loaded; readonly isAgain: boolean }) {
  const { cards } = useConsole()
  const { site, busy } = state
  const latest = inDays(site.today, maxApprovalDays)
  const [until, setUntil] = useState(() => inDays(site.today, proposedDays))
  const [read, setRead] = useState(false)
  const [tried, setTried] = useState(false)
  const readId = useId()
  const isPossible = until >= site.today && until <= latest
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (read && isPossible) void cards.approve(until)
  }
  return (
    <form className="approve" onSubmit={submit} noValidate>
      <p>
        You sign exactly these {site.cards.items.length} cards under the edition {site.cards.edition}. A
        changed word, or the end of the last day, makes the approval void by itself.
      </p>
      <Field
        label="Approved until (last day)"
        type="date"
        min={site.today}
        max={latest}
        value={until}
        error={tried && !isPossible ? `Choose a day from ${site.today} to ${latest}.` : undefined}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      <p className="approve-read">
        <input
          id={readId}
          type="checkbox"
          checked={read}
          aria-invalid={(tried && !read) || undefined}
          onChange={(event) => setRead(event.target.checked)}
        />{' '}
        <label htmlFor={readId}>I have read all {site.cards.items.length} cards on this page.</label>
      </p>
      {tried && !read && (
        <p className="ui-field-error" role="alert">
          Read the cards first, then say so here.
        </p>
      )}
      <Button kind="primary" icon="check" type="submit" wide busy={busy}>
        {isAgain ? 'Approve anew' : 'Approve these cards'}
      </Button>
    </form>
  )
}

function Withdraw({ approval, busy }: { readonly approval: SignedCardsApproved; readonly busy: boolean }) {
  const { cards } = useConsole()
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const withdraw = () => {
    if (reason.trim().length < 3) return setMissing(true)
    setOpen(false)
    setReason('')
    void cards.withdraw(approval, reason.trim())
  }
  return (
    <>
      <Button wide disabled={busy} onClick={() => setOpen(true)}>
        Withdraw the approval…
      </Button>
      {open && (
        <Dialog
          title="Withdraw the approval?"
          onClose={() => setOpen(false)}
          actions={
            <>
              <Button kind="quiet" onClick={() => setOpen(false)}>
                Keep it
              </Button>
              <Button kind="primary" onClick={withdraw}>
                Withdraw
              </Button>
            </>
          }
        >
          <p>
            The cards stay usable in every room, and every screen says that no medical director has approved
            them. Rooms without the hub hear of it when they are back.
          </p>
          <TextField
            label="Why"
            maxLength={500}
            error={missing ? 'Say why it is withdrawn: it stays in the hub’s journal.' : undefined}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Dialog>
      )}
    </>
  )
}
