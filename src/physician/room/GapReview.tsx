import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { useConsole, useOutbox } from '../console-context.ts'
import { progressOf } from '../statements/progress.ts'

/** Supervision was lost in mid-injection: the next one waits for this review. */
export function GapReview({ deviceId }: { readonly deviceId: string }) {
  const { say } = useConsole()
  const [note, setNote] = useState('')
  const { pending } = useOutbox()
  // A later gap is a new one: only a review that is still on its way counts for this.
  const progress = progressOf(
    { pending, confirmed: [], unsigned: [] },
    (said) => said.kind === 'gap-reviewed' && said.deviceId === deviceId,
  )
  return (
    <Notice tone="attention" title="Two-way audio and video was lost while contrast flowed" announce>
      <div className="gap-review">
        <p>The next injection waits until you have reviewed this with the room.</p>
        {progress.kind === 'on-its-way' ? (
          <StatusWord status="busy" word="Reviewed" detail={progress.words} />
        ) : (
          <>
            <Field
              label="Note (stays in the record)"
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Button onClick={() => say(deviceId, { kind: 'gap-reviewed', note: note.trim() })}>
              I have reviewed the gap
            </Button>
          </>
        )}
      </div>
    </Notice>
  )
}
