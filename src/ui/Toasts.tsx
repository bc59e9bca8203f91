import { Button } from './Button.tsx'
import { Notice, type NoticeTone } from './Notice.tsx'
import './toasts.css'

export type Toast = {
  readonly id: string
  readonly tone: NoticeTone
  readonly title: string
  readonly text?: string
}

/** What was done or refused, said once beside the work. A toast stays until it is put away. */
export function Toasts(props: {
  readonly toasts: readonly Toast[]
  readonly onDismiss: (id: string) => void
}) {
  return (
    <div className="ui-toasts" role="status" aria-live="polite">
      {props.toasts.map(({ id, tone, title, text }) => (
        <Notice
          key={id}
          tone={tone}
          title={title}
          action={
            <Button kind="quiet" size="small" onClick={() => props.onDismiss(id)}>
              Dismiss
            </Button>
          }
        >
          {text}
        </Notice>
      ))}
    </div>
  )
}
