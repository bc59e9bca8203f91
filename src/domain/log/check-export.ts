import { type SignedStatement, signedStatementSchema } from '../statement/statement.ts'
import {
  type ChainHead,
  checkFollows,
  emptyChain,
  type LogEntry,
  logEntrySchema,
  type Sha256Hex,
} from './entry.ts'

/** What is wrong with an exported file, and where. `message` is for a person. */
export type ExportFault = {
  /** 1 for the first line; null where the file as a whole is meant. */
  readonly line: number | null
  /** Sequence of the entry, where one could be read. */
  readonly seq: number | null
  readonly message: string
}

/**
 * What kind of file it is: a whole `log` from its first entry; the `record` of one session, which may leave out
 * what concerns other work after the session's end; or an `excerpt`, a piece in one run.
 */
export type ExportKind = 'log' | 'record' | 'excerpt'

export type ExportReport =
  | {
      readonly ok: true
      readonly kind: ExportKind
      readonly device: string
      readonly first: LogEntry
      readonly last: LogEntry
      readonly count: number
      /** The session of a record, and whether its end is in the file. */
      readonly session: { readonly id: string; readonly ended: boolean } | null
      /** Ranges of sequences, both ends included, that a record leaves out after its session's end. */
      readonly leftOut: readonly { readonly from: number; readonly to: number }[]
      readonly statements: number
    }
  | { readonly ok: false; readonly fault: ExportFault; readonly held: ChainHead; readonly count: number }

/** Words for what is wrong with a statement's signatures, or undefined if nothing is. */
export type CheckStatement = (signed: SignedStatement) => string | undefined

const endings: readonly string[] = ['session-closed', 'session-abandoned']

/** Checks the lines of an exported log, as `docs/log-format.md` defines them; stops at the first fault. */
export function checkExport(
  lines: Iterable<string>,
  sha256: Sha256Hex,
  checkStatement: CheckStatement,
): ExportReport {
  let head: ChainHead = emptyChain
  let first: LogEntry | undefined
  let last: LogEntry | undefined
  let ended = false
  let line = 0
  let count = 0
  let statements = 0
  const leftOut: { from: number; to: number }[] = []
  const failed = (message: string, seq: number | null, at: number | null = line): ExportReport => ({
    ok: false,
    fault: { line: at, seq, message },
    held: head,
    count,
  })
  for (const text of lines) {
    line += 1
    const read = readLine(text)
    if (typeof read === 'string') return failed(read, null)
    if (first === undefined) {
      first = read
      head = { seq: read.seq - 1, hash: read.seq === 1 ? emptyChain.hash : read.prev }
    }
    const session = first.type === 'session-opened' ? first.session : null
    if (ended && session !== null && read.session === session && read.seq > head.seq + 1) {
      leftOut.push({ from: head.seq + 1, to: read.seq - 1 })
      head = { seq: read.seq - 1, hash: read.prev }
    }
    const fault = checkFollows(head, read, first.device, sha256)
    if (fault) return failed(faultInWords(fault), read.seq)
    if (read.type === 'statement-received') {
      const wrong = statementFault(read, checkStatement)
      if (wrong !== undefined) return failed(wrong, read.seq)
      statements += 1
    }
    ended ||= session !== null && read.session === session && endings.includes(read.type)
    head = { seq: read.seq, hash: read.hash }
    last = read
    count += 1
  }
  if (first === undefined || last === undefined) return failed('The file holds no entries', null, null)
  const session = first.type === 'session-opened' ? first.session : null
  return {
    ok: true,
    kind: session !== null ? 'record' : first.seq === 1 ? 'log' : 'excerpt',
    device: first.device,
    first,
    last,
    count,
    session: session === null ? null : { id: session, ended },
    leftOut,
    statements,
  }
}

/** The entry of one line, or what is wrong with it. */
function readLine(text: string): LogEntry | string {
  if (text.trim() === '') return 'The line is empty'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'The line is not JSON; it may have been cut off'
  }
  const parsed = logEntrySchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue === undefined || issue.path.length === 0 ? '' : ` at "${issue.path.join('.')}"`
    return `The line is JSON but no log entry${where}: ${issue?.message ?? 'unknown reason'}`
  }
  // A member named twice, for example, means one thing to this reader and another to the next.
  if (JSON.stringify(value) !== text) {
    return 'The line is not written the one way that JSON.stringify writes it, so readers could disagree about it'
  }
  return parsed.data
}

function faultInWords(fault: NonNullable<ReturnType<typeof checkFollows>>): string {
  switch (fault.kind) {
    case 'gap':
      return fault.seq > fault.expectedSeq
        ? `Entry ${fault.expectedSeq} should follow here, and entry ${fault.seq} does: something was removed or reordered`
        : `Entry ${fault.expectedSeq} should follow here, and entry ${fault.seq} does: something was inserted or reordered`
    case 'broken-link':
      return `Entry ${fault.seq} does not follow the one before it: its "prev" is another hash, so one of the two was replaced`
    case 'wrong-hash':
      return `Entry ${fault.seq} was changed: its content does not have the hash that it carries`
    case 'foreign-device':
      return `Entry ${fault.seq} is of another workstation (${fault.device})`
  }
}

function statementFault(entry: LogEntry, check: CheckStatement): string | undefined {
  const signed = signedStatementSchema.safeParse(entry.body.signed)
  // Written by a newer version, perhaps: the chain covers it all the same.
  if (!signed.success) return undefined
  const wrong = check(signed.data)
  return wrong === undefined
    ? undefined
    : `Entry ${entry.seq} is chained well, but the physician's statement in it is not to be trusted: ${wrong}`
}
