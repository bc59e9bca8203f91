import type { Escalation } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { useIntent, useSnapshot } from '../workstation/context.tsx'
import { phonesOf } from '../workstation/people.ts'
import { reactionWords as words } from './words.ts'

/** Numbers to dial at the telephone beside the screen; one tap records that somebody did. */
export function PhoneList({ escalation }: { readonly escalation: Escalation }) {
  const { policy } = useSnapshot()
  const { busy, error, send } = useIntent()
  return (
    <section className="board-phones" aria-label={words.phones}>
      <ul>
        {phonesOf(policy).map(({ label, number }) => {
          const called = escalation.phonesCalled.includes(number)
          return (
            <li key={`${label} ${number}`}>
              <span className="board-phone-label">{label}</span>
              <strong className="board-phone-number">{number}</strong>
              {called ? (
                <span className="board-phone-called">
                  <Icon name="check" /> {words.wasCalled}
                </span>
              ) : (
                <Button
                  icon="phone"
                  busy={busy}
                  aria-label={`${words.called}: ${label} ${number}`}
                  onClick={() =>
                    void send({ kind: 'mark-phone-called', escalationId: escalation.id, number })
                  }
                >
                  {words.called}
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      {error !== undefined && (
        <p className="step-refusal" role="alert">
          {error}
        </p>
      )}
    </section>
  )
}
