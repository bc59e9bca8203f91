import { type ReactNode, useEffect, useId, useRef } from 'react'
import { createPortal } from 'react-dom'
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
 * A question or a page before everything else. Mounted means open; the focus stays inside and comes back.
 * Escape closes the dialog and nothing else: it never ends a call for help.
 *
 * An element marked `data-stays` (the bar with the help button) keeps working while a dialog is open: no question
 * may stand between a person and help. A modal dialog of the browser would make it dead, so then the dialog is an
 * ordinary one and everything else is made inert by hand.
 */
export function Dialog(props: DialogProps) {
  const { title, onClose, children, actions, width = 'normal', closeLabel = 'Close' } = props
  const ref = useRef<HTMLDialogElement>(null)
  const close = useRef(onClose)
  const titleId = useId()
  close.current = onClose

  useEffect(() => {
    const dialog = ref.current
    if (dialog === null) return
    const before = document.activeElement
    const release = openDialog(dialog)
    dialog.querySelector<HTMLElement>('textarea, input, select')?.focus()
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      event.preventDefault()
      close.current()
    }
    dialog.addEventListener('keydown', onKey)
    return () => {
      dialog.removeEventListener('keydown', onKey)
      dialog.close()
      release()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])

  return createPortal(
    <div className="ui-dialog-layer">
      <dialog
        ref={ref}
        className={`ui-dialog ui-dialog-${width}`}
        aria-modal="true"
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
    </div>,
    document.body,
  )
}

/** @returns what undoes it */
function openDialog(dialog: HTMLDialogElement): () => void {
  const stays = document.querySelector('[data-stays]')
  if (stays === null) {
    if (!dialog.open) dialog.showModal()
    return () => {}
  }
  const stilled = besides(stays, dialog)
  for (const element of stilled) element.inert = true
  // `show` moves the focus in, as `showModal` does.
  if (!dialog.open) dialog.show()
  return () => {
    for (const element of stilled) element.inert = false
  }
}

/** Everything but this element, its ancestors and the dialog, that is not inert already. */
function besides(kept: Element, dialog: Element): readonly HTMLElement[] {
  const found: HTMLElement[] = []
  for (let at = kept; at !== document.body && at.parentElement !== null; at = at.parentElement) {
    for (const sibling of at.parentElement.children) {
      const spared = sibling === at || sibling.contains(dialog) || !(sibling instanceof HTMLElement)
      if (!spared && !sibling.inert) found.push(sibling)
    }
  }
  return found
}
