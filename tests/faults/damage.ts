import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { checkExport } from '../../src/domain/log/check-export.ts'
import type { LogEntry } from '../../src/domain/log/entry.ts'
import { eventOf } from '../../src/domain/workstation/evolve.ts'
import { exportChecks } from '../../src/platform/node/export-checks.ts'
import { openRoom, type Room } from '../integration/workstation/kit.ts'
import type { Chance } from './chance.ts'
import { copyOf, readLog } from './judge.ts'
import type { Victim } from './local-kills.ts'
import type { Tally } from './tally.ts'

type Damage = (folder: string, chance: Chance) => void
const log = 'log.sqlite'
const wal = 'log.sqlite-wal'
const pageBytes = 4096

/** What a torn write, a bad disk or a careless hand does to the files of a workstation that is not running. */
const damages: Readonly<Record<string, Damage>> = {
  'database: bytes flipped': (folder, chance) => flip(join(folder, log), chance),
  'database: cut': (folder, chance) => cut(join(folder, log), chance),
  'database: a page lost': (folder, chance) => blank(join(folder, log), chance),
  'write-ahead log: bytes flipped': (folder, chance) => flip(join(folder, wal), chance),
  'write-ahead log: cut': (folder, chance) => cut(join(folder, wal), chance),
  'write-ahead log: lost': (folder) => rmSync(join(folder, wal), { force: true }),
  'write-ahead log: rubbish behind its end': (folder, chance) =>
    writeFileSync(join(folder, wal), noise(chance, chance.int(1, 3 * pageBytes)), { flag: 'a' }),
  'key file: cut': (folder, chance) => cut(join(folder, 'log.key'), chance),
  'identity: bytes flipped': (folder, chance) => flip(join(folder, 'device.json'), chance),
}
export const damageKinds: readonly string[] = Object.keys(damages)

const reviewedWithinMs = 20_000

/**
 * Damages a copy of what a kill has left, and starts a workstation on it. Every acknowledged entry is there, or was
 * recovered, or is named as lost in a log that verifies; or it is said that the log is not to be trusted. Help works
 * whatever was hit.
 */
export async function damageAndStart(
  victim: Victim,
  kind: string,
  chance: Chance,
  tally: Tally,
): Promise<void> {
  const before = await readLog(victim.folder)
  const copy = await copyOf(victim.folder)
  const where = `with damage (${kind})`
  let room: Room | undefined
  try {
    damages[kind]?.(copy.folder, chance)
    tally.count(`damaged: ${kind}`)
    room = openRoom({ folder: copy.folder })
    const { boot } = room.clock
    const written = new Set(before.map((text) => JSON.parse(text).hash))
    room.workstation.report('main', { kind: 'usable' })
    await reviewed(room)
    room.workstation.pressHelp('reaction', 'hotkey')
    if (room.snapshot().alarm === null) tally.fault(`${where}, the help button does not work`)
    const { durability } = room.snapshot()
    const isSaid = durability.kind !== 'durable'
    // Pages that cannot be read were said.
    const entries = isSaid ? [] : room.entries()
    const hashes = new Set(entries.map(({ hash }) => hash))
    const isNamed = namedAsLost(entries)
    const missing = [...victim.acknowledged].filter(([seq, hash]) => !hashes.has(hash) && !isNamed(seq))
    const wrong = entries.filter((entry) => entry.boot !== boot && !written.has(entry.hash))
    if (!isSaid && missing.length > 0) {
      tally.fault(`${where}, ${missing.length} acknowledged entries are gone, and nothing is said`)
    }
    if (!isSaid && wrong.length > 0)
      tally.fault(`${where}, entry ${wrong[0]?.seq} is believed, which nobody wrote`)
    const report = entries.length > 0 && checkExport(textsOf(entries), exportChecks())
    if (report && !report.ok) tally.fault(`${where}: ${report.fault.message}`)
    const isSalvaged = entries.some(({ type }) => type === 'log-salvaged')
    tally.count(isSaid ? 'damage was said' : isSalvaged ? 'damage was salvaged' : 'damage had lost nothing')
  } catch (error) {
    tally.fault(`${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  } finally {
    room?.close()
    copy.remove()
  }
}

const textsOf = (entries: readonly LogEntry[]) => entries.map((entry) => JSON.stringify(entry))

function namedAsLost(entries: readonly LogEntry[]): (seq: number) => boolean {
  const runs = entries
    .map(eventOf)
    .flatMap((event) => (event?.type === 'log-salvaged' ? event.body.lost : []))
  return (seq) => runs.some(({ from, to }) => seq >= from && seq <= to)
}

/** What was damaged is recovered, and the whole log read and checked, while the workstation runs. */
export async function reviewed(room: Room): Promise<void> {
  if (room.snapshot().durability.kind === 'volatile') return
  const isOver = () => room.appLog.some(({ event }) => event === 'log-reviewed' || event === 'log-is-doubted')
  for (let waited = 0; !isOver(); waited += 5) {
    if (waited > reviewedWithinMs) throw new Error('the log was not reviewed')
    await pause(5)
  }
}

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0)

function noise(chance: Chance, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => chance.int(0, 255)))
}

function cut(file: string, chance: Chance): void {
  const size = sizeOf(file)
  if (size > 0) truncateSync(file, chance.int(0, size - 1))
}

function flip(file: string, chance: Chance): void {
  const size = sizeOf(file)
  if (size === 0) return
  const bytes = readFileSync(file)
  for (let count = chance.int(1, 20); count > 0; count -= 1) {
    const at = chance.int(0, size - 1)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.int(0, 7))
  }
  writeFileSync(file, bytes)
}

function blank(file: string, chance: Chance): void {
  const pages = Math.floor(sizeOf(file) / pageBytes)
  if (pages === 0) return
  const bytes = readFileSync(file)
  const from = chance.int(0, pages - 1) * pageBytes
  writeFileSync(file, bytes.fill(0, from, from + pageBytes))
}
