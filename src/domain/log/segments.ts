import type { ChainHead, LogEntry } from './entry.ts'

/** Far more than a workstation ever writes: so each segment has numbers of its own, and `seq` alone orders them all. */
const segmentSize = 1_000_000_000

/** Which segment of a log a sequence belongs to; -1 before the first entry. */
export const segmentOf = (seq: number): number => Math.floor((seq - 1) / segmentSize)

/** What the first entry of a segment follows: nothing, at the number before its own. */
export const beforeSegment = (segment: number): ChainHead => ({
  seq: segment * segmentSize,
  hash: '0'.repeat(64),
})

/** Whether this is the number of a segment's first entry; a log's own first entry begins no segment. */
export const beginsSegment = (seq: number): boolean => seq > 1 && (seq - 1) % segmentSize === 0

/** Whether an entry of this type is shown in every excerpt, so that a reader can check where segments meet. */
export const isSegmentWord = (type: string): boolean => type === 'segment-begun' || type === 'log-salvaged'

/**
 * What an entry has to follow where the chain has come to `head`: that, or nothing if it begins a later segment.
 * A reader takes the step over the numbers between only there.
 */
export const followedBy = (head: ChainHead, { seq, type }: Pick<LogEntry, 'seq' | 'type'>): ChainHead =>
  type === 'segment-begun' && beginsSegment(seq) && segmentOf(seq) > segmentOf(head.seq)
    ? beforeSegment(segmentOf(seq))
    : head
