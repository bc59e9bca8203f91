import type { Policy } from '../policy/policy.ts'
import type { Escalation } from '../workstation/state.ts'

/** What a call goes by while there is no policy: calling, and taking a mis-press back, are never left to one. */
export const defaultTiming: Policy['escalation'] = {
  benchAfterMs: 10_000,
  onScreenWithinMs: 10_000,
  cancelWithinMs: 5000,
}

/** What the site has decided now, for a call that begins now. */
export const timingNow = (policy: Policy | null): Policy['escalation'] => policy?.escalation ?? defaultTiming

/**
 * What a call goes by: the times that it began with, whatever the site decides meanwhile. Calls that an older version
 * logged do not tell theirs.
 */
export const timingOf = ({ terms }: Pick<Escalation, 'terms'>, policy: Policy | null): Policy['escalation'] =>
  terms?.timing ?? timingNow(policy)

export type OutOfBandTiming = NonNullable<Policy['escalation']['outOfBand']>

/** A practice disturbs nobody who is not at a console, unless the site has said so. */
const defaultOutOfBand: OutOfBandTiming = {
  pagersAfterMs: 15_000,
  supervisorAfterMs: 30_000,
  questions: true,
  drills: false,
}

/** No default in the schema: a policy is kept and checked as it was signed. */
export const outOfBandOf = (timing: Policy['escalation']): OutOfBandTiming =>
  timing.outOfBand ?? defaultOutOfBand

/** Whether anybody is paged apart from the console for such a call. */
export const pagesAtAll = (
  { kind, drill }: { readonly kind: 'reaction' | 'question'; readonly drill: boolean },
  { questions, drills }: OutOfBandTiming,
): boolean => (!drill || drills) && (kind === 'reaction' || questions)
