import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { exportLog } from '../../../src/main/export-log.ts'
import { groundFilesIn } from '../../../src/main/open-log.ts'
import { verifyFolder } from '../../../tools/verify-archive.ts'
import { cleanUp } from '../../support/undo.ts'
import { inject, offlineRoom, openBox, signIn } from './kit.ts'

afterEach(cleanUp)

const at = '2026-11-24T12:00:00.000Z'

async function workedRoom() {
  const { room, folder } = offlineRoom()
  await signIn(room)
  await inject(room)
  const events: string[] = []
  const out = join(folder, 'export')
  const exporting = (asked: { folder?: string; from?: string; to?: string } = {}) =>
    exportLog(
      groundFilesIn(folder),
      openBox,
      { folder: out, from: '', to: '', ...asked },
      at,
      (_level, event) => void events.push(event),
    )
  return { room, folder, out, exporting, events }
}

it('gives the whole log away while Scanside runs, with its key and a manifest that the workstation signs', async () => {
  const { room, out, exporting, events } = await workedRoom()
  const done = await exporting()
  expect(done).toMatchObject({ code: 0, words: expect.stringContaining('holds entries 1 to') })
  expect(events).toEqual(['log-exported'])
  const entries = room.entries()
  const [{ device } = { device: '' }] = entries
  const lines = readFileSync(join(out, `${device}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
  expect(lines).toEqual(entries.slice(0, lines.length).map((entry) => JSON.stringify(entry)))
  const { holds, words } = verifyFolder(out, undefined)
  expect(words).toContain(`signed by the workstation ${device}`)
  expect(holds).toBe(true)
  // It goes on as before.
  expect(room.snapshot().durability).toEqual({ kind: 'durable' })
  expect(await exporting()).toMatchObject({ code: 1, words: expect.stringContaining('there already') })
  room.close()
})

it('gives a span away, and says what it does not understand', async () => {
  const { room, out, exporting } = await workedRoom()
  room.close()
  expect(await exporting({ from: '2', to: '3' })).toMatchObject({
    code: 0,
    words: expect.stringContaining('holds entries 2 to 3'),
  })
  expect(verifyFolder(out, undefined).words).toContain('what came before is not in it')
  expect(await exporting({ from: 'monday' })).toMatchObject({
    code: 1,
    words: expect.stringContaining('--from is'),
  })
  expect(await exporting({ folder: '' })).toMatchObject({
    code: 1,
    words: expect.stringContaining('--export-log='),
  })
})

it('writes nothing without the key or without a log', async () => {
  const { room, folder, out, exporting } = await workedRoom()
  room.close()
  writeFileSync(join(folder, 'log.key'), 'no key')
  expect(await exporting()).toMatchObject({ code: 1 })
  expect(existsSync(out)).toBe(false)
  const empty = await exportLog(
    groundFilesIn(join(folder, 'nowhere')),
    openBox,
    { folder: out, from: '', to: '' },
    at,
    () => undefined,
  )
  expect(empty).toMatchObject({ code: 1, words: expect.stringContaining('no log of a workstation') })
  expect(existsSync(join(folder, 'nowhere'))).toBe(false)
})
