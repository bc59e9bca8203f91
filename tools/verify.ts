import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { parseArgs } from 'node:util'
import { type CheckStatement, checkExport, type ExportReport } from '../src/domain/log/check-export.ts'
import { isPublicKey, verifyJson } from '../src/platform/node/ed25519.ts'

const help = `usage: npm run verify -- FILE.jsonl [--hub-key KEY]

Checks an exported log or session record (docs/log-format.md): every entry's hash, that each follows the
one before it, and every physician's signature. Exit code 0: all of it holds. 1: something does not, and
what and where is said. 2: the command could not be understood or the file not be read.

  --hub-key KEY   the hub's public key (43 characters, as the workstation pinned it at enrolment): also
                  checks that the hub vouched for the keys that physicians signed with
`

const largestLine = 16 * 1024 * 1024

/** The lines of a file without their ends, in constant memory. The last one may lack its newline. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const decoder = new StringDecoder('utf8')
    const chunk = Buffer.alloc(64 * 1024)
    let rest = ''
    for (;;) {
      const read = readSync(file, chunk)
      rest += read === 0 ? decoder.end() : decoder.write(chunk.subarray(0, read))
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
      if (read === 0 || rest.length > largestLine) break
    }
    if (rest !== '') yield rest
  } finally {
    closeSync(file)
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

function statementCheck(hubKey: string | undefined): CheckStatement {
  return ({ statement, signature, signer }) => {
    const { certificate } = signer
    if (certificate.physicianId !== statement.physicianId) {
      return `its key speaks for ${certificate.physicianId}, not for ${statement.physicianId}`
    }
    if (!verifyJson(certificate.publicKey, statement, signature)) return 'its signature does not fit'
    if (hubKey !== undefined && !verifyJson(hubKey, certificate, signer.signature)) {
      return 'this hub did not vouch for the key that signed it'
    }
    return undefined
  }
}

function reportInWords(path: string, report: ExportReport, hubKey: string | undefined): string {
  if (!report.ok) {
    const where = report.fault.line === null ? '' : ` line ${report.fault.line}:`
    const held =
      report.count === 0
        ? 'Nothing before it could be checked.'
        : `The ${report.count} entries before it hold, up to entry ${report.held.seq} (${report.held.hash}).`
    return `NOT VERIFIED ${path}\n ${where} ${report.fault.message}.\n  ${held}\n`
  }
  const { first, last, session } = report
  const lines = [
    `VERIFIED ${path}`,
    `  ${report.count} entries of workstation ${report.device}, ${first.seq} to ${last.seq}, ${first.at} to ${last.at}.`,
    '  Every entry has the hash that it carries, and follows the one before it.',
    ...kindWords(report),
    ...report.leftOut.map(
      ({ from, to }) =>
        `  Left out: entry ${from}${to === from ? '' : ` to ${to}`}, written after the session's end about other work.`,
    ),
    ...(report.statements === 0
      ? []
      : [
          `  ${report.statements} ${report.statements === 1 ? "physician's statement" : "physicians' statements"}: each signature fits its key${hubKey === undefined ? ' (whether the hub vouched for the keys was not checked: give --hub-key)' : ', and the hub vouched for each key'}.`,
        ]),
    `  First entry ${first.seq}: ${first.hash}`,
    `  Last entry  ${last.seq}: ${last.hash}`,
    session === null
      ? '  Nothing in a file can show that later entries were cut off: compare the last hash with the hub.'
      : '  Compare these two hashes with the printed record or with the hub.',
  ]
  return `${lines.join('\n')}\n`
}

function kindWords(report: Extract<ExportReport, { ok: true }>): readonly string[] {
  if (report.kind === 'log') return ["  It is the whole log from the workstation's first entry."]
  if (report.kind === 'excerpt') return ['  It is an excerpt in one piece; what came before is not in it.']
  const ending =
    report.session?.ended === true
      ? 'from its opening to its end in one piece'
      : 'from its opening on; its end is not in the file'
  return [`  It is the record of session ${report.session?.id}, ${ending}.`]
}

/** @returns the exit code */
function main(args: readonly string[]): number {
  let values: { help?: boolean | undefined; 'hub-key'?: string | undefined }
  let positionals: string[]
  try {
    ;({ values, positionals } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h' }, 'hub-key': { type: 'string' } },
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
    process.stderr.write(`verify: name one file to check\n\n${help}`)
    return 2
  }
  const hubKey = values['hub-key']
  if (hubKey !== undefined && !isPublicKey(hubKey)) {
    process.stderr.write('verify: --hub-key is not an Ed25519 public key (43 characters of base64url)\n')
    return 2
  }
  try {
    if (!statSync(path).isFile()) {
      process.stderr.write(`verify: ${path} is not a file\n`)
      return 2
    }
    const report = checkExport(linesOf(path), sha256, statementCheck(hubKey))
    process.stdout.write(reportInWords(path, report, hubKey))
    return report.ok ? 0 : 1
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      const words = error.code === 'ENOENT' ? 'there is no such file' : error.message
      process.stderr.write(`verify: ${path} cannot be read: ${words}\n`)
      return 2
    }
    throw error
  }
}

process.exitCode = main(process.argv.slice(2))
