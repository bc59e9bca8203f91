import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { isWhole, logOf, offlineRoom, openRoom, signIn } from '../integration/workstation/kit.ts'
import { cleanUp } from '../support/undo.ts'
import { fsyncLibrary } from './fsync-library.ts'

afterEach(cleanUp)

const slowMs = 400
/** Half of one wait for this disk: the room is for a machine that does other things. */
const lateAtMostMs = 200

it('a press waits for no entry of anything else that is on its way to a slow disk', (context) => {
  const library = fsyncLibrary()
  if (typeof library !== 'string') {
    process.stderr.write(`\nA SLOW DISK IS NOT TESTED: ${library.why}\n\n`)
    return context.skip(library.why)
  }
  const { room, folder } = offlineRoom()
  room.close()
  const said = execFileSync(process.execPath, [join(import.meta.dirname, 'pressing-room.ts'), folder, '10'], {
    encoding: 'utf8',
    env: { ...process.env, LD_PRELOAD: library, SLOW_FSYNC_MS: String(slowMs) },
  })
  const { lateMs, appended }: { lateMs: number[]; appended: number } = JSON.parse(said)
  expect(lateMs).toHaveLength(10)
  expect(Math.max(...lateMs)).toBeLessThan(lateAtMostMs)
  const entries = logOf(folder)
  expect(isWhole(entries)).toBe(true)
  expect(entries.filter(({ type }) => type === 'renderer-restored')).toHaveLength(appended)
  expect(entries.filter(({ type }) => type === 'help-pressed')).toHaveLength(10)
})

it('at a press the windows are told and raised before the disk is asked, though nobody can be reached', async () => {
  const { room: first, folder } = offlineRoom()
  first.close()
  const order: string[] = []
  const room = openRoom({
    folder,
    store: (store) => ({
      ...store,
      appendSealed: (sealed) => {
        order.push('disk')
        return store.appendSealed(sealed)
      },
    }),
  })
  await signIn(room)
  const { raised, shown } = room.windows
  const show = shown.set.bind(shown)
  shown.set = (window, snapshot) => {
    if (snapshot.alarm !== null) order.push('told')
    return show(window, snapshot)
  }
  const raise = raised.push.bind(raised)
  raised.push = (...names) => {
    order.push('raised')
    return raise(...names)
  }
  order.length = 0
  room.workstation.pressHelp('reaction', 'hotkey')
  // What follows from the press is written in the same turn: it has reached nobody.
  expect(order).toContain('disk')
  const beforeDisk = order.slice(0, order.indexOf('disk'))
  expect(beforeDisk).toContain('told')
  expect(beforeDisk).toContain('raised')
})
