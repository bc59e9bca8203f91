import { type ExcerptReport, isExcerpt, walkExcerpt } from './check-excerpt.ts'
import {
  before,
  type ClockTurns,
  createWalk,
  type ExportChecks,
  type Fault,
  type HoleLine,
  holesInWords,
  readEntry,
  readHole,
  readJson,
  type Walk,
  type WalkChecks,
} from './check-lines.ts'
import type { ProofReport } from './check-proofs.ts'
import type { SegmentReport } from './check-segments.ts'
import { type ChainHead, emptyChain, type LogEntry } from './entry.ts'

/** What is wrong with an exported file, and where. `message` is for a person. */
export type ExportFault = {
  /** 1 for the first line; null where the file as a whole is meant. */
  readonly line: number | null
  /** Sequence of the entry, where one could be read. */
  readonly seq: number | null
  readonly message: string
}

type Held = {
  readonly ok: true
  readonly device: string
  readonly first: LogEntry
  readonly last: LogEntry
  readonly count: number
  readonly statements: number
  readonly proofs: ProofReport
  readonly turns: ClockTurns
  readonly leaps: ClockTurns
  /** Those that follow another one in this file. */
  readonly segments: readonly SegmentReport[]
}

/**
 * What holds: a complete `log` from the device's first entry; a `piece` of one, in one run; or the `excerpt` that is
 * the record of one session.
 */
export type ExportReport =
  | (Held & { readonly kind: 'log' | 'piece' })
  | (Held & { readonly kind: 'excerpt'; readonly excerpt: ExcerptReport })
  | { readonly ok: false; readonly fault: ExportFault; readonly held: ChainHead; readonly count: number }

/**
 * Checks the lines of an exported file, as `docs/log-format.md` defines them; stops at the first fault.
 * @param known entries that the log must hold, as they are known from elsewhere
 */
export function checkExport(
  lines: Iterable<string>,
  checks: ExportChecks,
  known: readonly ChainHead[] = [],
): ExportReport {
  let line = 0
  const numbered = (function* () {
    for (const text of lines) {
      line += 1
      yield text
    }
  })()
  const { walk, fault, excerpt, holes = [] } = walkLines(numbered, { ...checks, known })
  const failed = ({ seq, message, whole }: Fault): ExportReport => ({
    ok: false,
    fault: { line: whole === true || line === 0 ? null : line, seq, message },
    held: walk?.head() ?? emptyChain,
    count: walk?.count() ?? 0,
  })
  if (fault !== undefined) return failed(fault)
  const ends = walk?.ends()
  if (walk === undefined || ends === undefined) {
    return failed({ seq: null, message: 'The file holds no entries', whole: true })
  }
  const { first, last } = ends
  const missing = walk.missing()
  if (missing !== undefined) return failed({ seq: missing.seq, message: cutOff(missing, last), whole: true })
  const torn = walk.torn()
  if (torn !== undefined) return failed({ seq: null, message: torn, whole: true })
  const [firstHole] = holes
  if (firstHole !== undefined)
    return failed({ seq: firstHole, message: holesInWords(holes, last), whole: true })
  const held = {
    ok: true,
    device: first.device,
    first,
    last,
    count: walk.count(),
    statements: walk.statements(),
    proofs: walk.proofs(),
    turns: walk.turns(),
    leaps: walk.leaps(),
    segments: walk.segments(),
  } as const
  if (excerpt !== undefined) return { ...held, kind: 'excerpt', excerpt }
  return { ...held, kind: first.seq === 1 ? 'log' : 'piece' }
}

const cutOff = ({ seq }: ChainHead, last: LogEntry): string =>
  seq > last.seq
    ? `The log ends at entry ${last.seq}, and entry ${seq} is known from elsewhere: its end was cut off`
    : `Entry ${seq} is known from elsewhere and is not in this file, so it could not be compared`

type Walked = {
  readonly walk?: Walk
  readonly fault?: Fault
  readonly excerpt?: ExcerptReport
  /** Entries of which the file gives the hash alone. */
  readonly holes?: readonly number[]
}

function walkLines(lines: Iterable<string>, checks: WalkChecks): Walked {
  let walk: Walk | undefined
  const holes: number[] = []
  for (const text of lines) {
    const read = readJson(text)
    if (typeof read === 'string') return { ...(walk && { walk }), fault: { seq: null, message: read } }
    if (walk === undefined && isExcerpt(read.value)) return walkExcerpt(text, read.value, lines, checks)
    const entry = readEntry(read.value)
    if (typeof entry === 'string') {
      const hole = walk === undefined ? undefined : readHole(read.value)
      if (walk === undefined || hole === undefined)
        return { ...(walk && { walk }), fault: { seq: null, message: entry } }
      const wrong = stepOver(walk, hole)
      if (wrong !== undefined) return { walk, fault: { seq: hole.seq, message: wrong } }
      holes.push(hole.seq)
      continue
    }
    walk ??= createWalk(entry.device, before(entry), checks)
    const wrong = walk.entry(entry)
    if (wrong !== undefined) return { walk, fault: { seq: entry.seq, message: wrong } }
  }
  return walk === undefined ? {} : { walk, holes }
}

function stepOver(walk: Walk, { device, seq, hash }: HoleLine): string | undefined {
  if (device !== walk.ends()?.first.device) return `Entry ${seq} is of another workstation (${device})`
  if (seq !== walk.head().seq + 1)
    return `Entry ${walk.head().seq + 1} should follow here, and entry ${seq} does`
  return walk.skip({ seq, hash })
}
