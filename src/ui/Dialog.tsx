import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Button } from './Button.tsx'
import './dialog.css'

export type DialogProps = {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** Buttons at the foot, the safe one first. */
  readonly actions?: ReactNode
  readonly width?: 'normal' | 'wide'
  readonly closeLabel?: string
}

/**
 * A modal question or page. Mounted means open; the browser keeps the focus inside and gives it back.
 * Escape closes the dialog and nothing else: it never ends a call for help.
 */
export function Dialog({
  title,
  onClose,
  children,
  actions,
  width = 'normal',
  closeLabel = 'Close',
}: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  useEffect(() => {
    const dialog = ref.current
    if (dialog === null || dialog.open) return
    const before = document.activeElement
    dialog.showModal()
    return () => {
      dialog.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])

  return (
    <dialog
      ref={ref}
      className={`ui-dialog ui-dialog-${width}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <header className="ui-dialog-head">
        <h2 id={titleId}>{title}</h2>
        <Button kind="plain" size="small" icon="cross" onClick={onClose}>
          {closeLabel}
        </Button>
      </header>
      <div className="ui-dialog-body">{children}</div>
      {actions !== undefined && <footer className="ui-dialog-foot">{actions}</footer>}
    </dialog>
  )
}
