import { useState } from 'react'
import type { RoomView } from '../../contract/room-view.ts'
import type { Gap } from '../../domain/statement/statement.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { useConsole, useOutbox, useSelf } from '../console-context.ts'
import { progressOf } from '../statements/progress.ts'

/** Supervision was lost in mid-injection: the next one waits for this review. */
export function GapReview({ deviceId, view }: { readonly deviceId: string; readonly view: RoomView }) {
  const { gap } = view
  const { physicianId } = useSelf()
  const { say } = useConsole()
  const [note, setNote] = useState('')
  const outbox = useOutbox()
  // A later gap is a new one: only a review that is still on its way counts for this.
  const progress = progressOf(
    { ...outbox, confirmed: [] },
    (said) =>
      said.kind === 'gap-reviewed' && said.deviceId === deviceId && said.gap?.openedAt === gap?.openedAt,
  )
  return (
    <Notice tone="attention" title={titleOf(gap, physicianId)} announce>
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
            <Button
              onClick={() => say(deviceId, { kind: 'gap-reviewed', ...(gap && { gap }), note: note.trim() })}
            >
              I have reviewed the gap
            </Button>
          </>
        )}
      </div>
    </Notice>
  )
}

const titleOf = (gap: Gap | undefined, selfId: string): string =>
  gap === undefined || gap.physicianId === null || gap.physicianId === selfId
    ? 'Your supervision was interrupted while contrast flowed'
    : 'Supervision was interrupted while contrast flowed, before you took over'
