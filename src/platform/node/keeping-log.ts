import type { Durability } from '../../contract/ipc.ts'
import type { ChainHead, LogEntry } from '../../domain/log/entry.ts'
import type { Outline } from '../../domain/record/candidates.ts'
import type { Problem } from '../../domain/result.ts'
import type { Draft, LogStore, SealedEntry } from './log-store-types.ts'
import { entriesOf, headAfter, sealDrafts } from './sealing.ts'

/**
 * The log as the workstation uses it: it takes every entry, and says when one is not on disk yet. An entry is *kept*
 * (sealed, in memory), then *written* (the end of the process does not take it), then *durable* (a power failure does
 * not). Nobody outside is told that the log has an entry before it is durable.
 */
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
  readonly outlines: (fromSeq: number, limit: number) => readonly Outline[]
  readonly knows: (once: string) => boolean
  readonly countAfter: (seq: number) => number
  /** Entries that come before others are still being recovered. */
  readonly isBehind: () => boolean
  readonly unsyncedCount: () => number
  readonly keptCount: () => number
  /** Every entry up to this number is durable. */
  readonly durableSeq: () => number
  /** Resolves once everything that was taken until now is durable, or is said not to be. */
  readonly whenDurable: () => Promise<void>
  /** Called when more is durable, or that fails. */
  readonly onSettled: (listener: () => void) => void
  /** Writes what is kept before the process ends, and waits for that for seconds at most. */
  readonly writeAtEnd: () => void
}

/**
 * Wraps a store so that a full disk or an I/O error loses nothing while the process lives: entries are stamped
 * and sealed once, kept in order, and written as soon as the store takes them.
 * @param onFailure told at every failed write or sync, for the application log
 */
export function keepEntries(store: LogStore, onFailure: (problem: Problem) => void): KeepingLog {
  let kept: readonly SealedEntry[] = []
  let head = store.head()
  let problem: Problem | undefined

  const knows = (once: string) => store.knows(once) || kept.some((sealed) => sealed.once === once)
  const keptFrom = (seq: number) => entriesOf(kept).filter((entry) => entry.seq >= seq)
  const countAfter = (seq: number) => store.countAfter(seq) + keptFrom(seq + 1).length
  const seal: KeepingLog['seal'] = (drafts) => {
    const sealed = sealDrafts(head, drafts, knows)
    kept = [...kept, ...sealed]
    head = headAfter(head, sealed)
    return entriesOf(sealed)
  }
  const write = () => {
    if (kept.length === 0 || store.isHeld()) return
    const written = store.appendSealed(kept)
    if (written.ok) {
      kept = []
      problem = undefined
    } else {
      problem = written.error
      onFailure(problem)
    }
  }
  const durability = (): Durability =>
    problem === undefined ? store.durability() : { kind: 'volatile', problem, isRetried: true }

  const listeners: (() => void)[] = []
  const waiting = new Set<() => void>()
  const settled = () => {
    for (const look of waiting) look()
    for (const listener of listeners) listener()
  }
  store.onSettled(() => {
    const now = store.durability()
    if (now.kind === 'volatile') onFailure(now.problem)
    write()
    settled()
  })
  const flush = () => {
    store.retry()
    write()
    for (const look of waiting) look()
  }

  return {
    seal,
    flush,
    append: (drafts) => {
      const entries = seal(drafts)
      write()
      return entries
    },
    durability,
    head: () => head,
    texts: (fromSeq, limit) => {
      const rest = keptFrom(fromSeq).map((entry) => JSON.stringify(entry))
      return [...store.texts(fromSeq, limit), ...rest].slice(0, limit)
    },
    outlines: (fromSeq, limit) => [...store.outlines(fromSeq, limit), ...keptFrom(fromSeq)].slice(0, limit),
    knows,
    countAfter,
    isBehind: () => store.salvage() !== null,
    unsyncedCount: () => countAfter(store.acked().seq),
    keptCount: () => kept.length,
    durableSeq: () => store.durableHead().seq,
    whenDurable: () =>
      new Promise((resolve) => {
        const { seq } = head
        const look = () => {
          if (store.durableHead().seq < seq && durability().kind !== 'volatile') return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    onSettled: (listener) => void listeners.push(listener),
    writeAtEnd: () => {
      store.release()
      write()
    },
  }
}
