import type { GateCheckId, Policy } from '../policy/policy.ts'
import type { Override, WorkstationState } from '../workstation/state.ts'
import { type Finding, findings } from './findings.ts'

/** One demand of the site's rule pack, as it stands now. `detail` names what is there or what is missing. */
export type GateCheck = {
  readonly check: GateCheckId
  readonly outcome: 'passed' | 'failed' | 'overridden'
  readonly detail: string
  readonly source: string
  readonly confidence: 'verified' | 'unverified'
  readonly override: 'never' | 'with-reason'
}

export type GateReport = { readonly open: boolean; readonly checks: readonly GateCheck[] }

export type GateContext = {
  readonly now: string
  readonly policy: Policy | null
  readonly policyStale: boolean
}

const closedBecause = (detail: string): GateReport => ({
  open: false,
  checks: [
    {
      check: 'policy-current',
      outcome: 'failed',
      detail,
      source: 'Scanside: what is not known counts as not met',
      confidence: 'verified',
      override: 'never',
    },
  ],
})

/**
 * Judges exactly the demands of the site's rule pack against the facts, none of them from memory. Unknown means
 * strictest: without a policy, without rules and without a session the gate is closed.
 */
export function evaluateGate(state: WorkstationState, context: GateContext): GateReport {
  const { policy } = context
  if (policy === null) {
    return closedBecause(
      'This workstation has no policy yet, so nothing can be checked: enrol it, or wait until the hub has answered',
    )
  }
  if (policy.rules.items.length === 0) {
    return closedBecause(`The rule pack ${policy.rules.pack} holds no rules: ask your administrator`)
  }
  const checks = policy.rules.items.map((rule): GateCheck => {
    const finding = findings[rule.check](state, { ...context, policy })
    return {
      ...judge(state, rule.check, finding, rule.override),
      source: rule.source,
      confidence: rule.confidence,
    }
  })
  return {
    open: state.session.kind !== 'none' && checks.every((check) => check.outcome !== 'failed'),
    checks,
  }
}

/** An override answers what its person read, not whatever the check finds later. */
const answers = (given: Override, check: GateCheckId, { met, detail }: Finding): boolean =>
  // A loss of supervision was closed by the override itself, and stays visible as overridden.
  met ? check === 'supervision-gap' : given.finding === detail

function judge(
  state: WorkstationState,
  check: GateCheckId,
  finding: Finding,
  allowed: GateCheck['override'],
): Pick<GateCheck, 'check' | 'outcome' | 'detail' | 'override'> {
  const { detail } = finding
  // A physician's "do not inject" is no missing proof that somebody could answer for instead.
  const override = finding.final === true ? 'never' : allowed
  const given = state.session.kind === 'none' ? undefined : state.session.facts.overrides[check]
  if (given !== undefined && override === 'with-reason' && answers(given, check, finding)) {
    return { check, outcome: 'overridden', detail: `${detail} (overridden: ${given.reason})`, override }
  }
  return { check, outcome: finding.met ? 'passed' : 'failed', detail, override }
}
