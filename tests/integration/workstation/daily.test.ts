import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkExport } from '../../../src/domain/log/check-export.ts'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { changeKey } from '../../../src/main/change-log-key.ts'
import { groundFilesIn } from '../../../src/main/open-log.ts'
import { openEncrypted } from '../../../src/platform/node/encrypted-database.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import { copyBeside } from '../../../src/platform/node/log-copies.ts'
import { fillLog } from '../../bench/long-log.ts'
import { cleanUp } from '../../support/undo.ts'
import { press } from './enrolled-room.ts'
import {
  inject,
  keyIn,
  logOf,
  offlineRoom,
  openBox,
  openRoom,
  type Room,
  type RoomOptions,
  signIn,
} from './kit.ts'

afterEach(cleanUp)

const dayMs = 24 * 3_600_000
const fileIn = (folder: string) => join(folder, 'log.sqlite')
const copyIn = (folder: string) => copyBeside(fileIn(folder))

const saidOf = (room: Room, name: string) => room.appLog.filter(({ event }) => event === name)
const says = (room: Room, name: string, times = 1, withinMs?: number) =>
  room.until(() => saidOf(room, name).length >= times, `${name}, ${times} times`, withinMs)

/** A room whose log was reviewed after the start. */
async function reviewedRoom(options: RoomOptions = {}): Promise<{ room: Room; folder: string }> {
  const { room, folder } = offlineRoom({}, options)
  room.workstation.report('main', { kind: 'usable' })
  await says(room, 'log-reviewed')
  return { room, folder }
}

const inLog = (folder: string, sql: string): void => {
  const db = openEncrypted(fileIn(folder), keyIn(folder))
  db.exec(sql)
  db.close()
}
const spoilEntry = (seq: number) =>
  `DROP TRIGGER log_refuses_update; UPDATE log SET entry = replace(entry, '"v":1', '"v":2') WHERE seq = ${seq}`

const copyOf = (folder: string): readonly LogEntry[] => {
  const db = openEncrypted(copyIn(folder), keyIn(folder), { readonly: true, fileMustExist: true })
  try {
    const texts = db.prepare<[], string>('SELECT entry FROM log ORDER BY seq').pluck().all()
    return texts.map((text) => JSON.parse(text))
  } finally {
    db.close()
  }
}

async function closeSession(room: Room): Promise<void> {
  const { dispatch } = room.workstation
  const done = async (intent: Parameters<typeof dispatch>[0]) => {
    const reply = await dispatch(intent)
    if (!reply.ok) throw new Error(`${intent.kind}: ${reply.error.message}`)
  }
  // The screen has locked in the day that has passed.
  await signIn(room)
  await done({ kind: 'stop-injection' })
  await done({ kind: 'end-observation', earlyReason: 'a test is in a hurry' })
  await done({ kind: 'close-session', disposition: 'released', note: '' })
}

describe('the daily review of the log', () => {
  it('comes after a day in which the program ran, again and again, and not before', async () => {
    const { room } = await reviewedRoom()
    room.clock.advance(dayMs - 60_000)
    room.workstation.tick()
    // A wall clock that is set brings none nearer.
    room.clock.turn(3 * dayMs)
    await signIn(room)
    expect(saidOf(room, 'log-reviewed')).toHaveLength(1)
    for (const day of [2, 3]) {
      room.clock.advance(dayMs)
      await says(room, 'log-reviewed', day)
    }
    expect(saidOf(room, 'log-reviewed').map(({ why }) => why)).toEqual(['start', 'daily', 'daily'])
    expect(saidOf(room, 'log-reviewed').at(-1)?.entries).toBe(room.entries().length)
    expect(room.snapshot().notices).toEqual([])
  })

  it('waits for the end of a session and of a call, and begins anew after one that came in between', async () => {
    const { room } = await reviewedRoom()
    await signIn(room)
    await inject(room)
    await press(room)
    room.clock.advance(dayMs)
    const ticked = async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        room.workstation.tick()
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    await ticked()
    const escalationId = room.snapshot().state.reaction?.id ?? ''
    await room.workstation.dispatch({ kind: 'end-help', escalationId, outcome: 'a test' })
    await ticked()
    expect(saidOf(room, 'log-reviewed')).toHaveLength(1)
    await closeSession(room)
    await says(room, 'log-reviewed', 2)

    room.clock.advance(dayMs)
    room.workstation.tick()
    // In the same turn: the review has not read an entry yet.
    await press(room)
    await ticked()
    expect(saidOf(room, 'log-reviewed')).toHaveLength(2)
    const again = room.snapshot().state.reaction?.id ?? ''
    await signIn(room)
    await room.workstation.dispatch({ kind: 'end-help', escalationId: again, outcome: 'a test' })
    await says(room, 'log-reviewed', 3)
  })

  it('finds what has happened to the log since the start, and says it as a start does', async () => {
    const { room, folder } = await reviewedRoom()
    inLog(folder, spoilEntry(1))
    await signIn(room)
    expect(room.snapshot().durability).toEqual({ kind: 'durable' })
    room.clock.advance(dayMs)
    const { durability } = await room.until((snapshot) => snapshot.durability.kind === 'doubted')
    expect(durability).toMatchObject({
      problem: { kind: 'chain-broken', message: expect.stringMatching(/entry 1: wrong-hash/) },
    })
    expect(saidOf(room, 'log-is-doubted')).toHaveLength(1)
    await expect(inject(room)).rejects.toThrow(/No session can be opened/)
    expect((await press(room)).ok).toBe(true)
    expect(room.snapshot().alarm).not.toBeNull()
    room.clock.advance(2 * dayMs)
    room.workstation.tick()
    expect(saidOf(room, 'log-is-doubted')).toHaveLength(1)
  })
})

describe('the daily copy of the log', () => {
  it('is made after the first review and once a day, holds what the log held, and is no older than a day', async () => {
    const { room, folder } = await reviewedRoom({ isCopied: true })
    await says(room, 'log-copied')
    const first = copyOf(folder)
    expect(first).toEqual(room.entries().slice(0, first.length))
    expect(readdirSync(join(folder, 'copy'))).toEqual(['log.sqlite'])
    if (process.platform !== 'win32') expect(statSync(join(folder, 'copy')).mode & 0o77).toBe(0)
    await signIn(room)
    room.clock.advance(dayMs)
    await says(room, 'log-copied', 2)
    const second = copyOf(folder)
    expect(second.length).toBeGreaterThan(first.length)
    expect(second).toEqual(room.entries().slice(0, second.length))
    const lines = second.map((entry) => JSON.stringify(entry))
    expect(checkExport(lines, exportChecks())).toMatchObject({ ok: true })

    // The next start finds one of today.
    const next = await room.restart()
    next.workstation.report('main', { kind: 'usable' })
    await says(next, 'log-reviewed')
    next.workstation.tick()
    expect(saidOf(next, 'log-copied')).toEqual([])
    next.close()
    const yesterday = (Date.now() - dayMs - 60_000) / 1000
    utimesSync(copyIn(folder), yesterday, yesterday)
    const third = openRoom({ folder, isCopied: true })
    third.workstation.report('main', { kind: 'usable' })
    await says(third, 'log-copied')
  })

  it('is not made during a session, and put off by one that is opened meanwhile', async () => {
    const { room, folder } = offlineRoom({}, { isCopied: true })
    await signIn(room)
    await inject(room)
    room.workstation.report('main', { kind: 'usable' })
    await says(room, 'log-reviewed')
    room.workstation.tick()
    expect(existsSync(join(folder, 'copy'))).toBe(false)
    await closeSession(room)
    room.workstation.tick()
    await press(room)
    room.workstation.tick()
    await says(room, 'log-copy-put-off')
    expect(existsSync(copyIn(folder))).toBe(false)
    const escalationId = room.snapshot().state.reaction?.id ?? ''
    await room.workstation.dispatch({ kind: 'end-help', escalationId, outcome: 'a test' })
    await says(room, 'log-copied')
  })

  it('that cannot be made is said in the application log, on screen after days, and no more once one was made', async () => {
    const { room, folder } = offlineRoom({}, { isCopied: true })
    writeFileSync(join(folder, 'copy'), 'a file where the folder should be')
    room.workstation.report('main', { kind: 'usable' })
    await says(room, 'log-not-copied')
    expect(saidOf(room, 'log-not-copied')[0]?.message).toMatch(/was not made: .*copy/)
    expect(room.snapshot().notices).toEqual([])
    room.clock.advance(3 * dayMs)
    const { notices } = await room.until((snapshot) => (snapshot.notices ?? []).length > 0)
    expect(notices).toMatchObject([
      { kind: 'log-copy-not-made', message: expect.stringMatching(/no new copy for days/) },
    ])
    expect(readFileSync(join(folder, 'copy'), 'utf8')).toBe('a file where the folder should be')
    rmSync(join(folder, 'copy'))
    room.clock.advance(3_600_000)
    await says(room, 'log-copied')
    await room.until((snapshot) => snapshot.notices?.length === 0)
  })

  it('is never replaced by one that has less', async () => {
    const { room, folder } = await reviewedRoom({ isCopied: true })
    await signIn(room)
    room.close()
    const older = readFileSync(fileIn(folder))
    fillLog(folder, keyIn(folder), 300)
    const second = openRoom({ folder, isCopied: true })
    second.workstation.report('main', { kind: 'usable' })
    await says(second, 'log-reviewed')
    second.clock.advance(dayMs)
    await says(second, 'log-copied')
    second.close()
    const held = copyOf(folder)
    // With the note of how far it was written, a start would find it out.
    writeFileSync(fileIn(folder), older)
    writeFileSync(`${fileIn(folder)}.end`, '')
    const third = openRoom({ folder, isCopied: true })
    third.clock.advance(2 * dayMs)
    third.workstation.report('main', { kind: 'usable' })
    const { notices } = await third.until((snapshot) => (snapshot.notices ?? []).length > 0)
    expect(notices).toMatchObject([{ kind: 'log-copy-holds-more' }])
    expect(copyOf(folder)).toEqual(held)
  })
})

describe('a damaged log that was copied', () => {
  const spoilFirstPage = (folder: string) =>
    writeFileSync(fileIn(folder), readFileSync(fileIn(folder)).fill(7, 0, 4096))
  const salvaged = (room: Room) =>
    room.until(
      ({ notices = [] }) =>
        notices.some(({ kind }) => kind === 'log-salvaged') &&
        notices.every(({ kind }) => kind !== 'log-being-read'),
      'salvaged and read',
    )
  const asideIn = (folder: string) => {
    const [name = ''] = readdirSync(join(folder, 'damaged'))
    return { name, path: (file: string) => join(folder, 'damaged', name, file) }
  }
  const reportIn = (folder: string) => JSON.parse(readFileSync(asideIn(folder).path('report.json'), 'utf8'))
  const check = (room: Room) =>
    checkExport(
      room.entries().map((entry) => JSON.stringify(entry)),
      exportChecks(),
    )

  /** A room whose log was copied, and written further since. */
  async function copiedRoom(): Promise<{ folder: string; past: readonly LogEntry[]; copied: number }> {
    const { room, folder } = offlineRoom({}, { isCopied: true })
    await signIn(room)
    room.close()
    fillLog(folder, keyIn(folder), 700)
    const second = openRoom({ folder, isCopied: true })
    second.workstation.report('main', { kind: 'usable' })
    await says(second, 'log-copied')
    const copied = copyOf(folder).length
    for (let count = 0; count < 20; count += 1) second.workstation.windowRestored('help', count)
    second.close()
    return { folder, past: logOf(folder), copied }
  }

  it('of whose first page nothing can be read comes back from the copy up to where that ends, in order and verified; the rest is named as lost', async () => {
    const { folder, past, copied } = await copiedRoom()
    spoilFirstPage(folder)
    const room = openRoom({ folder, isCopied: true })
    expect((await press(room)).ok).toBe(true)
    const { notices = [] } = await salvaged(room)
    expect(copied).toBeGreaterThan(700)
    expect(past.length).toBeGreaterThan(copied)
    const from = room.entries().filter(({ seq }) => seq < 1_000_000_000)
    expect(from).toEqual(past.slice(0, copied))
    expect(check(room)).toMatchObject({ ok: true })
    expect(notices.find(({ kind }) => kind === 'log-salvaged')?.message).toContain('from its daily copy')
    const { name, path } = asideIn(folder)
    expect(reportIn(folder)).toMatchObject({
      lost: [{ from: copied + 1, to: past.length }],
      origins: [{ from: 1, to: copied, file: `damaged/${name}/copy.sqlite` }],
    })
    expect(readFileSync(path('report.txt'), 'utf8')).toContain(
      `Entries 1 to ${copied} are from damaged/${name}/copy.sqlite, the copy that was made daily.`,
    )
    // It stays with what was damaged, and the log has a new one.
    const escalationId = room.snapshot().state.reaction?.id ?? ''
    await signIn(room)
    await room.workstation.dispatch({ kind: 'end-help', escalationId, outcome: 'a test' })
    await says(room, 'log-copied')
    expect(copyOf(folder).slice(0, copied)).toEqual(past.slice(0, copied))
    expect(existsSync(path('copy.sqlite'))).toBe(true)
  })

  it('of whose first page nothing can be read is lost without the copy, and said to be', async () => {
    const { folder, past } = await copiedRoom()
    writeFileSync(copyIn(folder), 'no database')
    spoilFirstPage(folder)
    const room = openRoom({ folder })
    await salvaged(room)
    expect(room.entries().filter(({ seq }) => seq < 1_000_000_000)).toEqual([])
    expect(check(room)).toMatchObject({ ok: true })
    expect(reportIn(folder)).toMatchObject({ lost: [{ from: 1, to: past.length }], origins: [] })
  })

  it('comes back whole where the copy has what is damaged in its middle', async () => {
    const { folder, past, copied } = await copiedRoom()
    inLog(folder, `DELETE FROM meta; ${spoilEntry(40)}`)
    const room = openRoom({ folder })
    await salvaged(room)
    const from = room.entries().filter(({ seq }) => seq < 1_000_000_000)
    expect(from.slice(0, past.length)).toEqual(past)
    expect(check(room)).toMatchObject({ ok: true })
    const { name } = asideIn(folder)
    const [log, copy] = [`damaged/${name}/log.sqlite`, `damaged/${name}/copy.sqlite`]
    expect(reportIn(folder)).toMatchObject({
      lost: [],
      origins: [
        { from: 1, to: 39, file: log },
        { from: 40, to: copied, file: copy },
        { from: copied + 1, file: log },
      ],
    })
  })

  it('comes back also where the key was changed before it was read back', async () => {
    const { folder, past, copied } = await copiedRoom()
    spoilFirstPage(folder)
    const interrupted = openRoom({
      folder,
      store: (store) => ({
        ...store,
        salvage: () => {
          const open = store.salvage()
          const insert = () => {
            throw new Error('database or disk is full')
          }
          return open && { ...open, insert }
        },
      }),
    })
    await interrupted.until(({ notices = [] }) =>
      notices.some(({ kind }) => kind === 'log-salvage-interrupted'),
    )
    interrupted.close()
    expect(changeKey(groundFilesIn(folder), openBox, () => undefined).code).toBe(0)
    const room = openRoom({ folder })
    await salvaged(room)
    expect(room.entries().filter(({ seq }) => seq < 1_000_000_000)).toEqual(past.slice(0, copied))
    expect(check(room)).toMatchObject({ ok: true })
  })
})
