import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterEach, describe, expect, it, type TestContext } from 'vitest'
import { type SessionRecord, sessionRecord } from '../../../src/domain/record/session-record.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { srDataset } from '../../../src/domain/record/sr/sr-dataset.ts'
import { dicomFileAside } from '../../../src/platform/node/dicom-aside.ts'
import { dicomFile } from '../../../src/platform/node/dicom-file.ts'
import { findProgram } from '../../../tools/setup/programs.mjs'
import { startOrthanc, startStorescp } from '../../support/dicom-archive.ts'
import { storeInPacs } from '../../support/dicom-store.ts'
import { freePort } from '../../support/free-port.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { fullStory } from '../../unit/domain/full-story.ts'
import { exam, injecting, readyToInject, samplePolicy, sha256 } from '../../unit/domain/scenario.ts'
import { runs } from '../../unit/domain/seeded.ts'

const madeAt = '2026-11-24T12:00:00.000Z'
const story = fullStory()
const record = sessionRecord(recordEntries(story.entries, story.sessionId), samplePolicy)

/** The program's path; without it the test is skipped, and says what to install. */
function programFor(ctx: TestContext, id: 'dsrdump' | 'storescp' | 'orthanc'): string {
  const found = findProgram(id)
  return found.ok ? found.path : ctx.skip(found.message)
}

function bytesOf(of: SessionRecord): Buffer {
  const dataset = srDataset(of, madeAt, sha256)
  if (dataset === null) throw new Error('this record has no report')
  return dicomFile(dataset)
}

function fileOf(of: SessionRecord): string {
  const folder = mkdtempSync(join(tmpdir(), 'scanside-sr-'))
  later(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'record.dcm')
  writeFileSync(file, bytesOf(of))
  return file
}

/** The whole report in words, codes and values at full length. */
async function dumped(program: string, file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['+Pl', '+Pc', file])
  return stdout
}

afterEach(cleanUp)

describe('the record as a DICOM structured report, read by DCMTK', () => {
  it('says what was injected, by whom and when, what followed, and who signed', async (ctx) => {
    const program = programFor(ctx, 'dsrdump')
    const said = await dumped(program, fileOf(record))
    const [injection] = record.injections
    for (const words of [
      'Comprehensive SR Document',
      `(F, 1968-05-04, #${exam.patientId})`,
      'Verifying Observers : 2026-11-24 09:42:58, Dr. A. Chen, Imaging Center North',
      '<CONTAINER:(130227,DCM,"Performed Imaging Agent Administration")=SEPARATE>',
      '<contains TEXT:(121145,DCM,"Description of Material")="Iohexol (Omnipaque 350), 350 mg I/mL">',
      '<contains TEXT:(121149,DCM,"Lot Identifier")="L-77">',
      '<contains NUM:(122091,DCM,"Volume administered")="100" (mL,UCUM,"mL")>',
      `<contains DATETIME:(111526,DCM,"DateTime Started")="${injection?.startedAt.replaceAll(/[-:TZ]/g, '')}">`,
      '<contains PNAME:(121152,DCM,"Person administering drug/contrast")="J. Ortiz">',
      'Supervision was not live from',
      '<contains CONTAINER:(130212,DCM,"Imaging Agent Administration Adverse Events")=SEPARATE>',
      'stable, handed over to EMS',
      record.chain.last.hash,
    ]) {
      expect(said).toContain(words)
    }
  })

  it('holds names of every script, and what people typed, without breaking', async (ctx) => {
    const program = programFor(ctx, 'dsrdump')
    const odd = {
      ...record,
      exam: {
        ...record.exam,
        patientName: 'Muñoz, 山田',
        accession: 'A\\B=1',
        procedure: 'CT "x" \\ y\u0000',
      },
    }
    const said = await dumped(program, fileOf(odd))
    expect(said).toContain('Muñoz^山田')
    expect(said).toContain('"A\\B=1"')
  })

  it('is partial and not verified while the session is open', async (ctx) => {
    const program = programFor(ctx, 'dsrdump')
    const scenario = injecting()
    const open = sessionRecord(recordEntries(scenario.entries, scenario.sessionId), null)
    const said = await dumped(program, fileOf(open))
    expect(said).toMatch(/Completion Flag {5}: PARTIAL[\s\S]*Verification Flag {3}: UNVERIFIED/)
  })
})

const pacsAt = (port: number) => ({
  host: '127.0.0.1',
  port,
  calledAeTitle: 'ARCHIVE',
  callingAeTitle: 'SCANSIDE',
})

describe('C-STORE of the report', () => {
  it('to DCMTK arrives whole; an archive that is away is named in words', async (ctx) => {
    const program = programFor(ctx, 'dsrdump')
    const archive = await startStorescp(programFor(ctx, 'storescp'))
    later(archive.stop)
    const file = fileOf(record)
    const pacs = pacsAt(archive.port)
    expect(await storeInPacs(file, pacs)).toEqual({ ok: true, value: null })
    const [stored = ''] = readdirSync(archive.files)
    expect(await dumped(program, join(archive.files, stored))).toBe(await dumped(program, file))
    const away = await storeInPacs(file, { ...pacs, port: await freePort() })
    expect(away).toMatchObject({
      ok: false,
      error: {
        kind: 'pacs-unreachable',
        message: expect.stringMatching(/archive ARCHIVE at .*ECONNREFUSED/),
      },
    })
  })
})

describe('C-STORE of the report to Orthanc', () => {
  it('is taken, once however often it is sent, and found by its accession number; a wrong name is refused in words', async (ctx) => {
    const archive = await startOrthanc(programFor(ctx, 'orthanc'))
    later(archive.stop)
    const file = fileOf(record)
    const pacs = pacsAt(archive.port)
    for (const _ of [1, 2]) expect(await storeInPacs(file, pacs)).toEqual({ ok: true, value: null })
    const query = { Level: 'Instance', Query: { AccessionNumber: exam.accession } }
    const found: readonly string[] = await json(`${archive.http}/tools/find`, query)
    expect(found).toHaveLength(1)
    const tags = await json(`${archive.http}/instances/${found[0]}/simplified-tags`)
    expect(tags).toMatchObject({
      Modality: 'SR',
      PatientID: exam.patientId,
      PatientName: 'Alvarez^Maria',
      CompletionFlag: 'COMPLETE',
      VerificationFlag: 'VERIFIED',
      ConceptNameCodeSequence: [{ CodeValue: '130227' }],
    })
    expect(JSON.stringify(tags)).toContain('Iohexol (Omnipaque 350), 350 mg I/mL')
    const wrong = await storeInPacs(file, { ...pacs, calledAeTitle: 'NOBODY' })
    expect(wrong).toMatchObject({ ok: false, error: { kind: 'pacs-rejected' } })
  })
})

async function json(url: string, body?: object) {
  const answer = await fetch(url, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return answer.json()
}

describe('the report', () => {
  it('is written the same on a thread of its own, and where none can be started', async () => {
    const dataset = srDataset(record, madeAt, sha256)
    if (dataset === null) throw new Error('this record has a report')
    const source = join(import.meta.dirname, '..', '..', '..', 'src', 'platform', 'node')
    for (const worker of ['dicom-worker.ts', 'not-there.ts']) {
      const bytes = await dicomFileAside(dataset, join(source, worker))
      expect(Buffer.from(bytes).equals(bytesOf(record))).toBe(true)
    }
  })

  it('is not made where nothing was injected', () => {
    const scenario = readyToInject()
    const none = sessionRecord(recordEntries(scenario.entries, scenario.sessionId), samplePolicy)
    expect(srDataset(none, madeAt, sha256)).toBeNull()
  })

  it('is the same from the same log, and another instance of the same series from a later one', () => {
    expect(bytesOf(record).equals(bytesOf(record))).toBe(true)
    const again = srDataset(record, '2026-11-25T12:00:00.000Z', sha256)
    const first = srDataset(record, madeAt, sha256)
    expect(again?.SOPInstanceUID).not.toBe(first?.SOPInstanceUID)
    expect(again?.SeriesInstanceUID).toBe(first?.SeriesInstanceUID)
    expect(again?.StudyInstanceUID).toBe(first?.StudyInstanceUID)
  })

  it('keeps to the lengths and characters of DICOM, whatever people typed', () => {
    const typed = fc.string({ unit: 'binary', maxLength: 200 })
    fc.assert(
      fc.property(
        fc.record({ patientName: typed, patientId: typed, procedure: typed, accession: typed }),
        (odd) => {
          const dataset = srDataset({ ...record, exam: { ...record.exam, ...odd } }, madeAt, sha256)
          const lengths = { PatientName: 64, PatientID: 64, StudyDescription: 64, AccessionNumber: 16 }
          for (const [keyword, length] of Object.entries(lengths)) {
            const value = String(dataset?.[keyword])
            expect(Array.from(value).length).toBeLessThanOrEqual(length)
            expect(value).not.toMatch(/[\\\p{Cc}]/u)
          }
          for (const uid of ['SOPInstanceUID', 'StudyInstanceUID', 'SeriesInstanceUID']) {
            expect(String(dataset?.[uid])).toMatch(/^2\.25\.[1-9]\d{0,38}$/)
          }
          expect(JSON.stringify(dataset)).not.toContain('undefined')
        },
      ),
      runs(100),
    )
  })
})
