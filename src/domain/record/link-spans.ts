import type { LinkState } from '../link/link.ts'
import { linkInWords } from '../link/words.ts'
import type { LogEntry } from '../log/entry.ts'
import { msBetween } from '../time.ts'
import { eventOf } from '../workstation/evolve.ts'
import { type NameOf, wordsFor } from './words.ts'

/** How the link with one physician stood from one moment to another; `unknown` is what nobody measured. */
export type LinkSpan = {
  readonly physicianId: string
  readonly kind: LinkState['kind'] | 'unknown'
  readonly from: string
  readonly to: string
  /** What was missing, and what failed at about the same time. */
  readonly cause: string
}

/** Failures this close to a change of the link are named as what may have caused it. */
const causeWithinMs = 5000

type Open = { readonly kind: LinkSpan['kind']; readonly from: string; readonly words: string }

/**
 * The course of every link from `from` to `to`, without holes: one list a physician, in time order.
 * @param entries may begin before `from`: then the state at `from` is known, else it is `unknown`
 */
export function linkSpans(
  entries: readonly LogEntry[],
  from: string,
  to: string,
  nameOf: NameOf,
): readonly LinkSpan[] {
  const failures = entries.filter(isFailure)
  const open = new Map<string, Open>()
  const spans: LinkSpan[] = []
  const change = (physicianId: string, next: Open): void => {
    const before = open.get(physicianId) ?? { kind: 'unknown', from, words: 'Not measured yet' }
    spans.push(...cut(physicianId, before, next.from, from, to, failures, nameOf))
    open.set(physicianId, next)
  }
  for (const entry of entries) {
    if (entry.at > to) continue
    const event = eventOf(entry)
    if (event?.type === 'app-started') {
      for (const physicianId of open.keys()) {
        change(physicianId, { kind: 'unknown', from: entry.at, words: 'The workstation restarted' })
      }
    }
    if (event?.type === 'injection-started') {
      const { physicianId, gate } = event.body
      const passed = gate.some(
        (finding) => finding.check === 'two-way-audio-video' && finding.outcome === 'passed',
      )
      // The gate judged the link at this moment; what came before the first entry at hand need not be known.
      if (passed && physicianId !== null && open.get(physicianId)?.kind !== 'live') {
        change(physicianId, { kind: 'live', from: entry.at, words: 'Live at the start of the injection' })
      }
    }
    if (event?.type !== 'link-changed') continue
    const { physicianId, link } = event.body
    change(physicianId, { kind: link.kind, from: entry.at, words: linkInWords(link, nameOf(physicianId)) })
  }
  for (const [physicianId, last] of open) {
    spans.push(...cut(physicianId, last, to, from, to, failures, nameOf))
  }
  return spans.sort((a, b) =>
    a.physicianId === b.physicianId ? compare(a.from, b.from) : compare(a.physicianId, b.physicianId),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const later = (a: string, b: string): string => (compare(a, b) < 0 ? b : a)

/** At most one span: the part of it that lies between the two ends. */
function cut(
  physicianId: string,
  span: Open,
  end: string,
  from: string,
  to: string,
  failures: readonly LogEntry[],
  nameOf: NameOf,
): readonly LinkSpan[] {
  const start = span.from < from ? from : span.from
  const stop = end > to ? to : end
  if (stop <= start) return []
  const meanwhile =
    span.kind === 'lost' || span.kind === 'partial'
      ? failures
          .filter((entry) => entry.at >= from && entry.at < stop)
          .filter((entry) => Math.abs(msBetween(entry.at, start)) <= causeWithinMs)
          .map((entry) => wordsFor(entry, nameOf))
      : []
  const cause = [...new Set([span.words, ...meanwhile])].join('. ')
  return [{ physicianId, kind: span.kind, from: start, to: stop, cause }]
}

function isFailure(entry: LogEntry): boolean {
  const event = eventOf(entry)
  if (event === undefined) return false
  if (event.type === 'device-changed') return event.body.state === 'lost'
  return event.type === 'hub-lost' || event.type === 'renderer-lost' || event.type === 'app-started'
}

type Stretch = { readonly from: string; readonly to: string; readonly cause: string }

/** The parts of [from, to] that no live span of this physician covers, in time order. */
export function notLive(
  spans: readonly LinkSpan[],
  physicianId: string | null,
  from: string,
  to: string,
): readonly Stretch[] {
  const own = spans.filter((span) => span.physicianId === physicianId && span.from < to && span.to > from)
  const missing: Stretch[] = []
  let covered = from
  for (const span of own) {
    // Where nothing was recorded nothing is proved, such as after a clock was set.
    if (span.from > covered) missing.push({ from: covered, to: span.from, cause: 'Nothing was recorded' })
    const end = span.to > to ? to : span.to
    if (end <= covered) continue
    if (span.kind !== 'live') missing.push({ from: later(span.from, covered), to: end, cause: span.cause })
    covered = end
  }
  if (covered < to) missing.push({ from: covered, to, cause: 'No link was measured' })
  return missing
}
