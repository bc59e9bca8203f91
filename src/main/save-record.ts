import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { LogEntry } from '../domain/log/entry.ts'
import { recordHtml } from '../domain/record/record-html.ts'
import { sessionRecord } from '../domain/record/session-record.ts'
import { recordEntries } from '../domain/record/span.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import { fileErrorWords, writeFileAtomically } from '../platform/node/atomic-file.ts'
import type { KeepingLog } from '../platform/node/keeping-log.ts'
import type { Core } from './core.ts'

export type SaveRecordOptions = {
  readonly core: Core
  readonly log: KeepingLog
  /** Where records go, made when missing. */
  readonly folder: string
  readonly printPdf: (html: string) => Promise<Buffer>
}

const pageSize = 500

/**
 * Writes one session's record as PDF, and the log that proves it as JSON lines: all entries from the first, because
 * only a whole chain can be checked. Both files are named in the log with their hashes.
 */
export function createSaveRecord(options: SaveRecordOptions) {
  const { core, log, folder, printPdf } = options

  return async (sessionId: string): Promise<Result<readonly string[], Problem>> => {
    const lastSeq = log.head().seq
    const entries = recordEntries(entriesOf(log, lastSeq), sessionId)
    const accession = accessionOf(entries)
    if (accession === undefined) {
      return fail('unknown-session', `There is no session ${sessionId} in this workstation's log.`)
    }
    const stem = `${safeName(accession)}-${core.context().now.slice(0, 19).replaceAll(':', '')}`
    const paths = { jsonl: join(folder, `${stem}.jsonl`), pdf: join(folder, `${stem}.pdf`) }
    const context = core.context()
    const record = sessionRecord(entries, context.policy)
    try {
      mkdirSync(folder, { recursive: true })
      const jsonlHash = await writeLines(log, lastSeq, paths.jsonl)
      noteExport(core, sessionId, 'jsonl', jsonlHash)
      const pdf = await printPdf(recordHtml(record))
      writeFileAtomically(paths.pdf, pdf)
      noteExport(core, sessionId, 'pdf', createHash('sha256').update(pdf).digest('hex'))
    } catch (error) {
      const words = fileErrorWords(error)
      return fail('record-not-saved', `The record could not be saved in ${folder}: ${words}.`)
    }
    return ok([paths.pdf, paths.jsonl])
  }
}

function noteExport(core: Core, sessionId: string, format: 'pdf' | 'jsonl', sha256: string): void {
  const { operator } = core.state()
  const actor =
    operator.kind === 'signed-in'
      ? ({ kind: 'technologist', id: operator.technologistId } as const)
      : ({ kind: 'system' } as const)
  core.record({ type: 'record-exported', session: sessionId, body: { sessionId, format, sha256 } }, { actor })
}

/** In pages, so that years of log need no more memory than a day. */
function* textsOf(log: KeepingLog, lastSeq: number): Generator<string> {
  for (let seq = 1; seq <= lastSeq; seq += pageSize) {
    yield* log.texts(seq, Math.min(pageSize, lastSeq - seq + 1))
  }
}

function* entriesOf(log: KeepingLog, lastSeq: number): Generator<LogEntry> {
  for (const text of textsOf(log, lastSeq)) yield JSON.parse(text)
}

async function writeLines(log: KeepingLog, lastSeq: number, path: string): Promise<string> {
  const hash = createHash('sha256')
  const lines = function* () {
    for (const text of textsOf(log, lastSeq)) {
      const line = `${text}\n`
      hash.update(line)
      yield line
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path, { mode: 0o600, flush: true }))
  return hash.digest('hex')
}

function accessionOf(entries: readonly LogEntry[]): string | undefined {
  const exam = entries.find(({ type }) => type === 'session-opened')?.body.exam
  const isExam = typeof exam === 'object' && exam !== null && 'accession' in exam
  return isExam ? String(exam.accession) : undefined
}

/** Accession numbers may hold anything that DICOM allows; file names may not. */
const safeName = (text: string): string => text.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_')
