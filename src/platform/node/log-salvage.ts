import { constants, existsSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type Database from 'better-sqlite3'
import { z } from 'zod'
import { type ChainHead, checkFollows, type LogEntry } from '../../domain/log/entry.ts'
import type { LostRun } from '../../domain/log/events.ts'
import { beforeSegment, segmentOf } from '../../domain/log/segments.ts'
import { sha256Hex } from './ed25519.ts'
import { formOf, type LogKey, openEncrypted } from './encrypted-database.ts'
import { bytesOf, freeBytes, megabytes } from './free-space.ts'
import { readEndNote } from './log-end.ts'
import type { SealedEntry } from './log-store-types.ts'
import type { SetAside } from './set-aside.ts'

/** Where recovered entries go. */
export type SalvageTarget = {
  readonly deviceId: string
  /** The segment that is being written; all before it are to be recovered. */
  readonly segment: number
  /** The last entry up to this number, whatever its segment; undefined where there is none. */
  readonly lastUpTo: (seq: number) => ChainHead | undefined
  /**
   * @param from the file that they are from, as `damaged/…`
   * @throws what the disk says; it is tried again
   */
  readonly insert: (entries: readonly SealedEntry[], from: string) => void
}

export type Recovered = { readonly lost: readonly LostRun[]; readonly ack: ChainHead | null }

/** A damaged log, and the keys of which one opens it. */
export type LockedAside = SetAside & { readonly keys: readonly LogKey[] }

type Row = { readonly seq: number; readonly once: string | null; readonly entry: string }
const headSchema = z.object({ seq: z.int().min(0), hash: z.string() })
const rowsAtOnce = 100

/**
 * Reads what still holds of damaged logs into the one that is written, below its segment: of each segment the longest
 * run from its first entry that can be verified, from wherever it can be read on. Stops anywhere and goes on from
 * where the target stands.
 */
export async function recover(
  asides: readonly LockedAside[],
  target: SalvageTarget,
  breathe: () => Promise<void>,
): Promise<Recovered> {
  const sources: Source[] = []
  try {
    lookForRoom(asides)
    for (const aside of asides) sources.push(...(await sourcesOf(aside)))
    for (let segment = 0; segment < target.segment; segment += 1) {
      let head = endOf(target, segment)
      for (let before = -1; before !== head.seq; ) {
        before = head.seq
        for (const source of sources) {
          for (;;) {
            const found = source.after(head, segment, target.deviceId)
            if (found.length === 0) break
            target.insert(found, source.name)
            const last = found.at(-1)?.entry ?? head
            head = { seq: last.seq, hash: last.hash }
            await breathe()
          }
        }
      }
    }
    return judgeLoss(sources, target)
  } finally {
    for (const source of sources) source.close()
  }
}

/** Where a segment of the target ends; before its first entry, if nothing of it is there. */
function endOf(target: SalvageTarget, segment: number): ChainHead {
  const last = target.lastUpTo(beforeSegment(segment + 1).seq)
  return last !== undefined && segmentOf(last.seq) === segment ? last : beforeSegment(segment)
}

function judgeLoss(sources: readonly Source[], target: SalvageTarget): Recovered {
  const known = sources.flatMap((source) => source.knownSeqs())
  const acks = sources.flatMap((source) => source.ack() ?? [])
  const ack = acks.reduce<ChainHead | null>((a, b) => (a === null || b.seq > a.seq ? b : a), null)
  const lost: LostRun[] = []
  for (let segment = 0; segment < target.segment; segment += 1) {
    const inSegment = [...known, ...(ack === null ? [] : [ack.seq])].filter(
      (seq) => segmentOf(seq) === segment,
    )
    const from = endOf(target, segment).seq + 1
    const to = Math.max(0, ...inSegment)
    if (to < from) continue
    const atHub = Math.min(to, ack?.seq ?? 0)
    lost.push({ from, to, atHubUpTo: atHub >= from ? atHub : null })
  }
  return { lost, ack }
}

type Source = {
  readonly name: string
  /** What verifiably follows, a few entries at a time; none where nothing does, or nothing more can be read. */
  readonly after: (head: ChainHead, segment: number, deviceId: string) => readonly SealedEntry[]
  /** Entries that are known to have been there, readable or not. */
  readonly knownSeqs: () => readonly number[]
  readonly ack: () => ChainHead | undefined
  readonly close: () => void
}

const withWal = (log: string): readonly string[] => [log, `${log}-wal`]

/** A salvage needs room for what it reads and for what it writes; it must not take the last from what is written now. */
function lookForRoom(asides: readonly LockedAside[]): void {
  for (const { log, folder } of asides) {
    const needed = 2 * bytesOf(withWal(log))
    const free = freeBytes(folder)
    if (free < needed) {
      throw new Error(`the disk has ${megabytes(free)} free, and ${megabytes(needed)} are needed`)
    }
  }
}

/** The log itself, then the copy that there was of it: what the one has lost the other may have. */
async function sourcesOf({ log, copy, name, segment, keys }: LockedAside): Promise<readonly Source[]> {
  const reading = `${log}.reading`
  const remove = () => {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${reading}${end}`, { force: true })
  }
  remove()
  // SQLite writes beside what it opens, and what was set aside stays untouched. The daily copy it only reads.
  try {
    for (const end of ['', '-wal']) {
      if (existsSync(`${log}${end}`)) {
        await copyFile(`${log}${end}`, `${reading}${end}`, constants.COPYFILE_FICLONE)
      }
    }
  } catch (error) {
    remove()
    throw error
  }
  const ofLog = openSource({
    name: `${name}/${basename(log)}`,
    open: () => openWithOneOf(reading, keys, {}),
    segment,
    noted: () => readEndNote(log)?.seq,
    close: remove,
  })
  if (!existsSync(copy)) return [ofLog]
  const ofCopy = openSource({
    name: `${name}/${basename(copy)}`,
    open: () => openWithOneOf(copy, keys, { readonly: true }),
    segment,
    noted: () => undefined,
    close: () => undefined,
  })
  return [ofLog, ofCopy]
}

/** With the key that fits. @throws where none does */
function openWithOneOf(file: string, keys: readonly LogKey[], options: Database.Options): Database.Database {
  const form = formOf(file)
  for (const key of form === 'plain' ? [null] : keys) {
    const db = openEncrypted(file, key, { ...options, fileMustExist: true })
    try {
      db.prepare('SELECT count(*) FROM sqlite_schema').get()
      return db
    } catch {
      db.close()
    }
  }
  throw new Error('no key opens it')
}

type Opening = {
  readonly name: string
  readonly open: () => Database.Database
  readonly segment: number
  /** How far it was written, as was noted beside it. */
  readonly noted: () => number | undefined
  readonly close: () => void
}

function openSource(source: Opening): Source {
  let db: Database.Database | undefined
  const orNothing = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch {
      return undefined
    }
  }
  const open = () => {
    db ??= source.open()
    return db
  }
  const rows = (after: number, upTo: number, limit: number) =>
    orNothing(() =>
      open()
        .prepare<[number, number, number], Row>(
          'SELECT seq, once, entry FROM log WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
        )
        .all(after, upTo, limit),
    )
  return {
    name: source.name,
    after: (head, of, deviceId) => {
      const upTo = beforeSegment(of + 1).seq
      // A page that cannot be read takes with it what was asked for together with it.
      const found = rows(head.seq, upTo, rowsAtOnce) ?? rows(head.seq, upTo, 1) ?? []
      const good: SealedEntry[] = []
      let at = head
      for (const row of found) {
        const entry = orNothing((): LogEntry => JSON.parse(row.entry))
        if (!isObject(entry) || entry.seq !== row.seq || !isSealed(entry, at, deviceId)) break
        good.push({ entry, once: row.once })
        at = { seq: entry.seq, hash: entry.hash }
      }
      return good
    },
    knownSeqs: () => {
      const last = orNothing(() => open().prepare('SELECT max(seq) FROM log').pluck().get())
      return [source.noted(), last].filter(
        (seq) => typeof seq === 'number' && segmentOf(seq) < source.segment,
      ) as number[]
    },
    ack: () => {
      const text = orNothing(() => open().prepare("SELECT value FROM meta WHERE name = 'ack'").pluck().get())
      return headSchema.safeParse(orNothing(() => JSON.parse(String(text)))).data
    },
    close: () => {
      orNothing(() => db?.close())
      orNothing(source.close)
    },
  }
}

const isObject = (value: LogEntry | undefined): value is LogEntry =>
  typeof value === 'object' && value !== null

/** Also of what throws when it is hashed. */
function isSealed(entry: LogEntry, at: ChainHead, deviceId: string): boolean {
  try {
    return checkFollows(at, entry, deviceId, sha256Hex) === undefined
  } catch {
    return false
  }
}
