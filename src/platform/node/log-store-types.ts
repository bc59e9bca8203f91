import type { Durability } from '../../contract/ipc.ts'
import type { ChainHead, EntryDraft, LogEntry } from '../../domain/log/entry.ts'
import type { SignedReceipt } from '../../domain/log/proof.ts'
import type { Outline } from '../../domain/record/candidates.ts'
import type { Problem, Result } from '../../domain/result.ts'
import type { LogFault } from './log-reading.ts'

/** An entry to be sealed. `once` names a fact that may arrive twice: the second is left out. */
export type Draft = EntryDraft & { readonly once?: string }

/** A sealed entry, not written yet, with the name of its fact. */
export type SealedEntry = { readonly entry: LogEntry; readonly once: string | null }

/**
 * What was computed from the log up to an entry, kept beside it so that a start need not read all of it. Worth nothing
 * by itself: it may be missing at any time.
 */
export type Checkpoint = ChainHead & { readonly text: string }

/**
 * The whole log read and checked from its first entry, as much at a time as its caller likes. What is found wrong is
 * noted beside the log, so that the next start knows it at once.
 */
export type LogReview = {
  /** The next entries; none at the end. */
  readonly nextEntries: (limit: number) => Result<readonly LogEntry[], LogFault>
  /** Then the next pages of the file: whether there are more. */
  readonly nextPages: (limit: number) => Result<'more' | 'done', LogFault>
  readonly close: () => void
}

/** What a damaged log still holds is put below the segment that is being written. */
export type OpenSalvage = {
  readonly segment: number
  /** @throws what the disk says */
  readonly insert: (entries: readonly SealedEntry[]) => void
  /** What an earlier run has written of it as its result. */
  readonly result: () => LogEntry | undefined
  /** From now on nothing comes below the segment any more. */
  readonly finish: () => void
}

/** The one log of this workstation: append-only, hash-chained, a single writer. */
export type LogStore = {
  /** `volatile` while what is written does not become durable. */
  readonly durability: () => Durability
  /** Of what is written: the end of this process does not take it, a power failure may until it is durable. */
  readonly head: () => ChainHead
  /** A power failure takes nothing up to here: what others are told that this log has must not go beyond. */
  readonly durableHead: () => ChainHead
  /** Called when more is durable, when that fails, and when `isHeld` is over. */
  readonly onSettled: (listener: () => void) => void
  /** For the time of a few writes to the disk nothing can be written; whoever has something keeps it. */
  readonly isHeld: () => boolean
  /** Waits until it is not held any more: for the end of the process. */
  readonly release: () => void
  /** Tries again to make durable what could not be. */
  readonly retry: () => void
  /** Seals from the head and writes all or nothing. Answers with the new entries. */
  readonly append: (drafts: readonly Draft[]) => Result<readonly LogEntry[], Problem>
  /** Writes entries that were sealed from the head before, verbatim, all or nothing. They become durable soon after. */
  readonly appendSealed: (entries: readonly SealedEntry[]) => Result<null, Problem>
  readonly knows: (once: string) => boolean
  readonly entries: (fromSeq: number, limit: number) => readonly LogEntry[]
  /** The same as they are stored, byte for byte: what goes to the hub and into exports. */
  readonly texts: (fromSeq: number, limit: number) => readonly string[]
  /** Which entries these are, without reading them. */
  readonly outlines: (fromSeq: number, limit: number) => readonly Outline[]
  readonly hashAt: (seq: number) => string | undefined
  /** How far the hub has the log. */
  readonly acked: () => ChainHead
  /** Lost in a power failure without harm: the hub is asked at each connection. */
  readonly setAcked: (ack: ChainHead) => void
  /** The hub's last word, signed, on what it has. */
  readonly receipt: () => SignedReceipt | undefined
  readonly setReceipt: (signed: SignedReceipt) => void
  /** How many entries come after this one; their numbers do not tell, where segments meet. */
  readonly countAfter: (seq: number) => number
  readonly unsyncedCount: () => number
  /** The last entry up to this number, be it in an earlier segment; undefined where there is none. */
  readonly lastUpTo: (seq: number) => ChainHead | undefined
  /** Null unless this log goes on after a damaged one that has not been read back whole. */
  readonly salvage: () => OpenSalvage | null
  /** The last one kept, if it was made of this chain. */
  readonly checkpoint: () => Checkpoint | undefined
  /** For an entry that is in the store. After a power failure an earlier one may be found. */
  readonly putCheckpoint: (checkpoint: Checkpoint) => Result<null, Problem>
  /** Null where nothing is kept that could have been altered. */
  readonly review: () => LogReview | null
  /** Waits until what was written is durable. */
  readonly close: () => void
}
