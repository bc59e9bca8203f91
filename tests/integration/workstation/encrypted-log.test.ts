import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { dataBytes } from '../../support/data-folder.ts'
import { boxOf } from '../../support/secret-box.ts'
import { cleanUp } from '../../support/undo.ts'
import { killedRoom, patientName, readable } from './encrypted-folder.ts'
import { inject, keyIn, offlineRoom, openBox, openRoom, signIn } from './kit.ts'

afterEach(cleanUp)

describe('the data of a room', () => {
  it('shows no patient to whoever has the disk: while it is used, after a kill, after an end', async () => {
    const { room, folder } = offlineRoom()
    await signIn(room)
    await inject(room)
    expect(JSON.stringify(room.entries())).toContain(patientName)
    expect(readable(folder)).toEqual([])
    room.close()
    expect(readable(folder)).toEqual([])

    const other = await killedRoom()
    expect(readable(other)).toEqual([])
    const again = openRoom({ folder: other })
    expect(again.snapshot().state.session.kind).toBe('injecting')
    expect(readable(other)).toEqual([])
  })

  it('has a key of its own, and the file with it is kept for its owner alone', () => {
    const { room, folder } = offlineRoom()
    const { room: another, folder: otherFolder } = offlineRoom()
    room.close()
    another.close()
    expect(keyIn(folder)).not.toBe(keyIn(otherFolder))
    expect(readFileSync(join(folder, 'log.key')).includes(keyIn(folder))).toBe(false)
    if (process.platform !== 'win32') expect(statSync(join(folder, 'log.key')).mode & 0o777).toBe(0o600)
  })
})

describe('a log whose key cannot be had', () => {
  const cases: readonly (readonly [string, (folder: string) => void, string, RegExp])[] = [
    [
      'because its file is missing',
      (folder) => rmSync(join(folder, 'log.key')),
      'log-key-missing',
      /is missing\. Restore it from a backup/,
    ],
    [
      'because its file is damaged',
      (folder) => writeFileSync(join(folder, 'log.key'), '{"v":1,"encrypt'),
      'log-key-unusable',
      /it is damaged\).*restore this file from a backup/,
    ],
    [
      'because its file is of another account',
      (folder) => {
        const encryptedKey = boxOf('somebody-else').encrypt('f'.repeat(64)).toString('base64')
        writeFileSync(join(folder, 'log.key'), JSON.stringify({ v: 1, encryptedKey, encryptedNextKey: null }))
      },
      'log-key-unusable',
      /cannot decrypt it\)\. Sign in with the account/,
    ],
  ]
  it.each(cases)('%s is left as it is; help works, no session is opened', async (_, spoil, kind, words) => {
    const folder = await killedRoom()
    spoil(folder)
    const before = dataBytes(folder)
    const room = openRoom({ folder })
    const { durability } = room.snapshot()
    expect(durability).toMatchObject({ kind: 'volatile', problem: { kind } })
    expect(durability.kind === 'durable' ? '' : durability.problem.message).toMatch(words)
    expect(await signIn(room)).toEqual({ ok: true, value: {} })
    await expect(inject(room)).rejects.toThrow(/No session can be opened/)
    room.workstation.pressHelp('reaction', 'hotkey')
    expect(room.snapshot().alarm).not.toBeNull()
    room.close()
    expect(dataBytes(folder)).toEqual(before)
  })

  it('because its file belongs to another log, or it is damaged in its first page, is set aside as it is', async () => {
    const folder = await killedRoom()
    const { room: stranger, folder: other } = offlineRoom()
    stranger.close()
    cpSync(join(other, 'log.key'), join(folder, 'log.key'))
    const before = dataBytes(folder)
    const room = openRoom({ folder })
    room.workstation.pressHelp('reaction', 'hotkey')
    expect(room.snapshot().alarm).not.toBeNull()
    await room.until((s) => s.notices?.some(({ kind }) => kind === 'log-salvaged') === true)
    room.close()
    const [name = ''] = readdirSync(join(folder, 'damaged'))
    const after = dataBytes(join(folder, 'damaged', name))
    for (const file of ['log.sqlite', 'log.sqlite-wal', 'log.key']) expect(after[file]).toBe(before[file])
  })

  it('because the account has no key store is left as it is; help works', async () => {
    const folder = await killedRoom()
    const before = dataBytes(folder)
    const room = openRoom({ folder, box: { ...openBox, available: () => false } })
    expect(room.snapshot().durability).toMatchObject({ kind: 'volatile', problem: { kind: 'no-key-store' } })
    await expect(inject(room)).rejects.toThrow()
    room.workstation.pressHelp('reaction', 'hotkey')
    expect(room.snapshot().alarm).not.toBeNull()
    room.close()
    expect(dataBytes(folder)).toEqual(before)
  })
})
