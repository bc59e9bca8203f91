import type { Json } from './canonical.ts'
import {
  createWalk,
  type ExportChecks,
  type Fault,
  issueInWords,
  readEntry,
  readJson,
  type Walk,
  type WalkChecks,
} from './check-lines.ts'
import { emptyChain, type LogEntry } from './entry.ts'
import {
  type ExcerptHeader,
  type ExcerptSeal,
  elidedSchema,
  excerptHeaderSchema,
  excerptSealSchema,
} from './excerpt.ts'
import { segmentOf } from './segments.ts'
import { endsSession } from './session-end.ts'

/** What an excerpt shows and what it leaves out. Both ends of a range are included. */
export type ExcerptReport = {
  readonly header: ExcerptHeader['excerpt']
  readonly leftOut: readonly { readonly from: number; readonly to: number }[]
  /** How many of those lie between the session's opening and its end. */
  readonly leftOutInside: number
  readonly ended: boolean
  readonly sealedBy: 'workstation' | 'hub'
}

type Walked =
  | { readonly walk: Walk; readonly fault: Fault }
  | { readonly walk: Walk; readonly excerpt: ExcerptReport }

const has = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && name in value

export const isExcerpt = (value: unknown): boolean => has(value, 'excerpt')

/**
 * Walks what follows the header of an excerpt.
 * @param rest the lines after it; an iterator that has been begun
 */
export function walkExcerpt(
  headerText: string,
  headerValue: unknown,
  rest: Iterable<string>,
  checks: WalkChecks,
): Walked | { readonly fault: Fault } {
  const parsed = excerptHeaderSchema.safeParse(headerValue)
  if (!parsed.success) {
    return { fault: { seq: null, message: issueInWords('header of an excerpt', parsed.error) } }
  }
  const header = parsed.data.excerpt
  const walk = createWalk(header.device, emptyChain, checks)
  const fault = (message: string, seq: number | null = null): Walked => ({ walk, fault: { seq, message } })
  const leftOut: { from: number; to: number }[] = []
  /** Segments' first entries are shown, but for what the hub has purged from the log's beginning. */
  let crosses = false
  const span = createSpan(header.session)
  const texts = [headerText]
  for (const text of rest) {
    const read = readJson(text)
    if (typeof read === 'string') return fault(read)
    if (has(read.value, 'seal')) {
      const seal = excerptSealSchema.safeParse(read.value)
      if (!seal.success) return fault(issueInWords('seal of an excerpt', seal.error))
      const wrong = sealFault(seal.data, texts, header, checks) ?? endFault(walk, header, span.opened())
      if (wrong !== undefined) return fault(wrong)
      const sealedBy = seal.data.seal.by ?? 'workstation'
      if (crosses && sealedBy !== 'hub') return fault('The beginning of a segment is left out')
      for (const _after of rest) return fault('The excerpt goes on after its seal')
      return {
        walk,
        excerpt: { header, leftOut, leftOutInside: span.leftOut(), ended: span.ended(), sealedBy },
      }
    }
    if (has(read.value, 'elided')) {
      const elided = elidedSchema.safeParse(read.value)
      if (!elided.success) return fault(issueInWords('mark of left-out entries', elided.error))
      const { from, to, hash } = elided.data.elided
      const next = walk.head().seq + 1
      const isOneRun = from === next && from <= to && (segmentOf(from) === segmentOf(to) || from === 1)
      if (!isOneRun || leftOut.at(-1)?.to === from - 1) {
        return fault(
          `Entries ${from} to ${to} are said to be left out here, where entry ${next} should follow`,
        )
      }
      leftOut.push({ from, to })
      crosses ||= segmentOf(from) !== segmentOf(to)
      span.skip(to - from + 1)
      const other = walk.skip({ seq: to, hash })
      if (other !== undefined) return fault(other)
    } else {
      const entry = readEntry(read.value)
      if (typeof entry === 'string') return fault(entry)
      const wrong = walk.entry(entry)
      if (wrong !== undefined) return fault(wrong, entry.seq)
      span.take(entry)
    }
    texts.push(text)
  }
  return { walk, fault: { seq: null, message: 'The excerpt has no seal: its end was cut off', whole: true } }
}

/** How much is left out while the session was open. */
function createSpan(session: string) {
  let opened = false
  let ended = false
  let leftOut = 0
  return {
    opened: () => opened,
    ended: () => ended,
    leftOut: () => leftOut,
    take: (entry: LogEntry): void => {
      if (entry.session !== session) return
      opened ||= entry.type === 'session-opened'
      ended ||= opened && endsSession(entry.type)
    },
    skip: (count: number): void => {
      if (opened && !ended) leftOut += count
    },
  }
}

function sealFault(
  { seal, key, signature }: ExcerptSeal,
  texts: readonly string[],
  { device }: ExcerptHeader['excerpt'],
  { sha256, byDevice, byHub }: ExportChecks,
): string | undefined {
  if (seal.device !== device) return `The seal is of another workstation (${seal.device})`
  const { by, sha256: above } = seal
  const said: Json = { device, ...(by && { by }), sha256: above }
  const wrong = by === 'hub' ? byHub(key, said, signature) : byDevice(device, key, said, signature)
  if (wrong !== undefined) return `The seal is not this ${by ?? 'workstation'}'s: ${wrong}`
  return sha256(texts.map((text) => `${text}\n`).join('')) === above
    ? undefined
    : 'The seal does not fit what is above it: something was changed, added or taken out after it was sealed'
}

function endFault(
  walk: Walk,
  { head, entries, session }: ExcerptHeader['excerpt'],
  opened: boolean,
): string | undefined {
  if (walk.head().seq !== head.seq || walk.head().hash !== head.hash) {
    return `The excerpt ends at entry ${walk.head().seq}, and its header says ${head.seq} (${head.hash})`
  }
  if (walk.count() !== entries) return `The header says ${entries} entries, and ${walk.count()} are shown`
  return opened ? undefined : `The opening of session ${session} is not among the entries`
}
