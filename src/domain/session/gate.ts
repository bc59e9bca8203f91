import type { GateCheckId, Policy } from '../policy/policy.ts'
import type { WorkstationState } from '../workstation/state.ts'

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

export declare function evaluateGate(state: WorkstationState, context: GateContext): GateReport
