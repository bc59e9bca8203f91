import { useState } from 'react'
import { timingOf } from '../../domain/escalation/timing.ts'
import type { Escalation } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { useTick } from '../../ui/ElapsedTime.tsx'
import { ReasonDialog } from '../session/ReasonDialog.tsx'
import { useIntent, useSnapshot, useWorkstation } from '../workstation/context.tsx'
import { sincePressMs } from '../workstation/store.ts'
import { EndHelp } from './EndHelp.tsx'
import { reactionWords as words } from './words.ts'

/** How long the press may still be taken back; 0 once it may not. */
export function useCancelLeftMs(kind: Escalation['kind']): number {
  const { store } = useWorkstation()
  useTick(200)
  const { state, policy } = useSnapshot()
  const open = state[kind]
  const within = open === null ? 0 : timingOf(open, policy).cancelWithinMs
  return Math.max(0, within - (sincePressMs(store.getState(), kind) ?? within))
}

/** For the first seconds a way to take a mis-press back, one tap with its reason; after that, a way to end. */
export function CancelOrEnd({ escalation }: { readonly escalation: Escalation }) {
  const leftMs = useCancelLeftMs(escalation.kind)
  const { busy, error, send } = useIntent()
  const [other, setOther] = useState(false)
  const intent = (reason: string) => ({
    kind: 'cancel-help' as const,
    escalationId: escalation.id,
    reason,
  })
  return (
    <div className="cancel-or-end">
      {leftMs > 0 ? (
        <>
          <p className="cancel-lead" role="timer">
            {words.cancel(String(Math.ceil(leftMs / 1000)))}
          </p>
          <div className="cancel-reasons">
            {words.cancelReasons.map((reason) => (
              <Button key={reason} busy={busy} onClick={() => void send(intent(reason))}>
                {reason}
              </Button>
            ))}
            <Button kind="plain" onClick={() => setOther(true)}>
              {words.cancelOther}
            </Button>
          </div>
        </>
      ) : (
        <EndHelp escalation={escalation} />
      )}
      {error !== undefined && (
        <p className="step-refusal" role="alert">
          {error}
        </p>
      )}
      {other && (
        <ReasonDialog
          title={words.cancelTitle}
          label={words.cancelReason}
          confirm={words.cancelConfirm}
          keep={words.cancelKeep}
          intent={intent}
          onClose={() => setOther(false)}
        />
      )}
    </div>
  )
}
