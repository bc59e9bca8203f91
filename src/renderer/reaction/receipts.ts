import type { Escalation, Receipts } from '../../domain/workstation/state.ts'

export const stages = ['delivered', 'seen', 'accepted', 'onScreen'] as const
export type Stage = (typeof stages)[number]

export type StageReached = {
  readonly stage: Stage
  /** Who reached it first, and when; null while nobody has. */
  readonly first: { readonly physicianId: string; readonly at: string } | null
  /** How many others have reached it since. */
  readonly others: number
}

/** The four facts about a call, each by itself: one never stands for another. */
export function stagesOf(receipts: Escalation['receipts']): readonly StageReached[] {
  return stages.map((stage) => {
    const reached = Object.entries(receipts)
      .flatMap(([physicianId, each]) => withTime(physicianId, each[stage]))
      .toSorted((a, b) => a.at.localeCompare(b.at))
    return { stage, first: reached[0] ?? null, others: Math.max(0, reached.length - 1) }
  })
}

const withTime = (physicianId: string, at: Receipts[Stage]) => (at === null ? [] : [{ physicianId, at }])

export const whoDeclined = (receipts: Escalation['receipts']): readonly string[] =>
  Object.entries(receipts)
    .filter(([, { declined }]) => declined !== null)
    .map(([physicianId]) => physicianId)
