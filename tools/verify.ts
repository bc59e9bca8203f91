import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { ExcerptReport } from '../src/domain/log/check-excerpt.ts'
import { checkExport, type ExportReport } from '../src/domain/log/check-export.ts'
import type { SegmentReport } from '../src/domain/log/check-segments.ts'
import type { ChainHead } from '../src/domain/log/entry.ts'
import { isArchive } from '../src/platform/node/archive-reading.ts'
import { isPublicKey } from '../src/platform/node/ed25519.ts'
import { exportChecks } from '../src/platform/node/export-checks.ts'
import { verifyFolder } from './verify-archive.ts'
import { openSource, SourceFault, SourceProblem } from './verify-source.ts'

const help = `usage: npm run verify -- FILE|FOLDER [--hub-key KEY] [--head SEQ:HASH] [--key-file FILE]

Checks a folder that an export or the hub's copy has made (docs/log-format.md), an exported log, the excerpt that is a session's record, or a workstation's database
(docs/log-format.md): every entry's hash, that each follows the one before it, every signature of a
physician, the workstation and the hub, and the seal of an excerpt. Exit code 0: all of it holds.
1: something does not, and what and where is said. 2: the command could not be understood or the file
not be read.

  --hub-key KEY     the hub's public key (43 characters, as the workstation pinned it at enrolment): also
                    checks that the hub vouched for the keys that physicians signed with, and that the
                    receipts are its own
  --head SEQ:HASH   an entry that is known from elsewhere (the hub, a printed record, a receipt): the log
                    must reach it and hold it, so that an end that was cut off is found
  --key-file FILE   what is checked is a database, encrypted with the key in this file (64 hexadecimal digits)
`

type Holds = Extract<ExportReport, { ok: true }>
type Options = { readonly hubKey: string | undefined; readonly head: ChainHead | undefined }

function reportInWords(path: string, report: ExportReport, { hubKey, head }: Options): string {
  if (!report.ok) {
    const where = report.fault.line === null ? '' : ` line ${report.fault.line}:`
    const held =
      report.count === 0
        ? 'Nothing before it could be checked.'
        : `The ${report.count} entries before it hold, up to entry ${report.held.seq} (${report.held.hash}).`
    return `NOT VERIFIED ${path}\n ${where} ${report.fault.message}.\n  ${held}\n`
  }
  const { first, last } = report
  const lines = [
    `VERIFIED ${path}`,
    ...kindWords(report, hubKey),
    ...(report.statements === 0
      ? []
      : [
          `${report.statements} ${report.statements === 1 ? "physician's statement" : "physicians' statements"}: each signature fits its key${hubKey === undefined ? ' (whether the hub vouched for the keys was not checked: give --hub-key)' : ', and the hub vouched for each key'}.`,
        ]),
    ...report.segments.map(segmentInWords),
    ...proofWords(report, hubKey),
    `First entry ${first.seq}: ${first.hash}`,
    `Last entry  ${last.seq}: ${last.hash}`,
    endWords(report, head),
  ]
  return `${lines.join('\n  ')}\n`
}

function endWords(report: Holds, head: ChainHead | undefined): string {
  if (head !== undefined) return `It holds entry ${head.seq} as it is known from elsewhere.`
  return report.kind === 'excerpt'
    ? 'Compare these two hashes with the printed record, and the SHA-256 of this file with the entry "record-exported" at the hub.'
    : 'Nothing in a file can show that later entries were cut off: compare the last hash with the hub (--head).'
}

function segmentInWords({ seq, after, lost }: SegmentReport): string {
  const before = after === null ? 'no entry' : `entry ${after.seq} (${after.hash})`
  if (lost === null)
    return `A new segment begins with entry ${seq}, after ${before}: the log had been damaged, and what was before it had not been recovered when this was written.`
  const runs = lost.map(({ from, to, atHubUpTo }) => {
    const atHub = atHubUpTo === null ? '' : `, which the hub had up to ${atHubUpTo}`
    return `${from === to ? `entry ${from}` : `entries ${from} to ${to}`}${atHub}`
  })
  return `A new segment begins with entry ${seq}, after ${before}: the log had been damaged. ${runs.length === 0 ? 'Nothing of it is known to be lost' : `Lost: ${runs.join('; ')}`}.`
}

function proofWords(
  { proofs, turns, leaps, last, kind }: Holds,
  hubKey: string | undefined,
): readonly string[] {
  const words: string[] = []
  if (proofs.signedUpTo > 0)
    words.push(`The workstation has signed the chain up to entry ${proofs.signedUpTo}.`)
  else if (kind === 'log') words.push(`The workstation has signed none of it yet.`)
  if (proofs.confirmed !== null) {
    const whose = hubKey === undefined ? ' (whether the key is the hub’s was not checked)' : ''
    words.push(
      `The hub has signed at ${proofs.confirmed.at} that it holds the log up to entry ${proofs.confirmed.seq}${whose}.`,
    )
  }
  if (proofs.signedUpTo > 0 && last.seq > proofs.signedUpTo + 1) {
    words.push(`No signature of the workstation covers entries ${proofs.signedUpTo + 1} to ${last.seq} yet.`)
  }
  const clock = (how: string, { count, first }: Holds['turns'], and: string) => {
    if (first === null) return
    const { seq, from, to } = first
    words.push(
      `The clock ${how} ${count === 1 ? 'once' : `${count} times`}, first at entry ${seq}, from ${from} to ${to}${and}. The order is that of the sequence.`,
    )
  }
  clock('went back', turns, '')
  clock('leapt ahead', leaps, ', while the program had run for less: it was set, or the computer slept')
  return words
}

function kindWords(report: Holds, hubKey: string | undefined): readonly string[] {
  const { first, last, count, device } = report
  if (report.kind === 'excerpt') return excerptWords(report, hubKey)
  return [
    `${report.kind === 'log' ? 'Complete log' : 'A piece of a log'}: ${count} entries of workstation ${device}, ${first.seq} to ${last.seq}, ${first.at} to ${last.at}.`,
    `Every entry has the hash that it carries, and follows the one before it${report.segments.length === 0 ? '' : ' in its segment'}.`,
    ...(report.kind === 'log' ? [] : ['It is in one piece; what came before is not in it.']),
  ]
}

function sealWords({ sealedBy }: ExcerptReport, hubKey: string | undefined): string {
  if (sealedBy === 'workstation') return "sealed with this workstation's own key"
  return `sealed by the hub${hubKey === undefined ? ' (whether the key is the hub’s was not checked: give --hub-key)' : ''}`
}

function excerptWords(
  report: Extract<Holds, { kind: 'excerpt' }>,
  hubKey: string | undefined,
): readonly string[] {
  const { header, leftOut, leftOutInside, ended } = report.excerpt
  const hidden = leftOut.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const ranges = leftOut.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ')
  return [
    `An excerpt: ${report.count} of ${report.count + hidden} entries of workstation ${report.device}, chain continuous, each shown entry proves itself.`,
    `It is the record of session ${header.session}${ended ? '' : ', which had not ended'}, ${sealWords(report.excerpt, hubKey)} at ${header.at}; nothing was changed since.`,
    ...(hidden === 0 ? [] : [`Left out, with nothing but their place and a hash: ${ranges}.`]),
    ...(leftOutInside === 0
      ? []
      : [
          `${leftOutInside} of them lie between the session's opening and its end. By the rule they name another session; only the log can show it.`,
        ]),
  ]
}

/** null: it is there and cannot be understood. */
function readHead(text: string | undefined): ChainHead | undefined | null {
  if (text === undefined) return undefined
  const [, seq, hash] = /^([1-9]\d{0,15}):([0-9a-f]{64})$/.exec(text) ?? []
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash }
}

/** A key may begin with a dash, and would be taken for an option by itself. */
const joined = (args: readonly string[]): string[] =>
  args.flatMap((arg, index) => {
    if (args[index - 1] === '--hub-key') return []
    const next = args[index + 1]
    return [arg === '--hub-key' && next !== undefined ? `${arg}=${next}` : arg]
  })

/** @returns the exit code */
function main(args: readonly string[]): number {
  let values: { help?: boolean; 'hub-key'?: string; head?: string; 'key-file'?: string }
  let positionals: string[]
  try {
    ;({ values, positionals } = parseArgs({
      args: joined(args),
      options: {
        help: { type: 'boolean', short: 'h' },
        'hub-key': { type: 'string' },
        head: { type: 'string' },
        'key-file': { type: 'string' },
      },
      allowPositionals: true,
    }))
  } catch (error) {
    process.stderr.write(`verify: ${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return 2
  }
  if (values.help === true) {
    process.stdout.write(help)
    return 0
  }
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) {
    process.stderr.write(`verify: name one file or folder to check\n\n${help}`)
    return 2
  }
  const hubKey = values['hub-key']
  if (hubKey !== undefined && !isPublicKey(hubKey)) {
    process.stderr.write('verify: --hub-key is not an Ed25519 public key (43 characters of base64url)\n')
    return 2
  }
  const head = readHead(values.head)
  if (head === null) {
    process.stderr.write(
      'verify: --head is an entry’s sequence, a colon and its hash: 62:755fdf5e… (64 hexadecimal digits)\n',
    )
    return 2
  }
  try {
    if (statSync(path).isDirectory() && isArchive(path)) {
      const { holds, words } = verifyFolder(path, hubKey)
      process.stdout.write(words)
      return holds ? 0 : 1
    }
    if (!statSync(path).isFile()) {
      process.stderr.write(`verify: ${path} is not a file, nor a folder that an export has made\n`)
      return 2
    }
    const { lines, confirmed } = openSource(path, values['key-file'])
    const known = [head, confirmed].filter((each) => each !== undefined && each !== null)
    const report = checkExport(lines, exportChecks(hubKey), known)
    process.stdout.write(reportInWords(path, report, { hubKey, head }))
    return report.ok ? 0 : 1
  } catch (error) {
    if (error instanceof SourceFault) {
      process.stdout.write(`NOT VERIFIED ${path}\n  ${error.message}.\n`)
      return 1
    }
    if (error instanceof SourceProblem) {
      process.stderr.write(`verify: ${path}: ${error.message}\n`)
      return 2
    }
    if (error instanceof Error && 'code' in error) {
      const words = error.code === 'ENOENT' ? 'there is no such file' : error.message
      process.stderr.write(`verify: ${path} cannot be read: ${words}\n`)
      return 2
    }
    throw error
  }
}

process.exitCode = main(process.argv.slice(2))
