import type { Policy } from '../policy/policy.ts'
import { msBetween } from '../time.ts'
import type { Escalation } from '../workstation/state.ts'
import { isAnyOnScreen, type ReceiptsById } from './receipts.ts'

type Timing = Policy['escalation']

export type PageDue = { readonly physicianId: string; readonly level: 'primary' | 'bench' }

/** One round of a call, with what was reached in that round alone. */
export type Round = { readonly round: number; readonly receipts: ReceiptsById }

/**
 * Whom to page by now and who has not been paged yet. Pure: the hub and the workstation run the same ladder.
 * The primary at once; the whole bench when its time has come and nobody has the room on screen, whether or not
 * somebody has accepted: acknowledged is not helped. It does not wait for a primary who declines or is missing, nor
 * when help was called again.
 */
export function pagesDue(
  { round, receipts }: Round,
  bench: readonly string[],
  primary: string | null,
  elapsedMs: number,
  timing: Timing,
): readonly PageDue[] {
  if (isAnyOnScreen(receipts)) return []
  const primaryDeclined = primary !== null && receipts[primary]?.declined != null
  const benchDue = round > 1 || elapsedMs >= timing.benchAfterMs || primary === null || primaryDeclined
  const due: readonly PageDue[] = [
    ...(primary === null ? [] : [{ physicianId: primary, level: 'primary' } as const]),
    ...(benchDue
      ? bench.filter((id) => id !== primary).map((physicianId) => ({ physicianId, level: 'bench' }) as const)
      : []),
  ]
  return due.filter(({ physicianId }) => receipts[physicianId]?.paged == null)
}

/** Who has the call, and what that is worth now. */
export type Holder = {
  readonly physicianId: string
  /** `coming`: has accepted and may still be expected. `overdue`: did not come on screen in time, or was lost from it. */
  readonly kind: 'on-screen' | 'coming' | 'overdue'
  /** Since the press, when they took it. */
  readonly afterMs: number
}

/** A wall clock that was set back a little does not make an acceptance worthless. */
const clockSlackMs = 1000

/**
 * Whose having it counts: whoever is on screen, else whoever accepted first and may still be expected, else whoever
 * accepted first. Only the first two let anybody be silent.
 */
export function holderOf(
  receipts: ReceiptsById,
  pressedAt: string,
  elapsedMs: number,
  timing: Timing,
): Holder | null {
  const holders = Object.entries(receipts)
    .flatMap(([physicianId, of]): readonly Holder[] => {
      const since = of.accepted ?? of.onScreen
      if (since === null || of.declined !== null) return []
      const afterMs = msBetween(pressedAt, since)
      const forMs = elapsedMs - afterMs
      // A time that lies ahead is a clock that jumped: nobody is silent on its word.
      const isFresh = forMs > -clockSlackMs && forMs < timing.onScreenWithinMs
      const kind = of.onScreen !== null ? 'on-screen' : isFresh && of.left == null ? 'coming' : 'overdue'
      return [{ physicianId, kind, afterMs: Math.max(0, afterMs) }]
    })
    .sort((a, b) => a.afterMs - b.afterMs)
  const first = (kind: Holder['kind']) => holders.find((holder) => holder.kind === kind)
  return first('on-screen') ?? first('coming') ?? holders[0] ?? null
}

/** How long after the press others may be silent because of this holder, while nobody is on screen. */
export const quietUntilMs = ({ kind, afterMs }: Holder, timing: Timing): number =>
  kind === 'overdue' ? afterMs : afterMs + timing.onScreenWithinMs

/** After this long the ladder has no further rung: whoever has not helped by now is not to be waited for. */
export const ladderMs = (timing: Timing): number => timing.benchAfterMs + timing.onScreenWithinMs

/** Whether the local alarm sounds: until somebody is on screen, or has just accepted. A question is the quiet kind. */
export function alarmSounds(reaction: Escalation | null, elapsedMs: number, timing: Timing): boolean {
  if (reaction === null || isAnyOnScreen(reaction.receipts)) return false
  const holder = holderOf(reaction.roundReceipts, reaction.pressedAt, elapsedMs, timing)
  return holder === null || holder.kind === 'overdue'
}

/** Who is being called in this round and has not answered. */
export const waitingFor = (receipts: ReceiptsById): readonly string[] =>
  Object.entries(receipts)
    .filter(([, of]) => of.paged !== null && of.accepted === null && of.declined === null)
    .map(([physicianId]) => physicianId)
