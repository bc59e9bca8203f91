import { useState } from 'react'
import { useStore } from 'zustand'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { ringing } from '../alarms/attention.ts'
import { useAlarms, useConsole, useSelf } from '../console-context.ts'
import { pagesHereWords } from './words.ts'

/** How it stands, what it means, and the button before which the browser's own question is explained. */
export function PagesHereLine() {
  const { pagesHere } = useConsole()
  const { physicianId } = useSelf()
  const pages = useStore(pagesHere.store)
  const { status, word, detail, action } = pagesHereWords(pages)
  const act = () => void (pages.kind === 'on' ? pagesHere.turnOff() : pagesHere.turnOn(physicianId))
  return (
    <div>
      <span role="status">
        <StatusWord status={status} word={word} />
      </span>
      <p className="faint">{detail}</p>
      {action !== null && (
        <Button size="small" onClick={act}>
          {action}
        </Button>
      )}
    </div>
  )
}

/** On call the page that offers it is not shown: the same, behind a button that says how it stands. */
export function PagesHereButton() {
  const pages = useStore(useConsole().pagesHere.store)
  const [open, setOpen] = useState(false)
  const rings = ringing(useAlarms()).length > 0
  if (pages.kind === 'unknown' || pages.kind === 'not-offered') return null
  return (
    <>
      <Button kind="plain" size="small" onClick={() => setOpen(true)}>
        {pagesHereWords(pages).word}
      </Button>
      {open && !rings && (
        <Dialog title="Pages in this browser" onClose={() => setOpen(false)}>
          <PagesHereLine />
        </Dialog>
      )}
    </>
  )
}
