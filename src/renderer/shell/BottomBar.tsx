import { Button } from '../../ui/Button.tsx'
import { HelpButton } from '../../ui/HelpButton.tsx'
import { useView, useWorkstation } from '../workstation/context.tsx'
import { phonesOf } from '../workstation/people.ts'
import { pressHelp } from '../workstation/store.ts'
import './bottom-bar.css'
import { shellWords } from './words.ts'

/** Ever present: on every screen, before the first snapshot, while locked. */
export function BottomBar() {
  const { store, bridge } = useWorkstation()
  return (
    <footer className="bottom-bar" data-stays>
      <AskButton />
      <PhoneNumbers />
      <p className="bottom-bar-hint">
        <kbd>F1</kbd> Help
      </p>
      <div className="bottom-bar-help">
        <RedButton onPress={() => void pressHelp(store, bridge, 'reaction')} />
      </div>
    </footer>
  )
}

export function RedButton({ onPress }: { readonly onPress: () => void }) {
  const pressed = useView((view) => view.pressed?.kind === 'reaction')
  const reaction = useView((view) => view.snapshot?.state.reaction ?? null)
  if (reaction === null) {
    return <HelpButton label={pressed ? shellWords.helpCalling : shellWords.help} onPress={onPress} />
  }
  // A press now is no repetition: it ends the practice and calls in earnest.
  if (reaction.drill) {
    return <HelpButton label={shellWords.helpDrill} detail={shellWords.helpDrillDetail} onPress={onPress} />
  }
  return (
    <HelpButton
      label={shellWords.helpOpen}
      detail={shellWords.helpOpenDetail}
      state="open"
      onPress={onPress}
    />
  )
}

export function AskButton() {
  const { store, bridge } = useWorkstation()
  const open = useView((view) => (view.snapshot?.state.question ?? null) !== null)
  const pressed = useView((view) => view.pressed?.kind === 'question')
  const enrolled = useView((view) => view.snapshot?.enrolment.kind === 'enrolled')
  return (
    <Button
      size="large"
      icon="question"
      disabled={!enrolled}
      busy={pressed}
      onClick={() => void pressHelp(store, bridge, 'question')}
    >
      {open ? shellWords.askOpen : shellWords.ask}
    </Button>
  )
}

/** Numbers to be read and dialled at another telephone; large enough for that. */
export function PhoneNumbers() {
  const policy = useView((view) => view.snapshot?.policy ?? null)
  return (
    <ul className="phones" aria-label="Telephone numbers">
      {phonesOf(policy)
        .slice(0, 4)
        .map(({ label, number }) => (
          <li key={`${label} ${number}`}>
            <span className="phone-label">{label}</span>
            <strong className="phone-number">{number}</strong>
          </li>
        ))}
    </ul>
  )
}
