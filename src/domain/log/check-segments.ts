import type { ChainHead, LogEntry } from './entry.ts'
import { type EventOf, eventSchema, type LostRun } from './events.ts'
import type { KnownHashes } from './known-hashes.ts'
import { beginsSegment, segmentOf } from './segments.ts'

/** Where one segment of a log follows another. */
export type SegmentReport = {
  /** Its first entry. */
  readonly seq: number
  /** The last entry before it in this file; null if nothing is left of what was before. */
  readonly after: ChainHead | null
  /** What its entry `log-salvaged` says is missing; null as long as there is none: what was before may still come. */
  readonly lost: readonly LostRun[] | null
}

/**
 * Follows where segments meet: what a later one says of the end of an earlier one has to be so.
 * @param hashes of the entries so far
 */
export function createSegments(hashes: Pick<KnownHashes, 'get'>) {
  const bySegment = new Map<number, SegmentReport>()
  /** Ends that a segment names and the file does not reach. A later salvage may say that they were lost since. */
  let missing: { readonly said: number; readonly end: ChainHead }[] = []

  /** What the file holds between the end that is named and the segment, by runs without a gap. */
  const runsAfter = (
    end: number,
    segment: SegmentReport,
  ): readonly (readonly [from: number, to: number])[] => {
    const later = [...bySegment.values()].filter(({ seq }) => seq > end && seq <= segment.seq)
    const starts = [end + 1, ...later.map(({ seq }) => seq)]
    return later.map(({ after }, index) => [starts[index] ?? 0, after?.seq ?? 0] as const)
  }
  /** A copy may hold more than the room has recovered: nothing but entries that the room says it has lost. */
  const isLongerByLost = (
    { from, lost }: EventOf<'log-salvaged'>['body'],
    segment: SegmentReport,
  ): boolean => {
    const isSame = from === null || (hashes.get(from.seq) ?? from.hash) === from.hash
    return (
      isSame &&
      (segment.after?.seq ?? 0) > (from?.seq ?? 0) &&
      runsAfter(from?.seq ?? 0, segment).every(
        ([first, last]) => first > last || lost.some((run) => run.from <= first && last <= run.to),
      )
    )
  }

  const salvaged = (entry: LogEntry, body: EventOf<'log-salvaged'>['body']): string | undefined => {
    const { from, lost } = body
    missing = missing.filter(
      ({ end }) => !lost.some((run) => run.from <= end.seq && end.seq <= run.to && run.to < entry.seq),
    )
    const segment = bySegment.get(segmentOf(entry.seq))
    if (segment === undefined) return undefined
    bySegment.set(segmentOf(entry.seq), { ...segment, lost })
    const { after } = segment
    if (from === null ? after === null : after?.seq === from.seq && after.hash === from.hash) return undefined
    if (from !== null && from.seq > (after?.seq ?? 0) && from.seq < segment.seq) {
      missing.push({ said: entry.seq, end: from })
      return undefined
    }
    if (isLongerByLost(body, segment)) return undefined
    return `Entry ${entry.seq} says that the segments before its own end at ${endWords(from)}, and here they end at ${endWords(after)}`
  }

  return {
    report: (): readonly SegmentReport[] => [...bySegment.values()],
    /** What an earlier segment should hold, and has not come. */
    fault: (): string | undefined => {
      const [first] = missing
      return (
        first &&
        `Entry ${first.said} says that the segment before its own ends at ${endWords(first.end)}: that end was cut off`
      )
    },
    /** @param before where the file stood before this entry */
    take: (entry: LogEntry, before: ChainHead): string | undefined => {
      // The first entry of a piece says nothing about what came before.
      if (beginsSegment(entry.seq) && before.seq !== entry.seq - 1) {
        const after = before.seq === 0 ? null : { seq: before.seq, hash: before.hash }
        bySegment.set(segmentOf(entry.seq), { seq: entry.seq, after, lost: null })
      }
      if (entry.type !== 'log-salvaged') return undefined
      const event = eventSchema.safeParse({ type: entry.type, session: entry.session, body: entry.body }).data
      // Written by a newer version, perhaps: the chain covers it all the same.
      return event?.type === 'log-salvaged' ? salvaged(entry, event.body) : undefined
    },
  }
}

const endWords = (end: ChainHead | null): string =>
  end === null ? 'no entry at all' : `entry ${end.seq} (${end.hash})`
