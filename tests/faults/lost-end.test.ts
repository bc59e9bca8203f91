import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { killedRoom } from '../integration/workstation/encrypted-folder.ts'
import {
  isWhole,
  logOf,
  offlineRoom,
  openRoom,
  type Room,
  signIn,
  tempFolder,
} from '../integration/workstation/kit.ts'
import { dataBytes } from '../support/data-folder.ts'
import { cleanUp } from '../support/undo.ts'

afterEach(cleanUp)

/** The end of the log is known to be lost: nothing is written behind it, a new segment begins, and help works. */
async function expectSaid(room: Room, folder: string): Promise<void> {
  const [begun] = room.entries()
  expect(begun).toMatchObject({ type: 'segment-begun', body: { reason: 'log-end-lost' } })
  expect(begun?.body.detail).toMatch(/ends at entry \d+, and was written up to entry \d+: /)
  room.workstation.pressHelp('reaction', 'hotkey')
  expect(room.snapshot().alarm).not.toBeNull()
  const { notices } = await room.until((s) => s.notices?.at(-1)?.kind === 'log-salvaged')
  expect(notices?.at(-1)?.message).toMatch(/recovered but for (one entry|\d+ entries)/)
  room.close()
  // Closing it has written what was whole of its write-ahead log into it, and nothing else.
  const [name = ''] = readdirSync(join(folder, 'damaged'))
  expect(Object.keys(dataBytes(join(folder, 'damaged', name)))).toContain('log.sqlite')
  expect(isWhole(logOf(folder))).toBe(true)
}

it('a write-ahead log that is gone or was cut takes durable entries with it: that is said', async () => {
  for (const spoil of ['gone', 'cut'] as const) {
    const folder = await killedRoom()
    const wal = join(folder, 'log.sqlite-wal')
    if (spoil === 'gone') rmSync(wal)
    else writeFileSync(wal, readFileSync(wal).subarray(0, -200))
    await expectSaid(openRoom({ folder }), folder)
  }
})

it('an older copy of the log that is put back says itself as such, and nothing is written behind its end', async () => {
  const { room, folder } = offlineRoom()
  room.close()
  const older = tempFolder()
  cpSync(join(folder, 'log.sqlite'), join(older, 'log.sqlite'))
  const again = openRoom({ folder })
  await signIn(again)
  again.close()
  const newest = logOf(folder).length
  cpSync(join(older, 'log.sqlite'), join(folder, 'log.sqlite'))
  const restored = openRoom({ folder })
  expect(restored.entries()[0]?.body.detail).toContain(`was written up to entry ${newest}`)
  await expectSaid(restored, folder)
})

it('a note that is missing, damaged or another workstation’s is none', async () => {
  const { room, folder } = offlineRoom()
  room.close()
  const note = join(folder, 'log.sqlite.end')
  const isDurable = () => {
    const next = openRoom({ folder })
    const { durability } = next.snapshot()
    next.close()
    return durability
  }
  expect(readFileSync(note, 'utf8')).toContain(`${room.deviceId} ${logOf(folder).length} `)
  rmSync(note)
  expect(isDurable()).toEqual({ kind: 'durable' })
  writeFileSync(note, readFileSync(note).subarray(0, 60))
  expect(isDurable()).toEqual({ kind: 'durable' })
  writeFileSync(note, `d-0123456789abcdef0123 900000 ${'f'.repeat(64)}`)
  expect(isDurable()).toEqual({ kind: 'durable' })
})
