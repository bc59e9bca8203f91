import { useEffect, useId, useRef, useState } from 'react'
import type { Snapshot } from '../../contract/ipc.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { useIntent, useWorkstation } from '../workstation/context.tsx'
import { pressHelp, say } from '../workstation/store.ts'
import './operator-menu.css'
import { shellWords } from './words.ts'

const words = shellWords.menu

/** What belongs to the person and the screen, not to the patient. Escape and a press elsewhere close it. */
export function OperatorMenu({ snapshot }: { readonly snapshot: Snapshot }) {
  const { store, bridge } = useWorkstation()
  const { send } = useIntent()
  const [open, setOpen] = useState(false)
  const [drilling, setDrilling] = useState(false)
  const ref = useRef<HTMLDivElement>(null)
  const menuId = useId()
  const { operator, reaction } = snapshot.state
  const technologist =
    operator.kind === 'signed-out'
      ? undefined
      : snapshot.policy?.technologists.find(({ id }) => id === operator.technologistId)
  const name =
    technologist === undefined
      ? words.open
      : [technologist.name, technologist.title].filter((part) => part !== '').join(', ')

  useEffect(() => {
    if (!open) return
    const outside = (event: Event): void => {
      if (event.target instanceof Node && ref.current?.contains(event.target) === false) setOpen(false)
    }
    const closeOnEscape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      setOpen(false)
      ref.current?.querySelector('button')?.focus()
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('focusin', outside)
    document.addEventListener('keydown', closeOnEscape)
    return () => {
      document.removeEventListener('keydown', closeOnEscape)
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('focusin', outside)
    }
  }, [open])

  const run = async (intent: Parameters<typeof send>[0]): Promise<void> => {
    setOpen(false)
    const reply = await send(intent)
    if (!reply.ok)
      say(store, { id: intent.kind, tone: 'attention', title: 'Not done', text: reply.error.message })
  }
  const toLight = snapshot.theme === 'dark'

  return (
    <div ref={ref} className="operator">
      <button
        type="button"
        className="operator-button"
        aria-expanded={open}
        aria-controls={menuId}
        onClick={() => setOpen(!open)}
      >
        <Icon name="person" />
        <span className="operator-name">{name}</span>
        {operator.kind === 'locked' && <Icon name="lock" label="locked" />}
        <Icon name="down" />
      </button>
      {open && (
        <ul id={menuId} className="operator-menu">
          {operator.kind === 'signed-in' && (
            <>
              <Item icon="lock" label={words.lock} run={() => run({ kind: 'lock' })} />
              <Item icon="sign-out" label={words.signOut} run={() => run({ kind: 'sign-out' })} />
            </>
          )}
          <Item
            icon={toLight ? 'sun' : 'moon'}
            label={toLight ? words.light : words.dark}
            run={() => run({ kind: 'set-theme', theme: toLight ? 'light' : 'dark' })}
          />
          <Item icon="strip" label={words.strip} run={() => run({ kind: 'set-layout', layout: 'strip' })} />
          {reaction === null && operator.kind === 'signed-in' && (
            <Item
              icon="drill"
              label={words.drill}
              run={() => {
                setOpen(false)
                setDrilling(true)
              }}
            />
          )}
          <Item
            icon="question"
            label={words.about}
            run={() => {
              setOpen(false)
              store.setState({ glossaryOpen: true })
            }}
          />
        </ul>
      )}
      {drilling && (
        <Dialog
          title={shellWords.drill.title}
          onClose={() => setDrilling(false)}
          closeLabel={shellWords.drill.keep}
          actions={
            <Button
              kind="primary"
              onClick={() => {
                setDrilling(false)
                void pressHelp(store, bridge, 'reaction', true)
              }}
            >
              {shellWords.drill.start}
            </Button>
          }
        >
          <p>{shellWords.drill.body}</p>
        </Dialog>
      )}
    </div>
  )
}

function Item(props: {
  readonly icon: Parameters<typeof Icon>[0]['name']
  readonly label: string
  readonly run: () => unknown
}) {
  return (
    <li>
      <button type="button" className="operator-item" onClick={() => void props.run()}>
        <Icon name={props.icon} />
        {props.label}
      </button>
    </li>
  )
}
