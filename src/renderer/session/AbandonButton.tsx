import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { ReasonDialog } from './ReasonDialog.tsx'
import { sessionWords } from './words.ts'

const words = sessionWords.abandon

export function AbandonButton() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button kind="plain" onClick={() => setOpen(true)}>
        {words.open}
      </Button>
      {open && (
        <ReasonDialog
          title={words.title}
          label={words.reason}
          confirm={words.confirm}
          keep={words.keep}
          intent={(reason) => ({ kind: 'abandon-session', reason })}
          onClose={() => setOpen(false)}
        >
          <p>{words.body}</p>
        </ReasonDialog>
      )}
    </>
  )
}
