import { type MouseEvent, useRef } from 'react'
import type { Handover } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { formatClock } from '../../ui/time.ts'
import { Video } from '../../ui/Video.tsx'
import { useSettled } from '../session/use-settled.ts'
import { useIntent, useSnapshot } from '../workstation/context.tsx'
import { physicianName } from '../workstation/people.ts'
import { useStream } from './use-media.ts'

const words = {
  offered: (from: string, to: string) => ({
    title: `${from} asks ${to} to take over.`,
    body: `${from} supervises this room until ${to} has accepted and sees and hears it.`,
  }),
  accepted: (from: string, to: string) => ({
    title: `${to} has accepted.`,
    body: `${from} supervises this room until ${to} sees and hears it too.`,
  }),
  done: (from: string, to: string, at: string) => ({
    title: `${to} supervises this room since ${formatClock(at)}: ${from} has handed over.`,
    body: 'Both say it aloud to you. Tap once you have heard it from both.',
  }),
  confirm: 'I heard it from both',
} as const

/** Who supervises at each moment of a handover, and the technologist's confirmation of what was said. */
export function HandoverNotice({ handover }: { readonly handover: Handover }) {
  const snapshot = useSnapshot()
  const { busy, error, send } = useIntent()
  const { offer, stage, at } = handover
  const [from, to] = [physicianName(snapshot, handover.from), physicianName(snapshot, handover.to)]
  const { title, body } = words[stage](from, to, at)
  const ref = useRef<HTMLDivElement>(null)
  // It comes unasked, where a finger may be on its way to another button.
  const { settled, isSettled } = useSettled(ref)
  const confirm = ({ detail }: MouseEvent): void => {
    if (detail === 0 || isSettled()) void send({ kind: 'confirm-handover', offer })
  }
  return (
    <div ref={ref}>
      <Notice
        tone="attention"
        title={title}
        announce
        action={
          stage === 'done' ? (
            <Button kind="primary" busy={busy} aria-disabled={!settled} onClick={confirm}>
              {words.confirm}
            </Button>
          ) : undefined
        }
      >
        {body}
        {error !== undefined && <p className="step-refusal">{error}</p>}
      </Notice>
    </div>
  )
}

/** The one who hands over, or is about to take over, beside the one who supervises: both must be heard. */
export function HandoverPicture() {
  const snapshot = useSnapshot()
  const { handover, primary } = snapshot.state.supervisor
  const other = handover === null ? null : handover.from === primary ? handover.to : handover.from
  const stream = useStream(other)
  if (other === null || snapshot.state.reaction !== null) return null
  const name = physicianName(snapshot, other)
  return (
    <div className="link-other">
      <Video stream={stream} label={name} absent={`No picture of ${name}`} corner />
    </div>
  )
}
