import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeSegment, segmentOf } from '../domain/log/segments.ts'
import type { Problem, Result } from '../domain/result.ts'
import { openEscalations } from '../domain/workstation/queries.ts'
import { fileErrorWords } from '../platform/node/atomic-file.ts'
import {
  type DeviceIdentity,
  openDeviceIdentity,
  type SecretBox,
  temporaryIdentity,
} from '../platform/node/device-identity.ts'
import { formOf, type LogKey, openEncrypted } from '../platform/node/encrypted-database.ts'
import type { CopiedLog } from '../platform/node/log-copies.ts'
import { readEndNote } from '../platform/node/log-end.ts'
import { openLogKeyFile } from '../platform/node/log-key-file.ts'
import type { LogProblem } from '../platform/node/log-problems.ts'
import { type LogFiles, type SettlingStep, settleLogKey } from '../platform/node/log-settling.ts'
import { openLogStoreWith } from '../platform/node/log-store.ts'
import type { LogStore } from '../platform/node/log-store-types.ts'
import { createMemoryLog } from '../platform/node/memory-log.ts'
import {
  asidesToOffer,
  finishSettingAside,
  openSetAsides,
  planSettingAside,
  type SetAside,
  setLogAside,
} from '../platform/node/set-aside.ts'
import type { WalThread } from '../platform/node/wal-keeper.ts'
import { keptFold } from './log-care.ts'
import type { SalvageJob } from './salvage.ts'
import type { StrandedJob } from './stranded.ts'
import { createWaitingLog } from './waiting-log.ts'

/** Who this device is and where its log goes. `problem` says why the log ends with the process, if it does. */
export type Ground = {
  readonly identity: DeviceIdentity
  readonly store: LogStore
  readonly problem: Problem | null
  /** What is to be read back of a damaged log that was set aside. */
  readonly salvage: SalvageJob | undefined
  /** What was set aside and of which the hub may have to be offered the rest. */
  readonly stranded: StrandedJob
  /** The log on disk, of which a copy is to be kept. */
  readonly copied: CopiedLog | undefined
}

export type GroundFiles = LogFiles & { readonly identity: string }

/** Where a workstation keeps them. */
export const groundFilesIn = (data: string): GroundFiles => ({
  identity: join(data, 'device.json'),
  log: join(data, 'log.sqlite'),
  key: join(data, 'log.key'),
})

/** What is wrong with the file itself, so that nothing can be written behind it any more. */
const damages: ReadonlySet<string> = new Set(['database-corrupt', 'chain-broken', 'log-end-lost'])

/**
 * Never fails: the help button must work whatever is wrong with the files. A damaged log is set aside, and a new
 * segment begins; whatever else cannot be opened is left as it is, and the log goes to memory.
 */
export function openGround(
  files: GroundFiles,
  box: SecretBox,
  tell: (step: SettlingStep | 'log-set-aside') => void = () => undefined,
  thread?: WalThread,
): Ground {
  const identity = openDeviceIdentity(files.identity, box)
  if (!identity.ok) return inMemory(temporaryIdentity(), identity.error)
  let planned: SetAside | undefined
  const attempt = (): Ground => {
    try {
      finishSettingAside(files.log)
      const ground = openFor(identity.value, files, box, tell, thread)
      if (ground.problem === null || !damages.has(ground.problem.kind)) return ground
      const key = openLogKeyFile(files.key, box).read()
      // Without its key nothing of it could be read back.
      if (!key.ok || key.value === null) return ground
      const known = lastSegmentIn(files.log, key.value.current)
      planned ??= planSettingAside(files.log, ground.problem, known, Date.now())
      setLogAside(files, planned)
      tell('log-set-aside')
      return openFor(identity.value, files, box, tell, thread)
    } catch (error) {
      return inMemory(identity.value, cannotSetAside(files, error))
    }
  }
  const ground = attempt()
  if (ground.problem === null || !waitsForSpace(ground.problem)) return ground
  const isToBegin = planned !== undefined || isAbsentOrEmpty(files.log)
  // Where an intact log ends only the disk knows.
  if (!isToBegin)
    return ground.problem.kind === 'no-space' ? inMemory(identity.value, tooFull(files)) : ground
  const others = openSetAsides(files.log).filter(({ name }) => name !== planned?.name)
  const asides = planned === undefined ? others : [...others, planned]
  return waitingGround(identity.value, ground.problem, asides, files, box, attempt) ?? ground
}

/** What goes by when somebody frees some space. A full disk may also show as no room for SQLite's shared index. */
const waitsForSpace = ({ kind }: Problem): boolean => kind === 'no-space' || kind === 'io-error'

/**
 * The segment behind a damaged log is begun as soon as the disk takes it; until then its entries are kept in memory.
 * Undefined where none is to begin.
 */
function waitingGround(
  identity: DeviceIdentity,
  problem: Problem,
  asides: readonly SetAside[],
  files: GroundFiles,
  box: SecretBox,
  attempt: () => Ground,
): Ground | undefined {
  const last = asides.at(-1)
  const keys = openLogKeyFile(files.key, box).read()
  if (last === undefined || !keys.ok || keys.value === null) return undefined
  const key = keys.value.current
  const open = (): Result<LogStore, Problem> => {
    const { store, problem: still } = attempt()
    if (still !== null) return { ok: false, error: still }
    const begins = beforeSegment(last.segment)
    if (store.head().seq === begins.seq && store.salvage() !== null) return { ok: true, value: store }
    store.close()
    return { ok: false, error: cannotBegin(files) }
  }
  return {
    identity,
    store: createWaitingLog({ segment: last.segment, problem, open }),
    problem,
    salvage: salvageJob(asides, files, box, key),
    stranded: asides.map((aside) => ({ aside, keys: () => [key, ...keysBeside(aside, files, box)] })),
    copied: { file: files.log, key },
  }
}

/** The highest segment of which something can still be read. */
function lastSegmentIn(file: string, key: LogKey): number {
  try {
    const db = openEncrypted(file, key, { readonly: true })
    try {
      return segmentOf(Number(db.prepare('SELECT max(seq) FROM log').pluck().get()))
    } finally {
      db.close()
    }
  } catch {
    return 0
  }
}

function openFor(
  identity: DeviceIdentity,
  files: GroundFiles,
  box: SecretBox,
  tell: (step: SettlingStep) => void,
  thread: WalThread | undefined,
): Ground {
  const asides = openSetAsides(files.log)
  const mustExist = identity.enrolment() !== null
  if (mustExist && asides.length === 0 && isAbsentOrEmpty(files.log)) {
    return inMemory(identity, missing(files))
  }
  const keys = openLogKeyFile(files.key, box)
  const { deviceId } = identity
  let key: LogKey | undefined
  const settle = (): Result<LogKey, LogProblem> => {
    // Before it would be encrypted: what is not ours is not touched.
    const author = plainAuthorOf(files.log)
    if (author !== undefined && author !== deviceId) {
      return { ok: false, error: anotherDevice(files.log, author, deviceId) }
    }
    const settled = settleLogKey(files, keys, tell)
    if (settled.ok) key = settled.value
    return settled
  }
  const store = openLogStoreWith(files.log, settle, { segment: asides.at(-1)?.segment, thread })
  if (!store.ok) return inMemory(identity, store.error)
  const writer = writerOf(store.value)
  const isSalvaging = store.value.salvage() !== null
  if (mustExist && writer === undefined && !isSalvaging) {
    store.value.close()
    return inMemory(identity, missing(files))
  }
  if (writer !== undefined && writer !== 'unreadable' && writer !== deviceId) {
    store.value.close()
    return inMemory(identity, anotherDevice(files.log, writer, deviceId))
  }
  const lost = lostEnd(files.log, store.value, deviceId)
  if (lost !== null) {
    store.value.close()
    return inMemory(identity, lost)
  }
  const durability = store.value.durability()
  if (durability.kind === 'doubted' && !isInTheMiddle(store.value)) {
    // Nothing is folded from entries that are known to be wrong, but for work that is open.
    store.value.close()
    return inMemory(identity, durability.problem)
  }
  const salvage = isSalvaging && key !== undefined ? salvageJob(asides, files, box, key) : undefined
  const stranded = asidesToOffer(files.log).map((aside) => ({
    aside,
    keys: () => [...(key === undefined ? [] : [key]), ...keysBeside(aside, files, box)],
  }))
  const copied = key === undefined ? undefined : { file: files.log, key }
  return { identity, store: store.value, problem: null, salvage, stranded, copied }
}

/** Those that the log had when it was set aside: it may have got another since. */
function keysBeside({ folder }: SetAside, files: GroundFiles, box: SecretBox): readonly LogKey[] {
  const read = openLogKeyFile(join(folder, basename(files.key)), box).read()
  if (!read.ok || read.value === null) return []
  const { current, next } = read.value
  return next === null ? [current] : [current, next]
}

const salvageJob = (
  asides: readonly SetAside[],
  files: GroundFiles,
  box: SecretBox,
  key: LogKey,
): SalvageJob => ({
  asides: asides.map((aside) => ({ ...aside, keys: [...keysBeside(aside, files, box), key] })),
})

/** Whether a session or a call was open when the log was written last. */
function isInTheMiddle(store: LogStore): boolean {
  const state = keptFold(store)?.state
  return state !== undefined && (state.session.kind !== 'none' || openEscalations(state).length > 0)
}

/** Who wrote the first entry. One that cannot be read is found, and said, by the review. */
function writerOf(store: LogStore): string | undefined {
  try {
    return store.entries(1, 1)[0]?.device
  } catch {
    return 'unreadable'
  }
}

/** Entries that were durable once and are in the log no more: what was written next would stand against them. */
function lostEnd(file: string, store: LogStore, deviceId: string): LogProblem | null {
  const noted = readEndNote(file)
  if (noted === null || noted.device !== deviceId || store.hashAt(noted.seq) === noted.hash) return null
  const { seq } = store.head()
  const what =
    noted.seq > seq
      ? `ends at entry ${seq}, and was written up to entry ${noted.seq}`
      : `has another entry ${noted.seq} than was written`
  return {
    kind: 'log-end-lost',
    message: `The log ${file} ${what}: its end was lost, or an older copy was put in its place. Do not delete it: copy its folder to a safe place and call your IT; what was synced is at the hub. Nothing was changed.`,
  }
}

/** Who wrote a log that is not encrypted yet, if it is one and can be read. */
function plainAuthorOf(file: string): string | undefined {
  if (formOf(file) !== 'plain') return undefined
  const db = openEncrypted(file, null, { readonly: true })
  try {
    const first = db.prepare<[], string>("SELECT entry ->> 'device' FROM log WHERE seq = 1").pluck()
    return first.get()
  } catch {
    // What is wrong with it is said when it is encrypted.
    return undefined
  } finally {
    db.close()
  }
}

const inMemory = (identity: DeviceIdentity, problem: Problem): Ground => ({
  identity,
  store: createMemoryLog(problem),
  problem,
  salvage: undefined,
  stranded: [],
  copied: undefined,
})

const isAbsentOrEmpty = (file: string): boolean =>
  (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0

const cannotSetAside = (files: GroundFiles, error: unknown): Problem =>
  isFull(error)
    ? {
        kind: 'no-space',
        message: `The log ${files.log} is damaged, and the disk is full. Free some space: the damaged log is set aside then, and what happens until then is kept in memory and written as soon as there is room. Nothing was changed.`,
      }
    : {
        kind: 'log-not-set-aside',
        message: `The log ${files.log} is damaged and could not be moved out of the way (${fileErrorWords(error)}). Give this account write permission to its folder, and start again. Nothing was changed.`,
      }
const tooFull = (files: GroundFiles): Problem => ({
  kind: 'no-space',
  message: `The disk that holds the log ${files.log} is full, so it cannot be opened. Free some space and start Scanside again. Nothing was changed and nothing is lost.`,
})
const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')

const cannotBegin = (files: GroundFiles): Problem => ({
  kind: 'log-not-begun',
  message: `There is another log ${files.log} than the one that was to be begun behind the damaged one. What happens now is kept only until Scanside ends: tell your IT.`,
})

/** A new chain under the name of an old one would stand against what the hub has: an incident nobody can repair. */
const missing = (files: GroundFiles): Problem => ({
  kind: 'log-missing',
  message: `The log ${files.log} is missing or empty, and this workstation is enrolled. Restore it from a backup; if there is none, move ${files.identity} away as well and enrol this room again: what was synced is at the hub. Nothing was changed.`,
})

const anotherDevice = (file: string, writer: string, self: string): LogProblem => ({
  kind: 'log-of-another-device',
  message: `The log ${file} was written by the device ${writer}, and this one is ${self}. Restore the device identity that belongs to it, or move the log to a safe place. Nothing was changed.`,
})
