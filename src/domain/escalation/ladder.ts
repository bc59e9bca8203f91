import type { Policy } from '../policy/policy.ts'
import type { Escalation } from '../workstation/state.ts'

/** How far a call for help has come, each a different fact. `words` is what the technologist reads. */
export type EscalationProgress = {
  readonly stage: 'calling' | 'delivered' | 'seen' | 'accepted' | 'on-screen' | 'unreachable'
  readonly physicianId: string | null
  readonly words: string
}

export type PageDue = { readonly physicianId: string; readonly level: 'primary' | 'bench' }

/** Whom to page by now and who has not been paged yet. Pure: the hub and the workstation run the same ladder. */
export declare function pagesDue(
  escalation: Pick<Escalation, 'receipts'>,
  bench: readonly string[],
  primary: string | null,
  elapsedMs: number,
  timing: Policy['escalation'],
): readonly PageDue[]

export declare function escalationProgress(
  escalation: Escalation,
  nameOf: (physicianId: string) => string,
  elapsedMs: number,
  timing: Policy['escalation'],
): EscalationProgress
