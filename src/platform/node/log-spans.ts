import { beginsSegment } from '../../domain/log/segments.ts'
import { epochMs } from '../../domain/time.ts'

/** The next rows of one log from a sequence on, in order; fewer than `limit` only at its end. */
export type ReadRows = (fromSeq: number, limit: number) => Promise<readonly Row[]> | readonly Row[]
type Row = { readonly seq: number; readonly entry: string }

/** A stretch of a log, both ends included; by sequence, or by the entries' own time. */
export type Span = {
  readonly from?: Bound
  readonly to?: Bound
}
export type Bound =
  | { readonly kind: 'seq'; readonly seq: number }
  /** An entry of this instant is inside. */
  | { readonly kind: 'time'; readonly at: string }

const pageEntries = 500

/** `12`, `2026-11-24` or `2026-11-24T09:00:00.000Z`; undefined if it is none of these. */
export function readBound(text: string, which: 'from' | 'to'): Bound | undefined {
  if (/^[1-9]\d{0,15}$/.test(text)) return { kind: 'seq', seq: Number(text) }
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? `${text}T${which === 'from' ? '00:00:00.000' : '23:59:59.999'}Z`
    : text
  return Number.isNaN(epochMs(at)) ? undefined : { kind: 'time', at }
}

/** What was to be read next was purged meanwhile: what has been read is whole as far as it goes. */
export class LogSevered extends Error {}

/** Entries as they are stored, in pages. @throws {LogSevered} */
export async function* entriesFrom(
  read: ReadRows,
  fromSeq = 1,
  toSeq = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<string> {
  for (let from = fromSeq, hasBegun = false; ; hasBegun = true) {
    const rows = await read(from, pageEntries)
    const next = rows[0]?.seq ?? from
    if (hasBegun && next !== from && next <= toSeq && !beginsSegment(next))
      throw new LogSevered(`entries ${from} to ${next - 1} were purged while the log was read`)
    for (const { seq, entry } of rows) {
      if (seq > toSeq) return
      yield entry
    }
    if (rows.length < pageEntries) return
    from = (rows.at(-1)?.seq ?? from) + 1
  }
}

/**
 * The entries of a span, in one run. Where clocks went back, it goes from the first to the last entry that is inside,
 * whatever lies between.
 */
export async function* entriesOf(read: ReadRows, { from, to }: Span): AsyncGenerator<string> {
  let first = from?.kind === 'seq' ? from.seq : 1
  let last = to?.kind === 'seq' ? to.seq : Number.MAX_SAFE_INTEGER
  if (from?.kind === 'time' || to?.kind === 'time') {
    const inside: { first?: number; last?: number } = {}
    for await (const text of entriesFrom(read, first, last)) {
      const { seq, at } = JSON.parse(text)
      if (from?.kind === 'time' && !(at >= from.at)) continue
      if (to?.kind === 'time' && !(at <= to.at)) continue
      inside.first ??= seq
      inside.last = seq
    }
    if (inside.first === undefined || inside.last === undefined) return
    first = inside.first
    last = inside.last
  }
  yield* entriesFrom(read, first, last)
}
