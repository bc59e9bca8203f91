import { emptyChain, type LogEntry } from '../../domain/log/entry.ts'
import type { SignedReceipt } from '../../domain/log/proof.ts'
import { ok, type Problem } from '../../domain/result.ts'
import type { LogStore } from './log-store-types.ts'
import { entriesOf, headAfter, sealDrafts } from './sealing.ts'

/**
 * A log that ends with the process, for when the real one cannot be opened: help must work all the same. It is
 * never sent to the hub, because its chain would stand against the one on disk.
 * @param problem why the log on disk is not used, in words
 */
export function createMemoryLog(problem: Problem): LogStore {
  const entries: LogEntry[] = []
  const known = new Set<string>()
  let head = emptyChain
  let acked = emptyChain
  let receipt: SignedReceipt | undefined

  const appendSealed: LogStore['appendSealed'] = (sealed) => {
    for (const { entry, once } of sealed) {
      entries.push(entry)
      if (once !== null) known.add(once)
    }
    head = headAfter(head, sealed)
    return ok(null)
  }

  return {
    durability: () => ({ kind: 'volatile', problem, isRetried: false }),
    head: () => head,
    durableHead: () => emptyChain,
    onSettled: () => undefined,
    isHeld: () => false,
    release: () => undefined,
    retry: () => undefined,
    append: (drafts) => {
      const sealed = sealDrafts(head, drafts, (once) => known.has(once))
      appendSealed(sealed)
      return ok(entriesOf(sealed))
    },
    appendSealed,
    knows: (once) => known.has(once),
    entries: (fromSeq, limit) => entries.slice(fromSeq - 1, fromSeq - 1 + limit),
    texts: (fromSeq, limit) =>
      entries.slice(fromSeq - 1, fromSeq - 1 + limit).map((entry) => JSON.stringify(entry)),
    outlines: (fromSeq, limit) => entries.slice(fromSeq - 1, fromSeq - 1 + limit),
    hashAt: (seq) => (seq === 0 ? emptyChain.hash : entries[seq - 1]?.hash),
    acked: () => acked,
    setAcked: (ack) => {
      acked = ack
    },
    receipt: () => receipt,
    setReceipt: (signed) => {
      receipt = signed
    },
    countAfter: (seq) => head.seq - seq,
    unsyncedCount: () => head.seq - acked.seq,
    lastUpTo: (seq) => entries[Math.min(seq, entries.length) - 1],
    salvage: () => null,
    checkpoint: () => undefined,
    putCheckpoint: () => ok(null),
    review: () => null,
    close: () => undefined,
  }
}
