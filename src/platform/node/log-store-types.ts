import type { Durability } from '../../contract/ipc.ts'
import type { ChainHead, EntryDraft, LogEntry } from '../../domain/log/entry.ts'
import type { Problem, Result } from '../../domain/result.ts'

/** An entry to be sealed. `once` names a fact that may arrive twice: the second is left out. */
export type Draft = EntryDraft & { readonly once?: string }

/** A sealed entry, not written yet, with the name of its fact. */
export type SealedEntry = { readonly entry: LogEntry; readonly once: string | null }

/** The one log of this workstation: append-only, hash-chained, a single writer. */
export type LogStore = {
  readonly durability: () => Durability
  readonly head: () => ChainHead
  /** Seals from the head and commits all or nothing. Answers with the new entries. */
  readonly append: (drafts: readonly Draft[]) => Result<readonly LogEntry[], Problem>
  /** Commits entries that were sealed from the head before, verbatim. */
  readonly appendSealed: (entries: readonly SealedEntry[]) => Result<null, Problem>
  readonly knows: (once: string) => boolean
  readonly entries: (fromSeq: number, limit: number) => readonly LogEntry[]
  /** The same as they are stored, byte for byte: what goes to the hub and into exports. */
  readonly texts: (fromSeq: number, limit: number) => readonly string[]
  readonly hashAt: (seq: number) => string | undefined
  /** How far the hub has the log. */
  readonly acked: () => ChainHead
  readonly setAcked: (ack: ChainHead) => void
  readonly unsyncedCount: () => number
  readonly close: () => void
}
