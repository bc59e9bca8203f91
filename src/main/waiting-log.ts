import type { LogEntry } from '../domain/log/entry.ts'
import { beforeSegment } from '../domain/log/segments.ts'
import type { Problem, Result } from '../domain/result.ts'
import type { LogStore, OpenSalvage } from '../platform/node/log-store-types.ts'
import { createMemoryLog } from '../platform/node/memory-log.ts'

export type WaitingLogOptions = {
  /** The one that is to begin. */
  readonly segment: number
  /** Why it cannot begin yet, in words. */
  readonly problem: Problem
  /** Tries to begin it on the disk. */
  readonly open: () => Result<LogStore, Problem>
}

const tryEveryMs = 1000

/**
 * The log behind a damaged one, where the disk is too full to begin it. What its segment is to hold is known without
 * the disk, so entries are sealed for it and kept by whoever writes; each try to write them is a try to begin it.
 */
export function createWaitingLog({ segment, problem, open }: WaitingLogOptions): LogStore {
  let begun: LogStore | undefined
  let why = problem
  let lastTryMs = performance.now()
  const nothing: LogStore = {
    ...createMemoryLog(problem),
    head: () => beforeSegment(segment),
    durability: () => ({ kind: 'volatile', problem: why, isRetried: true }),
    texts: () => [],
    outlines: () => [],
    entries: () => [],
    hashAt: () => undefined,
    lastUpTo: () => undefined,
    countAfter: () => 0,
    unsyncedCount: () => 0,
  }
  const log = () => begun ?? nothing
  const listeners: (() => void)[] = []

  const begin = (): Result<LogStore, Problem> => {
    if (begun !== undefined) return { ok: true, value: begun }
    if (performance.now() - lastTryMs >= tryEveryMs) {
      lastTryMs = performance.now()
      const opened = open()
      if (opened.ok) {
        begun = opened.value
        for (const listener of listeners) begun.onSettled(listener)
      } else why = opened.error
    }
    return begun === undefined ? { ok: false, error: why } : { ok: true, value: begun }
  }
  const notYet = (): never => {
    throw new Error(why.message)
  }
  const waiting: OpenSalvage = {
    segment,
    insert: (entries) => (begun?.salvage() ?? { insert: notYet }).insert(entries),
    result: (): LogEntry | undefined => (begun === undefined ? notYet() : begun.salvage()?.result()),
    finish: () => begun?.salvage()?.finish(),
  }

  return {
    durability: () => log().durability(),
    head: () => log().head(),
    durableHead: () => log().durableHead(),
    onSettled: (listener) => {
      listeners.push(listener)
      begun?.onSettled(listener)
    },
    isHeld: () => log().isHeld(),
    release: () => log().release(),
    retry: () => log().retry(),
    append: (drafts) => {
      const opened = begin()
      return opened.ok ? opened.value.append(drafts) : opened
    },
    appendSealed: (entries) => {
      const opened = begin()
      return opened.ok ? opened.value.appendSealed(entries) : opened
    },
    knows: (once) => log().knows(once),
    entries: (fromSeq, limit) => log().entries(fromSeq, limit),
    texts: (fromSeq, limit) => log().texts(fromSeq, limit),
    outlines: (fromSeq, limit) => log().outlines(fromSeq, limit),
    hashAt: (seq) => log().hashAt(seq),
    acked: () => log().acked(),
    setAcked: (ack) => log().setAcked(ack),
    receipt: () => log().receipt(),
    setReceipt: (signed) => log().setReceipt(signed),
    countAfter: (seq) => log().countAfter(seq),
    unsyncedCount: () => log().unsyncedCount(),
    lastUpTo: (seq) => log().lastUpTo(seq),
    salvage: () => (begun === undefined || begun.salvage() !== null ? waiting : null),
    checkpoint: () => begun?.checkpoint(),
    putCheckpoint: (checkpoint) => log().putCheckpoint(checkpoint),
    review: () => log().review(),
    close: () => begun?.close(),
  }
}
