import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ChainHead, LogEntry } from '../domain/log/entry.ts'
import { type RecordFormat, recordFormatSchema } from '../domain/log/events.ts'
import { type ExcerptOf, type ExcerptSigner, excerptLines } from '../domain/log/excerpt.ts'
import { beginsSegment, isSegmentWord } from '../domain/log/segments.ts'
import { createCandidates } from '../domain/record/candidates.ts'
import { documentBundle } from '../domain/record/fhir/bundle.ts'
import { recordHtml } from '../domain/record/record-html.ts'
import { sessionRecord } from '../domain/record/session-record.ts'
import { createSpan } from '../domain/record/span.ts'
import type { DicomDataset } from '../domain/record/sr/content.ts'
import { srDataset } from '../domain/record/sr/sr-dataset.ts'
import { timelineCsv } from '../domain/record/timeline-csv.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import { fileErrorWords, writeFileAtomically } from '../platform/node/atomic-file.ts'
import type { Clock } from '../platform/node/clock.ts'
import { sha256Hex } from '../platform/node/ed25519.ts'
import type { KeepingLog } from '../platform/node/keeping-log.ts'
import type { Core } from './core.ts'

export type SaveRecordOptions = {
  readonly core: Core
  readonly log: KeepingLog
  readonly clock: Clock
  /** What was found wrong with the log. While it is in doubt nothing is sealed. */
  readonly doubt: () => Problem | null
  /** The device's own key, which seals what is saved. */
  readonly identity: ExcerptSigner
  /** Made when missing. */
  readonly recordsFolder: string
  readonly printPdf: (html: string) => Promise<Buffer>
  readonly writeDicom: (dataset: DicomDataset) => Promise<Uint8Array>
}

const outlinesAtOnce = 500
/** A press that comes in the middle waits for the rest of a slice, ms. */
const sliceMs = 8

/**
 * Writes one session's record in every form, among them the excerpt of the log that proves it: this session's entries
 * and no other patient's. Each file is named in the log with its hash.
 */
export function createSaveRecord(options: SaveRecordOptions) {
  const { core, log, clock, doubt, identity, recordsFolder: folder, printPdf, writeDicom } = options

  return async (sessionId: string): Promise<Result<readonly string[], Problem>> => {
    const head: ChainHead = log.head()
    const { entries, shown, ends } = await entriesOf(sessionId, log, head.seq, createBreath(clock))
    // What is sealed names the head of the log, and must not outlive it.
    await log.whenDurable()
    const problem = doubt()
    if (problem !== null) return refuseToSeal(problem)
    const accession = accessionOf(entries)
    if (accession === undefined) {
      return fail('unknown-session', `There is no session ${sessionId} in this workstation's log.`)
    }
    const context = core.context()
    const record = sessionRecord(entries, context.policy)
    const { now: at, deviceId: device } = context
    const makers: Readonly<Record<RecordFormat, () => Saved | Promise<Saved>>> = {
      pdf: () => printPdf(recordHtml(record)),
      jsonl: () =>
        excerptLines({ device, session: sessionId, at, head, shown, ends }, identity, sha256Hex).join(''),
      csv: () => timelineCsv(record),
      fhir: () => `${JSON.stringify(documentBundle(record, at, sha256Hex), null, 2)}\n`,
      'dicom-sr': () => {
        const dataset = srDataset(record, at, sha256Hex)
        return dataset === null ? null : writeDicom(dataset)
      },
    }
    const stem = join(folder, `${safeName(accession)}-${at.slice(0, 19).replaceAll(':', '')}`)
    const paths: string[] = []
    const failures: Failure[] = []
    // One form that fails keeps none of the others from being saved.
    for (const format of recordFormatSchema.options) {
      const path = `${stem}.${extensions[format]}`
      try {
        // A press that came meanwhile waits for one form at most.
        await setImmediate()
        const content = await makers[format]()
        if (content === null) continue
        writeFileAtomically(path, content)
        noteExport(core, sessionId, format, createHash('sha256').update(content).digest('hex'))
        paths.push(path)
      } catch (error) {
        failures.push({ extension: extensions[format], words: fileErrorWords(error) })
      }
    }
    await log.whenDurable()
    return failures.length === 0 ? ok(paths) : notSaved(folder, failures, paths)
  }
}

/** Null where there is nothing to say in this form. */
type Saved = string | Uint8Array | null
type Failure = { readonly extension: string; readonly words: string }

const extensions: Readonly<Record<RecordFormat, string>> = {
  pdf: 'pdf',
  jsonl: 'jsonl',
  csv: 'csv',
  fhir: 'fhir.json',
  'dicom-sr': 'dcm',
}

function notSaved(
  folder: string,
  failures: readonly Failure[],
  paths: readonly string[],
): Result<never, Problem> {
  const reasons = Map.groupBy(failures, ({ words }) => words)
  const inWords = Array.from(
    reasons,
    ([words, failed]) => `${failed.map(({ extension }) => `.${extension}`).join(', ')}: ${words}`,
  ).join('; ')
  const saved = paths.length === 0 ? '' : ` These were saved: ${paths.join(', ')}.`
  return fail('record-not-saved', `The record could not be saved in ${folder} (${inWords}).${saved}`)
}

function noteExport(core: Core, sessionId: string, format: RecordFormat, sha256: string): void {
  const { operator } = core.state()
  const actor =
    operator.kind === 'signed-in'
      ? ({ kind: 'technologist', id: operator.technologistId } as const)
      : ({ kind: 'system' } as const)
  core.record({ type: 'record-exported', session: sessionId, body: { sessionId, format, sha256 } }, { actor })
}

/**
 * The record's entries up to `lastSeq`, while others go on: a log may hold years, and the help button must not wait
 * for them. What is appended meanwhile is left out.
 */
async function entriesOf(
  sessionId: string,
  log: KeepingLog,
  lastSeq: number,
  breathe: () => Promise<void>,
): Promise<Pick<ExcerptOf, 'shown' | 'ends'> & { readonly entries: readonly LogEntry[] }> {
  const candidates = createCandidates(sessionId)
  const ends = new Map<number, ChainHead>()
  const segmentWords: LogEntry[] = []
  const read = (seq: number): LogEntry[] => log.texts(seq, 1).map((text) => JSON.parse(text))
  let last = 0
  while (last < lastSeq) {
    for (const outline of log.outlines(last + 1, outlinesAtOnce)) {
      if (outline.seq > lastSeq) break
      candidates.take(outline)
      if (isSegmentWord(outline.type)) segmentWords.push(...read(outline.seq))
      if (beginsSegment(outline.seq)) {
        for (const { seq, hash } of read(last)) ends.set(outline.seq, { seq, hash })
      }
      last = outline.seq
    }
    await breathe()
  }
  const span = createSpan(sessionId)
  for (const seq of candidates.seqs()) {
    read(seq).forEach(span.take)
    await breathe()
  }
  const entries = span.entries()
  const bySeq = new Map([...entries, ...segmentWords].map((entry) => [entry.seq, entry]))
  return { entries, shown: [...bySeq.values()].sort((a, b) => a.seq - b.seq), ends }
}

/** To be awaited often: lets the event loop turn whenever a slice is over. */
function createBreath({ mono }: Clock): () => Promise<void> {
  let until = mono() + sliceMs
  return async () => {
    if (mono() < until) return
    await setImmediate()
    until = mono() + sliceMs
  }
}

const refuseToSeal = (problem: Problem): Result<never, Problem> =>
  fail(
    'log-doubted',
    `The record was not saved: this workstation does not sign for a log that is in doubt. ${problem.message} What the hub has received of the session is safe there.`,
  )

function accessionOf(entries: readonly LogEntry[]): string | undefined {
  const exam = entries.find(({ type }) => type === 'session-opened')?.body.exam
  const isExam = typeof exam === 'object' && exam !== null && 'accession' in exam
  return isExam ? String(exam.accession) : undefined
}

/** Accession numbers may hold anything that DICOM allows; file names may not. */
const safeName = (text: string): string => text.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_')
