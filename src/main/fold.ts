import { z } from 'zod'
import { type LogEntry, logEntrySchema } from '../domain/log/entry.ts'
import { evolve, initialState } from '../domain/workstation/evolve.ts'
import type { WorkstationState } from '../domain/workstation/state.ts'
import { workstationStateSchema } from '../domain/workstation/state-schema.ts'
import { emptyHistory, evolveHistory, type History } from './history.ts'

/** What is known once every entry up to `seq` has been taken in. */
export type Fold = { readonly seq: number; readonly state: WorkstationState; readonly history: History }

export const emptyFold: Fold = { seq: 0, state: initialState, history: emptyHistory }

export const foldNext = ({ state, history }: Fold, entry: LogEntry): Fold => ({
  seq: entry.seq,
  state: evolve(state, entry),
  history: evolveHistory(history, entry, state.unsigned),
})

/**
 * Raise it whenever the same log folds to another state or history than before; a test with a day of work says when.
 * A fold kept under another version is not used, and the log is folded anew.
 */
export const foldVersion = 13

const historySchema: z.ZodType<History> = z.strictObject({
  recent: z.array(
    z.strictObject({
      sessionId: z.string(),
      accession: z.string(),
      closedAt: z.string(),
      signedBy: z.string().nullable(),
    }),
  ),
  accessions: z.record(z.string(), z.string()),
  tail: z.array(logEntrySchema),
  endings: z.array(
    z.strictObject({
      escalationId: z.string(),
      outcome: z.enum(['cancelled', 'ended']),
      words: z.string(),
      at: z.string(),
    }),
  ),
})

const keptSchema = z.strictObject({
  foldVersion: z.literal(foldVersion),
  state: workstationStateSchema,
  history: historySchema,
})

export const writeFold = ({ state, history }: Fold): string => JSON.stringify({ foldVersion, state, history })

/** The fold kept at `seq`, or undefined if it is of another version or shape, or cannot be read at all. */
export function readFold(seq: number, text: string): Fold | undefined {
  try {
    const kept = keptSchema.safeParse(JSON.parse(text))
    return kept.success ? { seq, state: kept.data.state, history: kept.data.history } : undefined
  } catch {
    return undefined
  }
}

/** As text: members that are undefined and members that are missing say the same. */
export const isSameFold = (a: Fold, b: Fold): boolean => a.seq === b.seq && sorted(a) === sorted(b)

const sorted = (fold: Fold): string =>
  JSON.stringify(fold, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
