import { z } from 'zod'
import { idSchema, sha256HexSchema } from '../ids.ts'
import { type SignedStatement, signedStatementSchema } from '../statement/statement.ts'
import { dayOf, msBetween } from '../time.ts'
import { createProofs, type SignatureChecks } from './check-proofs.ts'
import { createSegments } from './check-segments.ts'
import {
  type ChainHead,
  checkFollows,
  emptyChain,
  type LogEntry,
  logEntrySchema,
  type Sha256Hex,
} from './entry.ts'
import { isLogEntry } from './is-log-entry.ts'
import { createKnownHashes } from './known-hashes.ts'

export type ExportChecks = SignatureChecks & {
  readonly sha256: Sha256Hex
  /** Words for what is wrong with a statement's signatures, or undefined if nothing is. */
  readonly statement: (signed: SignedStatement) => string | undefined
}

export type WalkChecks = ExportChecks & { readonly known: readonly ChainHead[] }

/** Where the wall clock was turned, compared with the entry before. Allowed: order is by sequence. */
export type ClockTurns = { readonly count: number; readonly first: ClockTurn | null }
type ClockTurn = { readonly seq: number; readonly from: string; readonly to: string }

const noTurns: ClockTurns = { count: 0, first: null }
/** So much more than the clock that never jumps, within one start, is no drift; a night's sleep is less. */
const leapMs = 24 * 3_600_000

const isLeap = (from: LogEntry, to: LogEntry): boolean =>
  from.boot === to.boot &&
  dayOf(from.at) !== dayOf(to.at) &&
  msBetween(from.at, to.at) - (to.mono - from.mono) >= leapMs

function turned({ count, first }: ClockTurns, { at: from }: LogEntry, { seq, at: to }: LogEntry): ClockTurns {
  return { count: count + 1, first: first ?? { seq, from, to } }
}

/** Where reading stopped; `whole` where the file is meant, and no line of it. */
export type Fault = { readonly seq: number | null; readonly message: string; readonly whole?: boolean }

/** Reads the JSON of one line, written the one way that is allowed, or says what is wrong with it. */
export function readJson(text: string): { readonly value: unknown } | string {
  if (text.trim() === '') return 'The line is empty'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'The line is not JSON; it may have been cut off'
  }
  // A member named twice, for example, means one thing to this reader and another to the next.
  return JSON.stringify(value) === text
    ? { value }
    : 'The line is not written the one way that JSON.stringify writes it, so readers could disagree about it'
}

/** The first thing that a schema minds, in words. */
export function issueInWords(what: string, error: z.ZodError): string {
  const [issue] = error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at "${issue.path.join('.')}"`
  return `The line is JSON but no ${what}${where}: ${issue?.message ?? 'unknown reason'}`
}

const holeLineSchema = z.strictObject({
  hole: z.strictObject({ device: idSchema, seq: z.int().min(1), hash: sha256HexSchema }),
})
export type HoleLine = z.infer<typeof holeLineSchema>['hole']

/** A place of which a hub's export gives the hash alone. */
export const readHole = (value: unknown): HoleLine | undefined => holeLineSchema.safeParse(value).data?.hole

export const holeLine = (hole: HoleLine): string => JSON.stringify({ hole })

/** What is missing, when everything else holds. */
export function holesInWords(seqs: readonly number[], last: LogEntry): string {
  const [which, verb, theirs] =
    seqs.length === 1 ? [`Entry ${seqs[0]}`, 'is', 'its'] : [`Entries ${seqs.join(', ')}`, 'are', 'their']
  return `${which} ${verb} not in this file: only ${theirs} hash is known, because what came to the hub in ${theirs} place was something else, which the hub keeps in its quarantine. All other entries up to ${last.seq} hold`
}

export function readEntry(value: unknown): LogEntry | string {
  if (isLogEntry(value)) return value
  const parsed = logEntrySchema.safeParse(value)
  return parsed.success ? parsed.data : issueInWords('log entry', parsed.error)
}

/** Follows a chain line by line. Each step answers with what is wrong, or undefined. */
export function createWalk(device: string, from: ChainHead, checks: WalkChecks) {
  const { sha256, statement, known } = checks
  const unseen = new Map(known.map((each) => [each.seq, each]))
  const differs = ({ seq, hash }: ChainHead): string | undefined => {
    const expected = unseen.get(seq)?.hash
    unseen.delete(seq)
    return expected === undefined || expected === hash
      ? undefined
      : `Entry ${seq} is another one than is known from elsewhere (${expected}): the log was rewritten`
  }
  const hashes = createKnownHashes()
  const proofs = createProofs(checks, hashes)
  const segments = createSegments(hashes)
  let head = from
  let first: LogEntry | undefined
  let last: LogEntry | undefined
  let count = 0
  let statements = 0
  let turnsBack = noTurns
  let leaps = noTurns
  return {
    proofs: proofs.report,
    segments: segments.report,
    /** The end of a segment that should be here, and has not come. */
    torn: segments.fault,
    /** Where it went back. */
    turns: () => turnsBack,
    /** Where it went on by a day and more than the program had run: it was set, or the computer slept. */
    leaps: () => leaps,
    /** An entry that should be here, and has not come. */
    missing: (): ChainHead | undefined => unseen.values().next().value,
    head: () => head,
    count: () => count,
    statements: () => statements,
    ends: () => (first === undefined || last === undefined ? undefined : { first, last }),
    entry: (entry: LogEntry): string | undefined => {
      const fault = checkFollows(head, entry, device, sha256)
      if (fault) return faultInWords(fault)
      const other = differs(entry)
      if (other !== undefined) return other
      if (entry.type === 'statement-received') {
        const wrong = statementFault(entry, statement)
        if (wrong !== undefined) return wrong
        statements += 1
      }
      hashes.add(entry.seq, entry.hash)
      const unproved = proofs.take(entry, head) ?? segments.take(entry, head)
      if (unproved !== undefined) return unproved
      if (last !== undefined && entry.at < last.at) turnsBack = turned(turnsBack, last, entry)
      if (last !== undefined && isLeap(last, entry)) leaps = turned(leaps, last, entry)
      head = { seq: entry.seq, hash: entry.hash }
      first ??= entry
      last = entry
      count += 1
      return undefined
    },
    /** Entries that are not shown: the next one has to follow the last of them. */
    skip: (to: ChainHead): string | undefined => {
      head = to
      return differs(to)
    },
  }
}
export type Walk = ReturnType<typeof createWalk>

/** Before the first entry of a file; that of a piece is taken at its word for what came before it. */
export const before = (entry: LogEntry): ChainHead =>
  entry.seq === 1 ? emptyChain : { seq: entry.seq - 1, hash: entry.prev }

function faultInWords(fault: NonNullable<ReturnType<typeof checkFollows>>): string {
  switch (fault.kind) {
    case 'gap':
      return fault.seq > fault.expectedSeq
        ? `Entry ${fault.expectedSeq} should follow here, and entry ${fault.seq} does: something was removed or reordered`
        : `Entry ${fault.expectedSeq} should follow here, and entry ${fault.seq} does: something was inserted or reordered`
    case 'broken-link':
      return `Entry ${fault.seq} does not follow the one before it: its "prev" is another hash, so one of the two was replaced`
    case 'wrong-segment':
      return `Entry ${fault.seq} has the number or the type of a segment's first entry, and not both`
    case 'wrong-hash':
      return `Entry ${fault.seq} was changed: its content does not have the hash that it carries`
    case 'foreign-device':
      return `Entry ${fault.seq} is of another workstation (${fault.device})`
  }
}

function statementFault(entry: LogEntry, check: ExportChecks['statement']): string | undefined {
  const signed = signedStatementSchema.safeParse(entry.body.signed)
  // Written by a newer version, perhaps: the chain covers it all the same.
  if (!signed.success) return undefined
  const wrong = check(signed.data)
  return wrong === undefined
    ? undefined
    : `Entry ${entry.seq} is chained well, but the physician's statement in it is not to be trusted: ${wrong}`
}
