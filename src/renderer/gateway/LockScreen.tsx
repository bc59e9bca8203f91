import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { StopButton } from '../reaction/StopInjection.tsx'
import { SessionTimer } from '../session/SessionTimer.tsx'
import { stepName, stepNumber } from '../shell/Steps.tsx'
import { useSnapshot } from '../workstation/context.tsx'
import './gateway.css'
import { PinPad } from './PinPad.tsx'
import { NameList } from './SignIn.tsx'
import { gatewayWords } from './words.ts'

const words = gatewayWords.lock

/** Hides the patient, keeps the link, the session's clock and the help button. */
export function LockScreen({ technologistId }: { readonly technologistId: string }) {
  const { policy, state } = useSnapshot()
  const [who, setWho] = useState<string | 'choose'>(technologistId)
  if (who === 'choose') {
    return (
      <div className="gateway">
        <div className="gateway-card">
          <NameList onChoose={setWho} />
        </div>
      </div>
    )
  }
  const technologist = policy?.technologists.find(({ id }) => id === who)
  const { session } = state
  return (
    <div className="gateway">
      <div className="gateway-card">
        <Panel
          title={
            <>
              <Icon name="lock" /> {words.title}
            </>
          }
          actions={
            <Button kind="plain" size="small" onClick={() => setWho('choose')}>
              {gatewayWords.signIn.notYou}
            </Button>
          }
        >
          <div className="lock-head">
            <div className="lock-who">
              <p className="lock-name">{technologist?.name ?? who}</p>
              <StopButton />
            </div>
            {session.kind === 'none' ? (
              <p className="gateway-lead">
                {words.none} {words.call}
              </p>
            ) : (
              <>
                <p className="lock-session">
                  <span>
                    {words.running}: {stepNumber(session.kind)} · {stepName(session.kind)}
                  </span>
                  <strong>
                    <SessionTimer session={session} />
                  </strong>
                </p>
                <p className="gateway-lead">{words.call}</p>
              </>
            )}
          </div>
          <PinPad key={who} technologistId={who} action="unlock" />
        </Panel>
      </div>
    </div>
  )
}
