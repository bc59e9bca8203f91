import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkExport } from '../../../src/domain/log/check-export.ts'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { openEncrypted } from '../../../src/platform/node/encrypted-database.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { fillLog } from '../../bench/long-log.ts'
import { cleanUp } from '../../support/undo.ts'
import { startHub } from '../hub/kit.ts'
import { enrolled, press } from './enrolled-room.ts'
import { inject, keyIn, logOf, offlineRoom, openRoom, type Room, signIn, typesOf } from './kit.ts'

afterEach(cleanUp)

const seed = Number(process.env.SALVAGE_SEED ?? Math.floor(Math.random() * 2 ** 31))
let state = seed
/** 0 ≤ x < 1, from the seed. */
function random(): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
  return state / 0x80000000
}

const pageBytes = 4096
const fileIn = (folder: string) => join(folder, 'log.sqlite')
const damagedIn = (folder: string) => {
  const parent = join(folder, 'damaged')
  return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : []
}

/** A room with a log of some length, whose process is over. */
async function roomWithPast(): Promise<{ readonly folder: string; readonly past: readonly LogEntry[] }> {
  const { room, folder } = offlineRoom()
  await signIn(room)
  room.close()
  fillLog(folder, keyIn(folder), 400)
  return { folder, past: logOf(folder) }
}

/** Opened as often as it takes to find the damage, which may lie where only a review looks. */
async function untilSalvaged(folder: string): Promise<Room> {
  for (let start = 0; start < 3; start += 1) {
    const room = openRoom({ folder })
    room.workstation.report('main', { kind: 'usable' })
    if (damagedIn(folder).length > 0) {
      await press(room)
      await settled(room)
      return room
    }
    await room.until((s) => s.durability.kind !== 'durable' || hasEvent(room, 'log-reviewed'))
    room.close()
  }
  throw new Error(`the damage is not found (SALVAGE_SEED=${seed})`)
}

const hasEvent = (room: Room, name: string) => room.appLog.some(({ event }) => event === name)
const settled = (room: Room) =>
  room.until(
    ({ notices = [] }) =>
      notices.some(({ kind }) => kind === 'log-salvaged') &&
      notices.every(({ kind }) => kind !== 'log-being-read'),
    'salvaged and read',
  )

const check = (entries: readonly LogEntry[]) =>
  checkExport(
    entries.map((entry) => JSON.stringify(entry)),
    exportChecks(),
  )

const overwritePage = (file: string, page: number) => {
  const bytes = readFileSync(file)
  for (let at = 0; at < 64; at += 1) bytes[(page - 1) * pageBytes + 100 + at] = Math.floor(random() * 256)
  writeFileSync(file, bytes)
}
const pagesOf = (file: string) => readFileSync(file).length / pageBytes

const kinds: readonly [string, (folder: string) => void][] = [
  ['its first page', (folder) => overwritePage(fileIn(folder), 1)],
  ...[1, 2, 3].map((nth): [string, (folder: string) => void] => [
    `a page in its middle (${nth})`,
    (folder) => overwritePage(fileIn(folder), 3 + Math.floor(random() * (pagesOf(fileIn(folder)) - 3))),
  ]),
  [
    'its end, cut off',
    (folder) =>
      truncateSync(fileIn(folder), Math.floor((0.3 + 0.6 * random()) * pagesOf(fileIn(folder))) * pageBytes),
  ],
  [
    'an entry, altered by somebody with the key',
    (folder) => {
      const db = openEncrypted(fileIn(folder), keyIn(folder))
      const seq = 5 + Math.floor(random() * 350)
      db.exec(
        `DROP TRIGGER log_refuses_update; UPDATE log SET entry = replace(entry, '"v":1', '"v":2') WHERE seq = ${seq}`,
      )
      db.close()
    },
  ],
]

describe('a damaged log', () => {
  it.each(kinds)(
    'goes on in a new segment behind what still holds: %s',
    async (_, spoil) => {
      const { folder, past } = await roomWithPast()
      spoil(folder)
      const damaged = readFileSync(fileIn(folder))
      const room = await untilSalvaged(folder)
      const reported = room.snapshot().notices?.find(({ kind }) => kind === 'log-salvaged')
      expect(room.snapshot().durability).toEqual({ kind: 'durable' })
      const entries = room.entries()
      const report = check(entries)
      expect(report, `SALVAGE_SEED=${seed}`).toMatchObject({ ok: true })
      const from = entries.filter(({ seq }) => seq < 1_000_000_000)
      // What could be read is the beginning of what was there, or more of what earlier starts wrote.
      expect(from.slice(0, past.length)).toEqual(past.slice(0, Math.min(past.length, from.length)))
      const later = entries.filter(({ seq }) => seq > 1_000_000_000)
      expect(typesOf(later)).toEqual(expect.arrayContaining(['segment-begun', 'app-started', 'help-pressed']))
      const word = later.find(({ type }) => type === 'log-salvaged')
      const last = from.at(-1)
      expect(word?.body.from).toEqual(last === undefined ? null : { seq: last.seq, hash: last.hash })
      const [lost] = (word?.body.lost ?? []) as { from: number; to: number }[]
      if (from.length < past.length) expect(lost?.to).toBeGreaterThanOrEqual(past.length)
      expect(reported?.message).toContain(lost === undefined ? 'recovered whole' : 'entries')
      // Set aside as it was, with a report.
      const [aside = ''] = damagedIn(folder)
      if (!/altered|middle/.test(_)) expect(readFileSync(fileIn(aside)).equals(damaged)).toBe(true)
      expect(JSON.parse(readFileSync(join(aside, 'report.json'), 'utf8'))).toMatchObject({ segment: 1 })
      expect(readFileSync(join(aside, 'report.txt'), 'utf8')).toContain('No entry was changed')
      expect(existsSync(join(aside, 'log.key'))).toBe(true)
      expect(readdirSync(aside).some((name) => name.includes('reading'))).toBe(false)
      // And so the next start finds it.
      const next = await room.restart()
      expect(next.snapshot().durability).toEqual({ kind: 'durable' })
      expect(next.snapshot().state.reaction).not.toBeNull()
      expect(next.entries().slice(0, entries.length)).toEqual(entries)
      expect(damagedIn(folder)).toHaveLength(1)
    },
    60_000,
  )

  it('keeps the session that was open in what was recovered, and what was pressed meanwhile', async () => {
    const { room: first, folder } = offlineRoom()
    await signIn(first)
    await inject(first)
    const before = first.snapshot()
    first.workstation.lockScreen()
    first.close()
    const db = openEncrypted(fileIn(folder), keyIn(folder))
    // Behind everything, so that nothing of the session is lost; and no checkpoint to go on from.
    db.exec(
      `DELETE FROM meta; DROP TRIGGER log_refuses_update; UPDATE log SET entry = replace(entry, '"v":1', '"v":2') WHERE seq = (SELECT max(seq) FROM log)`,
    )
    db.close()
    const room = openRoom({ folder })
    await press(room)
    expect(room.snapshot().alarm).not.toBeNull()
    await settled(room)
    expect(room.snapshot().state.session).toEqual(before.state.session)
    expect(room.snapshot().state.reaction).not.toBeNull()
    expect(check(room.entries())).toMatchObject({ ok: true })
  })

  it('is recovered to the end over interruptions, once, whatever fails in between', async () => {
    const { folder, past } = await roomWithPast()
    overwriteMiddle(folder)
    let failures = 3
    const failing = (store: LogStore): LogStore => ({
      ...store,
      salvage: () => {
        const open = store.salvage()
        return (
          open && {
            ...open,
            insert: (entries) => {
              if (failures > 0 && entries[0]?.entry.seq !== 1) {
                failures -= 1
                throw new Error('database or disk is full')
              }
              open.insert(entries)
            },
          }
        )
      },
    })
    const first = openRoom({ folder, store: failing })
    await first.until(({ notices = [] }) => notices.some(({ kind }) => kind === 'log-salvage-interrupted'))
    expect((await press(first)).ok).toBe(true)
    first.close()
    const room = openRoom({ folder })
    await settled(room)
    const entries = room.entries()
    expect(check(entries)).toMatchObject({ ok: true })
    expect(entries.slice(0, 300)).toEqual(past.slice(0, 300))
    expect(typesOf(entries).filter((type) => type === 'log-salvaged')).toHaveLength(1)
    expect(typesOf(entries).filter((type) => type === 'segment-begun')).toHaveLength(1)
  })

  it('comes to the hub in order, with what the hub has and the room has lost, and verifies there', async () => {
    const hub = await startHub()
    const first = await enrolled(hub)
    await signIn(first)
    await first.until(({ unsynced }) => unsynced === 0, 'everything synced')
    const atHub = first.entries()
    const { folder } = first
    first.close()
    const db = openEncrypted(fileIn(folder), keyIn(folder))
    db.exec(
      `DELETE FROM meta; DROP TRIGGER log_refuses_update; UPDATE log SET entry = replace(entry, '"v":1', '"v":2') WHERE seq = 4`,
    )
    db.close()
    const room = openRoom({ folder })
    room.workstation.connect()
    await settled(room)
    await room.until(({ hub: { kind }, unsynced }) => kind === 'online' && unsynced === 0, 'synced again')
    const lines = await Array.fromAsync(hub.hub.exportLog(room.deviceId))
    const stored: LogEntry[] = lines.map((line) => JSON.parse(line))
    expect(stored.filter(({ seq }) => seq <= atHub.length)).toEqual(atHub)
    const own = room.entries()
    expect(own.filter(({ seq }) => seq < 1_000_000_000)).toEqual(atHub.slice(0, 3))
    expect(stored).toEqual(expect.arrayContaining([...own]))
    expect((await hub.hub.devices())[0]).toMatchObject({ entries: stored.length, incidents: 2 })
    // Both copies hold, by both verifiers, though the hub's has more than the room.
    const script = join(import.meta.dirname, '..', '..', 'support', 'verify_log.py')
    for (const copy of [own, stored]) {
      expect(check(copy)).toMatchObject({ ok: true })
      const input = copy.map((entry) => `${JSON.stringify(entry)}\n`).join('')
      const python = spawnSync('python3', [script, '-'], { input, encoding: 'utf8' })
      expect(python.stdout).toContain(`VERIFIED ${copy.length} entries`)
    }
  })
})

const overwriteMiddle = (folder: string) => {
  const db = openEncrypted(fileIn(folder), keyIn(folder))
  db.exec(
    `DELETE FROM meta; DROP TRIGGER log_refuses_update; UPDATE log SET entry = replace(entry, '"v":1', '"v":2') WHERE seq > 350`,
  )
  db.close()
}
