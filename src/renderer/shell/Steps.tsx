import type { SessionState } from '../../domain/workstation/state.ts'
import { Icon } from '../../ui/Icon.tsx'
import './steps.css'

const steps = ['Exam', 'Screening', 'Ready', 'Injection', 'Observe', 'Close'] as const
const order: readonly SessionState['kind'][] = [
  'none',
  'screening',
  'ready',
  'injecting',
  'observing',
  'closing',
]

export const stepNumber = (kind: SessionState['kind']): number => order.indexOf(kind) + 1
export const stepName = (kind: SessionState['kind']): string => steps[order.indexOf(kind)] ?? ''

/** Where the session is. It shows; it does not navigate: a step is left by doing it. */
export function Steps({ kind }: { readonly kind: SessionState['kind'] }) {
  const now = stepNumber(kind)
  return (
    <ol className="steps" aria-label="Steps of the session">
      {steps.map((name, index) => {
        const number = index + 1
        const place = number < now ? 'done' : number === now ? 'now' : 'next'
        return (
          <li key={name} className={`step step-${place}`} aria-current={place === 'now' ? 'step' : undefined}>
            <span className="step-mark">
              {place === 'done' ? <Icon name="check" label="done" /> : number}
            </span>
            <span className="step-name">{name}</span>
          </li>
        )
      })}
    </ol>
  )
}
