import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deviceIdOf } from '../../contract/hub.ts'
import { type ArchivedLog, keysFileSchema } from '../../domain/log/archive.ts'
import { checkExport, type ExportReport } from '../../domain/log/check-export.ts'
import { journalEventSchema } from '../../domain/retention/journal-events.ts'
import { ArchiveFault, checkNames, type ReadPart, readParts } from './archive-reading.ts'
import { publicKeySha256, sha256Hex } from './ed25519.ts'
import { exportChecks } from './export-checks.ts'
import { linesOf } from './file-lines.ts'

type Sound = Extract<ExportReport, { ok: true }>

/** What was found sound. Logs are in runs: a purge that the journal names may lie between two. */
export type ArchiveReport = {
  readonly parts: readonly ReadPart[]
  readonly whole: boolean
  readonly logs: readonly { readonly device: string; readonly runs: readonly Sound[] }[]
  readonly excerpts: readonly Sound[]
  /** Said by the journal: entries that were purged, so that they are in no part of it. */
  readonly purged: ReadonlyMap<string, { readonly seq: number; readonly hash: string }>
}

type Piece = { readonly path: string; readonly file: ArchivedLog }

/**
 * Checks a folder that an export or the scheduled copy has made: every manifest, that nothing is missing, added or
 * changed, and every entry of every log in it. @throws {ArchiveFault}
 */
export function checkArchive(folder: string, hubKey?: string): ArchiveReport {
  const parts = readParts(folder, hubKey)
  const [first] = parts
  if (first === undefined) throw new ArchiveFault(folder, 'it holds no part of an archive')
  const trusted = first.manifest.signer === 'hub' ? first.key : hubKey
  const pieces = new Map<string, Piece[]>()
  const excerpts: Sound[] = []
  const known = new Set<string>()
  for (const part of parts) {
    checkNames(part)
    for (const file of part.manifest.files) {
      const path = join(part.folder, file.name)
      if (file.kind === 'keys') {
        for (const device of devicesIn(path, file.sha256)) known.add(device)
      } else if (file.kind === 'log') {
        const own = pieces.get(file.device) ?? []
        pieces.set(file.device, [...own, { path, file }])
      } else {
        const report = checkExport(hashed(path, file.sha256), exportChecks(trusted))
        if (!report.ok) throw faultOf(path, report)
        if (report.kind !== 'excerpt' || report.excerpt.header.session !== file.session)
          throw new ArchiveFault(path, `it is not the record of session ${file.session}`)
        excerpts.push(report)
      }
    }
  }
  const stranger = [...pieces.keys()].find((device) => !known.has(device))
  if (stranger !== undefined) throw new ArchiveFault(folder, `no keys.json in it has the key of ${stranger}`)

  const { by } = first.manifest
  const purged = new Map<string, { seq: number; hash: string }>()
  const gaps = new Set<string>()
  const notePurge = (line: string) => {
    if (!line.includes('"records-purged"')) return
    const { type, body } = JSON.parse(line)
    const event = journalEventSchema.safeParse({ type, body }).data
    if (event?.type !== 'records-purged') return
    const { device, to } = event.body
    purged.set(device, to)
    gaps.add(`${device} ${to.seq} ${to.hash}`)
  }
  const logs: { device: string; runs: readonly Sound[] }[] = []
  const whole = parts.every(({ manifest }) => manifest.whole)
  // The hub's journal first: it explains what is missing in the others.
  const order = [...pieces].sort(([a], [b]) => Number(b === by) - Number(a === by))
  for (const [device, own] of order) {
    const runs = runsOf(own, (piece, before) => {
      const { seq, prev } = piece.file.first
      if (before === undefined ? seq === 1 || !whole : prev === before.hash) return false
      if (gaps.has(`${device} ${seq - 1} ${prev}`)) return true
      if (before !== undefined) return false
      throw new ArchiveFault(
        piece.path,
        `the log of ${device} begins at entry ${seq}, and no purge that is known of ended before it`,
      )
    })
    logs.push({
      device,
      runs: runs.map((run) => checkRun(run, device, trusted, device === by ? notePurge : null)),
    })
  }
  return { parts, whole, logs, excerpts, purged }
}

/** Splits where `isSevered` says that what lies between was purged. */
function runsOf(
  pieces: readonly Piece[],
  isSevered: (piece: Piece, before: ArchivedLog['last'] | undefined) => boolean,
): readonly (readonly Piece[])[] {
  const runs: Piece[][] = []
  let before: ArchivedLog['last'] | undefined
  for (const piece of pieces) {
    const severed = isSevered(piece, before)
    const run = runs.at(-1)
    if (run === undefined || severed) runs.push([piece])
    else run.push(piece)
    before = piece.file.last
  }
  return runs
}

function checkRun(
  run: readonly Piece[],
  device: string,
  hubKey: string | undefined,
  onLine: ((line: string) => void) | null,
): Sound {
  let path = run[0]?.path ?? ''
  let linesBefore = 0
  const lines = function* () {
    for (const piece of run) {
      path = piece.path
      let last = ''
      let count = 0
      for (const line of hashed(piece.path, piece.file.sha256)) {
        onLine?.(line)
        last = line
        count += 1
        yield line
      }
      linesBefore += count
      const { entries } = piece.file
      const end = count === entries ? JSON.parse(last) : {}
      if (end.seq !== piece.file.last.seq || end.hash !== piece.file.last.hash)
        throw new ArchiveFault(path, 'it holds other entries than the manifest says')
    }
  }
  const report = checkExport(lines(), exportChecks(hubKey))
  if (!report.ok) throw faultOf(path, report, linesBefore)
  if (report.device !== device) throw new ArchiveFault(path, `it is of ${report.device}, not of ${device}`)
  return report
}

function faultOf(path: string, report: Extract<ExportReport, { ok: false }>, linesBefore = 0): ArchiveFault {
  const { line, message } = report.fault
  return new ArchiveFault(path, line === null ? message : `line ${line - linesBefore}: ${message}`)
}

/** The lines of a file; when the last has been read, its hash is compared. */
function* hashed(path: string, sha256: string): Generator<string> {
  const hash = createHash('sha256')
  yield* linesOf(path, (bytes) => hash.update(bytes))
  if (hash.digest('hex') !== sha256)
    throw new ArchiveFault(path, 'it was changed after it was made: its SHA-256 is not the manifest’s')
}

function devicesIn(path: string, sha256: string): readonly string[] {
  const text = readFileSync(path, 'utf8')
  if (sha256Hex(text) !== sha256)
    throw new ArchiveFault(path, 'it was changed after it was made: its SHA-256 is not the manifest’s')
  const keys = keysFileSchema.safeParse(JSON.parse(text))
  if (!keys.success) throw new ArchiveFault(path, 'it does not list keys as it should')
  for (const { deviceId, publicKey } of keys.data.devices)
    if (deviceIdOf(publicKeySha256(publicKey)) !== deviceId)
      throw new ArchiveFault(path, `the key that it gives for ${deviceId} is another’s`)
  return keys.data.devices.map(({ deviceId }) => deviceId)
}
