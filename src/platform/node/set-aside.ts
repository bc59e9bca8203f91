import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { segmentOf } from '../../domain/log/segments.ts'
import { syncFolder, writeFileAtomically } from './atomic-file.ts'
import { copyBeside } from './log-copies.ts'
import { noteOf, readEndNote } from './log-end.ts'
import { type Origin, originInWords } from './salvage-origins.ts'

const whySchema = z.strictObject({
  /** The one that begins after this damage. */
  segment: z.int().min(1),
  at: z.string(),
  reason: z.string(),
  detail: z.string(),
})

/** A damaged log, moved out of the way and otherwise untouched. */
export type SetAside = z.infer<typeof whySchema> & {
  readonly folder: string
  /** As the log names it: beside itself. */
  readonly name: string
  readonly log: string
  /** The daily copy that there was of it, if there was one. */
  readonly copy: string
}

const whyFile = 'why.json'
const reportFile = 'report.json'
const sideFiles = (log: string): readonly string[] => [log, `${log}-wal`, `${log}-shm`, noteOf(log)]

const asideIn = (log: string, name: string) => {
  const folder = join(damagedBeside(log), name)
  const inFolder = { log: join(folder, basename(log)), copy: join(folder, 'copy.sqlite') }
  return { folder, name: `damaged/${name}`, ...inFolder }
}

const damagedBeside = (log: string): string => join(dirname(log), 'damaged')

/** Those whose salvage is not over, oldest first. */
export function openSetAsides(log: string): readonly SetAside[] {
  return foldersBeside(log).filter(({ folder }) => !existsSync(join(folder, reportFile)))
}

function foldersBeside(log: string): readonly SetAside[] {
  const parent = damagedBeside(log)
  if (!existsSync(parent)) return []
  return readdirSync(parent)
    .flatMap((name): SetAside[] => {
      const aside = asideIn(log, name)
      const why = whySchema.safeParse(readJson(join(aside.folder, whyFile))).data
      return why === undefined ? [] : [{ ...why, ...aside }]
    })
    .sort((a, b) => a.segment - b.segment)
}

/**
 * Where a damaged log is to go, and which segment follows it. Nothing is done yet.
 * @param knownSegment the highest that could still be read, if any
 */
export function planSettingAside(
  log: string,
  problem: { readonly kind: string; readonly message: string },
  knownSegment: number,
  nowMs: number,
): SetAside {
  const noted = readEndNote(log)
  const past = [knownSegment, segmentOf(noted?.seq ?? 0), ...foldersBeside(log).map(({ segment }) => segment)]
  const segment = Math.max(0, ...past) + 1
  const at = new Date(nowMs).toISOString()
  const aside = asideIn(log, `${at.replaceAll(/[-:]|\.\d+/g, '')}-segment-${segment - 1}`)
  return { ...aside, segment, at, reason: problem.kind, detail: problem.message.slice(0, 500) }
}

/**
 * Moves a damaged log out of the way by renaming, so that nothing of it is changed; where a process dies in between,
 * `finishSettingAside` does the rest. Only while nobody has the log open.
 * @throws what the disk says; then nothing was moved, and it may be tried again
 */
export function setLogAside(files: { readonly log: string; readonly key: string }, aside: SetAside): void {
  const { log, key } = files
  const { folder, segment, at, reason, detail } = aside
  try {
    mkdirSync(folder, { recursive: true })
    if (existsSync(key)) copyFileSync(key, join(folder, basename(key)))
    const why = { segment, at, reason, detail }
    writeFileAtomically(join(folder, whyFile), `${JSON.stringify(why, null, 2)}\n`)
    syncFolder(folder)
    syncFolder(dirname(folder))
  } catch (error) {
    if (!existsSync(aside.log)) rmSync(folder, { recursive: true, force: true })
    throw error
  }
  moveInto(aside, log)
}

/** What was not moved any more when a process died. The database goes first: what lies beside it is then its own. */
export function finishSettingAside(log: string): void {
  const last = openSetAsides(log).at(-1)
  if (last !== undefined && existsSync(last.log) && !existsSync(log)) moveInto(last, log)
}

function moveInto({ folder, copy }: SetAside, log: string): void {
  const move = (file: string, to: string) => {
    if (existsSync(file) && !existsSync(to)) renameSync(file, to)
  }
  for (const file of sideFiles(log)) move(file, join(folder, basename(file)))
  // Else the next one, of the new log, would take its place.
  move(copyBeside(log), copy)
  syncFolder(folder)
  syncFolder(dirname(log))
}

/** What of the missing entries could still be read, and was sent to the hub's quarantine at `at`. */
type Offered = { readonly at: string; readonly entries: number }

export type SalvageReport = {
  readonly segment: number
  readonly reason: string
  readonly detail: string
  readonly from: { readonly seq: number; readonly hash: string } | null
  readonly lost: readonly { readonly from: number; readonly to: number; readonly atHubUpTo: number | null }[]
  /** From which files what was recovered has come. */
  readonly origins: readonly Origin[]
  readonly words: string
  /** Null as long as nothing was. */
  readonly offered: Offered | null
}

/** As it lies on the disk; written by a version that knew more or less of it. */
const reportSchema = z.looseObject({
  segment: z.int(),
  reason: z.string(),
  detail: z.string(),
  from: z.object({ seq: z.int(), hash: z.string() }).nullable(),
  lost: z.array(z.object({ from: z.int(), to: z.int(), atHubUpTo: z.int().nullable() })),
  origins: z.array(z.object({ from: z.int(), to: z.int(), file: z.string() })).default([]),
  words: z.string(),
  offered: z.object({ at: z.string(), entries: z.int() }).nullable().default(null),
})
const reportOf = ({ folder }: SetAside): SalvageReport | undefined =>
  reportSchema.safeParse(readJson(join(folder, reportFile))).data

/** The missing entries that the hub does not have. */
const missingAtHub = ({ lost }: SalvageReport) =>
  lost
    .map(({ from, to, atHubUpTo }) => ({ from: Math.max(from, (atHubUpTo ?? 0) + 1), to }))
    .filter(({ from, to }) => from <= to)

/** Which entries are to be looked for in it, for the hub; null where its salvage is not over, or nothing is to be done. */
export function strandedRuns(aside: SetAside): ReturnType<typeof missingAtHub> | null {
  const report = reportOf(aside)
  if (report === undefined || report.offered !== null) return null
  const runs = missingAtHub(report)
  return runs.length === 0 ? null : runs
}

/** Those of which the hub may not have been offered everything. */
export const asidesToOffer = (log: string): readonly SetAside[] =>
  foldersBeside(log).filter(
    (aside) => !existsSync(join(aside.folder, reportFile)) || strandedRuns(aside) !== null,
  )

export function noteOffered(aside: SetAside, offered: Offered): void {
  const report = reportOf(aside)
  if (report !== undefined) writeReport(aside, { ...report, offered })
}

/** Says what became of it, for people and for machines; with it, the salvage is over. */
export function writeReport({ folder, at, name }: SetAside, report: SalvageReport): void {
  const runs = report.lost.map(
    ({ from, to, atHubUpTo }) =>
      `  entries ${from} to ${to}${atHubUpTo === null ? '' : ` (the hub has them up to ${atHubUpTo})`}\n`,
  )
  writeFileAtomically(
    join(folder, 'report.txt'),
    `The log of this workstation could not be used at ${at}.
Why: ${report.detail}
Its files were moved to this folder: ${name}. No entry was changed; where the program had not ended by itself, SQLite has written what its write-ahead log (-wal) held into the database.
The log goes on in segment ${report.segment}. ${report.words}.
What was recovered ends at ${report.from === null ? 'no entry: nothing could be read' : `entry ${report.from.seq} (${report.from.hash})`}.
${report.origins.map((origin) => `  ${originInWords(origin)}\n`).join('')}${runs.length === 0 ? 'Nothing is known to be lost.\n' : `Known to be missing:\n${runs.join('')}`}${offeredInWords(report)}Keep this folder, and check the disk of this computer.
`,
  )
  writeFileAtomically(join(folder, reportFile), `${JSON.stringify({ at, ...report }, null, 2)}\n`)
  syncFolder(folder)
}

function offeredInWords(report: SalvageReport): string {
  const { offered } = report
  if (missingAtHub(report).length === 0) return ''
  if (offered === null)
    return `What can still be read of these, although what leads to it is lost, is sent to the hub as soon as it can be reached. The hub keeps it apart from the log, and this report will say so.\n`
  if (offered.entries === 0) return `Of what the hub does not have, nothing could be read any more.\n`
  return `${offered.entries} of these could still be read, although what leads to them is lost. They were sent to the hub at ${offered.at}, which keeps them apart from the log (npm run hub -- quarantine).\n`
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
