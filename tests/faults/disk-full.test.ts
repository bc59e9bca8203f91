import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, type TestContext } from 'vitest'
import { emptyChain, type LogEntry } from '../../src/domain/log/entry.ts'
import { copyLog } from '../../src/platform/node/log-copy.ts'
import { fillLog } from '../bench/long-log.ts'
import { press } from '../integration/workstation/enrolled-room.ts'
import {
  keyIn,
  logOf,
  offlineRoom,
  openRoom,
  type Room,
  signIn,
  typesOf,
} from '../integration/workstation/kit.ts'
import { cleanUp, later } from '../support/undo.ts'
import { faultsOf, readLog } from './judge.ts'
import { type Acknowledged, startWriter } from './writer.ts'

afterEach(cleanUp)

const smallestPiece = 512

/** A small disk of its own; where none can be mounted, that is said and the test skipped. */
function mountDisk(context: TestContext, size = '3m'): string {
  const disk = mkdtempSync(join(tmpdir(), 'scanside-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk], { stdio: 'pipe' })
  } catch (error) {
    rmSync(disk, { recursive: true })
    const why = `a small disk cannot be mounted here: ${String(error).split('\n')[0]}`
    process.stderr.write(`\nDISK FULL IS NOT TESTED: ${why}\n\n`)
    context.skip(why)
  }
  later(() => {
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  })
  return disk
}

/** @param leftBytes so much stays free */
function fill(filler: string, leftBytes = 0): void {
  for (let size = 256 * 1024; size >= smallestPiece; size /= 2) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' })
    } catch {
      // Full at this size; a smaller piece may still fit.
    }
  }
  if (leftBytes > 0) truncateSync(filler, statSync(filler).size - leftBytes)
}

it('a full disk: what is not durable is said, what was is kept through a kill, and space regained is written', async (context) => {
  const disk = mountDisk(context)
  const folder = join(disk, 'data')
  const filler = join(disk, 'filler')
  mkdirSync(folder)
  const acknowledged: Acknowledged = new Map()
  for (const isEmptiedFirst of [false, true, false]) {
    const writer = startWriter(folder, 'full', acknowledged)
    await writer.said('log durable 1')
    fill(filler)
    await writer.said('log volatile 2')
    const whenFull = writer.acknowledged()
    if (isEmptiedFirst) {
      rmSync(filler)
      await writer.said('log durable 3')
    }
    await writer.kill()
    // Nothing was called durable while it was not; with space again, everything was.
    if (isEmptiedFirst) expect(writer.acknowledged()).toBeGreaterThan(whenFull)
    else expect(writer.acknowledged()).toBe(whenFull)
    rmSync(filler, { force: true })
    expect(faultsOf(await readLog(folder), acknowledged, 'after the kill')).toEqual([])
  }
})

it('an intact log that a full disk does not let open is left as it is, help works, and it is said what to do', async (context) => {
  const disk = mountDisk(context)
  const { room: first, folder: made } = offlineRoom()
  await signIn(first)
  first.close()
  const folder = join(disk, 'data')
  cpSync(made, folder, { recursive: true })
  const before = readFileSync(join(folder, 'log.sqlite'))
  fill(join(disk, 'filler'))
  const room = openRoom({ folder })
  expect((await press(room)).ok).toBe(true)
  expect(room.snapshot().alarm).not.toBeNull()
  expect(room.snapshot().durability).toMatchObject({
    kind: 'volatile',
    isRetried: false,
    problem: { kind: 'no-space', message: expect.stringMatching(/full.*start Scanside again/) },
  })
  room.close()
  expect(readFileSync(join(folder, 'log.sqlite')).equals(before)).toBe(true)
  rmSync(join(disk, 'filler'))
  expect(openRoom({ folder }).snapshot().durability).toEqual({ kind: 'durable' })
})

describe('a log that is damaged on a disk that is full', () => {
  const fileIn = (folder: string) => join(folder, 'log.sqlite')
  const said = (room: Room, kind: string) =>
    room.until(({ notices = [] }) => notices.some((notice) => notice.kind === kind), kind, 30_000)
  const asidesIn = (folder: string) => {
    const parent = join(folder, 'damaged')
    return existsSync(parent) ? readdirSync(parent) : []
  }

  /** A room's folder on this disk, whose log is spoiled from some byte to another; it has a copy. */
  async function damagedFolder(disk: string, spoiled: (size: number) => readonly [from: number, to: number]) {
    const { room, folder: made } = offlineRoom()
    await signIn(room)
    room.close()
    fillLog(made, keyIn(made), 600)
    const past = logOf(made)
    const upTo = past.at(-1)
    const copied = copyLog({
      file: fileIn(made),
      key: keyIn(made),
      upTo: upTo ?? emptyChain,
      stop: new SharedArrayBuffer(4),
    })
    expect(copied.ok).toBe(true)
    const bytes = readFileSync(fileIn(made))
    writeFileSync(fileIn(made), bytes.fill(7, ...spoiled(bytes.length)))
    const folder = join(disk, 'data')
    cpSync(made, folder, { recursive: true })
    return { folder, past, damaged: readFileSync(fileIn(folder)) }
  }
  const firstPage = () => [0, 4096] as const
  const secondHalf = (size: number) => [Math.floor(size / 8192) * 4096, size] as const

  /** What was recovered, and that everything of this start is behind it, once, in a log that verifies. */
  async function expectGoneOn(room: Room, folder: string, past: readonly LogEntry[], damaged: Buffer) {
    await said(room, 'log-salvaged')
    await room.until(({ durability }) => durability.kind === 'durable')
    await room.until(({ notices = [] }) => notices.every(({ kind }) => kind !== 'log-being-read'))
    expect(room.snapshot().state.reaction).not.toBeNull()
    const entries = room.entries()
    const [aside = '', ...others] = asidesIn(folder)
    expect(others).toEqual([])
    expect(readFileSync(join(folder, 'damaged', aside, 'log.sqlite')).equals(damaged)).toBe(true)
    room.close()
    expect(faultsOf(await readLog(folder), new Map(), 'with space again')).toEqual([])
    const from = entries.filter(({ seq }) => seq < 1_000_000_000)
    expect(from).toEqual(past)
    const types = typesOf(entries.slice(from.length))
    for (const once of ['segment-begun', 'app-started', 'help-pressed', 'log-salvaged']) {
      expect(types.filter((type) => type === once)).toHaveLength(1)
    }
    expect(types[0]).toBe('segment-begun')
    const again = openRoom({ folder })
    expect(again.snapshot().durability).toEqual({ kind: 'durable' })
    expect(again.snapshot().state.reaction).not.toBeNull()
  }

  it('is left as it is, help works from memory and that is said; with space again it is set aside and read back', async (context) => {
    const disk = mountDisk(context, '12m')
    const { folder, past, damaged } = await damagedFolder(disk, firstPage)
    const before = readdirSync(folder)
    fill(join(disk, 'filler'))
    const room = openRoom({ folder })
    expect((await press(room)).ok).toBe(true)
    expect(room.snapshot().alarm).not.toBeNull()
    expect(room.snapshot().durability).toMatchObject({ kind: 'volatile', isRetried: true })
    // Tried again and again.
    await said(room, 'log-salvage-interrupted')
    await room.until(() => room.appLog.filter(({ event }) => event === 'log-not-written').length > 2)
    expect(room.snapshot().durability).toMatchObject({
      problem: { message: expect.stringContaining('full') },
    })
    expect(readFileSync(fileIn(folder)).equals(damaged)).toBe(true)
    expect(asidesIn(folder)).toEqual([])
    expect(readdirSync(folder).filter((name) => !before.includes(name) && name !== 'damaged')).toEqual([])

    rmSync(join(disk, 'filler'))
    await expectGoneOn(room, folder, past, damaged)
  })

  it('and where the process ends before there is space, the next start sets it aside and reads it back', async (context) => {
    const disk = mountDisk(context, '12m')
    const { folder, past, damaged } = await damagedFolder(disk, secondHalf)
    fill(join(disk, 'filler'))
    const first = openRoom({ folder })
    expect((await press(first)).ok).toBe(true)
    first.close()
    expect(readFileSync(fileIn(folder)).equals(damaged)).toBe(true)
    rmSync(join(disk, 'filler'))
    const room = openRoom({ folder })
    expect((await press(room)).ok).toBe(true)
    await expectGoneOn(room, folder, past, damaged)
  })

  it('that takes the new log and not the old one beside it: entries are kept on it, and the rest waits for space', async (context) => {
    const disk = mountDisk(context, '12m')
    const { folder, past, damaged } = await damagedFolder(disk, secondHalf)
    // Room for what is written now; the salvage must not take it.
    fill(join(disk, 'filler'), damaged.length)
    const room = openRoom({ folder })
    expect((await press(room)).ok).toBe(true)
    expect(room.snapshot().alarm).not.toBeNull()
    const { notices = [] } = await said(room, 'log-salvage-interrupted')
    expect(notices.find(({ kind }) => kind === 'log-salvage-interrupted')?.message).toMatch(/MB are needed/)
    await room.until(({ durability }) => durability.kind === 'durable')
    expect(readdirSync(join(folder, 'damaged', asidesIn(folder)[0] ?? '')).join()).not.toContain('reading')

    rmSync(join(disk, 'filler'))
    await expectGoneOn(room, folder, past, damaged)
  })
})
