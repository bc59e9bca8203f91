import type { Durability } from '../../contract/ipc.ts'
import type { ChainHead, LogEntry } from '../../domain/log/entry.ts'
import type { Problem } from '../../domain/result.ts'
import type { Draft, LogStore, SealedEntry } from './log-store-types.ts'
import { entriesOf, headAfter, sealDrafts } from './sealing.ts'

/** The log as the workstation uses it: it takes every entry, and says when one is not on disk yet. */
export type KeepingLog = {
  /** Seals and keeps, without touching the disk: for a press of the help button. `flush` must follow. */
  readonly seal: (drafts: readonly Draft[]) => readonly LogEntry[]
  /** Writes what is kept, in order; called again later, it tries again. */
  readonly flush: () => void
  readonly append: (drafts: readonly Draft[]) => readonly LogEntry[]
  readonly durability: () => Durability
  readonly head: () => ChainHead
  /** Including entries that are not on disk yet. */
  readonly texts: (fromSeq: number, limit: number) => readonly string[]
  readonly knows: (once: string) => boolean
  readonly unsyncedCount: () => number
  readonly keptCount: () => number
}

/**
 * Wraps a store so that a full disk or an I/O error loses nothing while the process lives: entries are stamped
 * and sealed once, kept in order, and written as soon as the store takes them.
 * @param onFailure told at every failed write, for the application log
 */
export function keepEntries(store: LogStore, onFailure: (problem: Problem) => void): KeepingLog {
  let kept: readonly SealedEntry[] = []
  let head = store.head()
  let problem: Problem | undefined

  const knows = (once: string) => store.knows(once) || kept.some((sealed) => sealed.once === once)
  const seal: KeepingLog['seal'] = (drafts) => {
    const sealed = sealDrafts(head, drafts, knows)
    kept = [...kept, ...sealed]
    head = headAfter(head, sealed)
    return entriesOf(sealed)
  }
  const flush = () => {
    if (kept.length === 0) return
    const written = store.appendSealed(kept)
    if (written.ok) {
      kept = []
      problem = undefined
    } else {
      problem = written.error
      onFailure(problem)
    }
  }

  return {
    seal,
    flush,
    append: (drafts) => {
      const entries = seal(drafts)
      flush()
      return entries
    },
    durability: () => (problem === undefined ? store.durability() : { kind: 'volatile', problem }),
    head: () => head,
    texts: (fromSeq, limit) => {
      const stored = store.texts(fromSeq, limit)
      const rest = kept.filter(({ entry }) => entry.seq >= fromSeq).map(({ entry }) => JSON.stringify(entry))
      return [...stored, ...rest].slice(0, limit)
    },
    knows,
    unsyncedCount: () => head.seq - store.acked().seq,
    keptCount: () => kept.length,
  }
}
