import { Dialog } from '../../ui/Dialog.tsx'
import { useView, useWorkstation } from '../workstation/context.tsx'
import './about.css'
import { glossary, keys } from './glossary.ts'

const words = {
  title: 'Help and glossary',
  keys: 'Keyboard',
  terms: 'Words on the screen',
  about: 'About',
}

/** F1: what the words mean, which keys there are, and what is running. */
export function About() {
  const { store } = useWorkstation()
  const open = useView((view) => view.glossaryOpen)
  const snapshot = useView((view) => view.snapshot)
  if (!open) return null
  return (
    <Dialog title={words.title} width="wide" onClose={() => store.setState({ glossaryOpen: false })}>
      <section className="about-keys" aria-label={words.keys}>
        <h3>{words.keys}</h3>
        <dl className="about-list">
          {keys.map(({ key, does }) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-label={words.terms}>
        <h3>{words.terms}</h3>
        <dl className="about-list">
          {glossary.map(({ term, meaning }) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
      {snapshot !== null && (
        <section aria-label={words.about}>
          <h3>{words.about}</h3>
          <dl className="about-list">
            <div>
              <dt>Scanside</dt>
              <dd>
                {snapshot.version}, running on {snapshot.runtime}
              </dd>
            </div>
            {snapshot.enrolment.kind === 'enrolled' && (
              <div>
                <dt>Device</dt>
                <dd>
                  {snapshot.enrolment.deviceId} at {snapshot.enrolment.hub}
                </dd>
              </div>
            )}
            {snapshot.policy !== null && (
              <div>
                <dt>Policy</dt>
                <dd>
                  version {snapshot.policy.version}, rules {snapshot.policy.rules.pack}, cards{' '}
                  {snapshot.policy.cards.edition}
                </dd>
              </div>
            )}
          </dl>
          <p className="about-note">
            Scanside shows and records. It does not diagnose, does not watch vital signs and does not control
            the scanner.
          </p>
        </section>
      )}
    </Dialog>
  )
}
