import type { LogStore } from './log-store-types.ts'
import type { SyncOptions } from './sync.ts'

/**
 * The log as far as it is durable. What the hub has of it must outlast a power failure here: it would have entries that
 * this workstation lost and writes anew, which is a fork.
 */
export function durablePart(store: LogStore): SyncOptions['store'] {
  /** How many entries there are from this number on. */
  const countFrom = (seq: number) => store.countAfter(seq - 1) - store.countAfter(store.durableHead().seq)
  return {
    ...store,
    head: store.durableHead,
    texts: (fromSeq, limit) => store.texts(fromSeq, Math.max(0, Math.min(limit, countFrom(fromSeq)))),
  }
}
