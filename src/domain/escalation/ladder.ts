import type { Policy } from '../policy/policy.ts'
import { msBetween } from '../time.ts'
import type { Escalation, Receipts } from '../workstation/state.ts'

/** How far a call for help has come, each a different fact. `words` is what the technologist reads. */
export type EscalationProgress = {
  readonly stage: 'calling' | 'delivered' | 'seen' | 'accepted' | 'on-screen' | 'unreachable'
  readonly physicianId: string | null
  readonly words: string
}

export type PageDue = { readonly physicianId: string; readonly level: 'primary' | 'bench' }

/**
 * Whom to page by now and who has not been paged yet. Pure: the hub and the workstation run the same ladder.
 * The primary at once; the whole bench when its time has come and nobody has the room on screen, whether or not
 * somebody has accepted: acknowledged is not helped. It does not wait for a primary who declines or is missing.
 */
export function pagesDue(
  escalation: Pick<Escalation, 'receipts'>,
  bench: readonly string[],
  primary: string | null,
  elapsedMs: number,
  timing: Policy['escalation'],
): readonly PageDue[] {
  const receipts = Object.values(escalation.receipts)
  if (receipts.some((of) => of.onScreen !== null)) return []
  const primaryDeclined = primary !== null && escalation.receipts[primary]?.declined != null
  const benchDue = elapsedMs >= timing.benchAfterMs || primary === null || primaryDeclined
  const due: readonly PageDue[] = [
    ...(primary === null ? [] : [{ physicianId: primary, level: 'primary' } as const]),
    ...(benchDue
      ? bench.filter((id) => id !== primary).map((physicianId) => ({ physicianId, level: 'bench' }) as const)
      : []),
  ]
  return due.filter(({ physicianId }) => escalation.receipts[physicianId]?.paged == null)
}

/** What has been reached so far. The furthest fact counts, and "accepted" is never called help. */
export function escalationProgress(
  escalation: Escalation,
  nameOf: (physicianId: string) => string,
  elapsedMs: number,
  timing: Policy['escalation'],
): EscalationProgress {
  const { receipts, takenBy } = escalation
  const onScreen = firstWith(receipts, 'onScreen')
  if (onScreen !== undefined) {
    return { stage: 'on-screen', physicianId: onScreen, words: `${nameOf(onScreen)} is on screen` }
  }
  if (takenBy !== null) return accepted(escalation, takenBy, nameOf, elapsedMs, timing)
  const seen = firstWith(receipts, 'seen')
  if (seen !== undefined) {
    return { stage: 'seen', physicianId: seen, words: `${nameOf(seen)} sees the alarm` }
  }
  const delivered = firstWith(receipts, 'delivered')
  if (delivered !== undefined) {
    return {
      stage: 'delivered',
      physicianId: delivered,
      words: `Reached ${possessive(nameOf(delivered))} console`,
    }
  }
  if (escalation.unreachable !== null || elapsedMs >= timing.benchAfterMs + timing.onScreenWithinMs) {
    return { stage: 'unreachable', physicianId: null, words: unreachableWords(escalation) }
  }
  return calling(receipts, nameOf)
}

/** The first, in time, of those who have come this far and have not declined. */
function firstWith(receipts: Escalation['receipts'], step: keyof Receipts): string | undefined {
  return Object.entries(receipts)
    .flatMap(([physicianId, of]) => {
      const at = of[step]
      return at === null || of.declined !== null ? [] : [{ physicianId, at }]
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .at(0)?.physicianId
}

function accepted(
  escalation: Escalation,
  physicianId: string,
  nameOf: (physicianId: string) => string,
  elapsedMs: number,
  timing: Policy['escalation'],
): EscalationProgress {
  const acceptedAt = escalation.receipts[physicianId]?.accepted ?? escalation.pressedAt
  const overdue = elapsedMs - msBetween(escalation.pressedAt, acceptedAt) >= timing.onScreenWithinMs
  const rest = overdue ? 'still not on screen. Telephone, and do not wait' : 'not on screen yet'
  return { stage: 'accepted', physicianId, words: `${nameOf(physicianId)} has it — ${rest}` }
}

function calling(
  receipts: Escalation['receipts'],
  nameOf: (physicianId: string) => string,
): EscalationProgress {
  const called = Object.keys(receipts).filter((id) => receipts[id]?.declined === null)
  const declined = Object.keys(receipts).filter((id) => receipts[id]?.declined !== null)
  const who = called.length === 0 ? 'the physician' : called.map(nameOf).join(', ')
  const refused = declined.length === 0 ? '' : `${declined.map(nameOf).join(', ')} cannot come. `
  return { stage: 'calling', physicianId: called[0] ?? null, words: `${refused}Calling ${who}…` }
}

const unreachableWords = (escalation: Escalation): string =>
  escalation.kind === 'reaction'
    ? 'Nobody reached yet: call 911 / code team'
    : 'Nobody reached yet: telephone the physician'

const possessive = (name: string): string => (name.endsWith('s') ? `${name}'` : `${name}'s`)
