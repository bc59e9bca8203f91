import { useState } from 'react'
import type { GateCheckId } from '../../domain/policy/policy.ts'
import type { GateCheck } from '../../domain/session/gate.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { useSnapshot, useView, useWorkstation } from '../workstation/context.tsx'
import { pressHelp } from '../workstation/store.ts'
import { ReasonDialog } from './ReasonDialog.tsx'
import { sessionWords } from './words.ts'

const words = sessionWords.ready

/** Checks that the physician can settle when asked. */
const askable: readonly GateCheckId[] = ['imaging-records', 'physician-decisions', 'supervision-gap']

/** Every demand of the rule pack, what is there or missing, and where the demand comes from. */
export function GateList() {
  const { gate } = useSnapshot()
  const [overriding, setOverriding] = useState<GateCheck>()
  return (
    <>
      <ul className="gate" aria-label={words.title}>
        {(gate?.checks ?? []).map((check) => (
          <Check key={check.check} check={check} onOverride={() => setOverriding(check)} />
        ))}
      </ul>
      {overriding !== undefined && (
        <ReasonDialog
          title={sessionWords.override.title}
          label={sessionWords.override.reason}
          hint={sessionWords.override.reasonHint}
          confirm={sessionWords.override.confirm}
          keep={sessionWords.override.keep}
          intent={(reason) => ({
            kind: 'override-check',
            check: overriding.check,
            finding: overriding.detail,
            reason,
          })}
          onClose={() => setOverriding(undefined)}
        >
          <p>
            <strong>{overriding.detail}</strong>
          </p>
          <p className="gate-source">
            {words.source}: {overriding.source}
          </p>
        </ReasonDialog>
      )}
    </>
  )
}

const marks = {
  passed: { icon: 'check', label: 'passed' },
  failed: { icon: 'cross', label: 'not passed' },
  overridden: { icon: 'alert', label: 'overridden' },
} as const

function Check({ check, onOverride }: { readonly check: GateCheck; readonly onOverride: () => void }) {
  const { store, bridge } = useWorkstation()
  const asking = useView((view) => (view.snapshot?.state.question ?? null) !== null)
  const mark = marks[check.outcome]
  const failed = check.outcome === 'failed'
  return (
    <li className={`gate-check gate-${check.outcome}`}>
      <Icon name={mark.icon} label={mark.label} />
      <details className="gate-details">
        <summary>
          <span className="gate-words">{check.detail}</span>
          {check.outcome === 'overridden' && <span className="gate-tag">{words.overridden}</span>}
          <span className="gate-more">{words.source}</span>
        </summary>
        <p className="gate-source">
          {check.source}
          {check.confidence === 'unverified' && ` · ${words.unverified}.`}
        </p>
      </details>
      {failed && (
        <div className="gate-actions">
          {askable.includes(check.check) && (
            <Button size="small" disabled={asking} onClick={() => void pressHelp(store, bridge, 'question')}>
              {words.ask}
            </Button>
          )}
          {check.override === 'with-reason' && (
            <Button kind="plain" size="small" onClick={onOverride}>
              {words.override}
            </Button>
          )}
        </div>
      )}
    </li>
  )
}
