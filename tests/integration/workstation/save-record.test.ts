import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { fillLog } from '../../bench/long-log.ts'
import { cleanUp } from '../../support/undo.ts'
import { verifyFile } from '../../support/workstation-files.ts'
import { inject, keyIn, offlineRoom, openRoom, type Room, signIn } from './kit.ts'

afterEach(cleanUp)

async function closeSession({ workstation: { dispatch } }: Room): Promise<void> {
  await dispatch({ kind: 'stop-injection' })
  await dispatch({ kind: 'end-observation', earlyReason: 'a test is in a hurry' })
  await dispatch({ kind: 'close-session', disposition: 'released', note: '' })
}

/** Until it is stopped: the longest turn of the event loop, in what this thread really worked, ms. */
function watchTurns(): () => number {
  let longestMs = 0
  let last = process.threadCpuUsage()
  const measure = () => {
    const now = process.threadCpuUsage()
    longestMs = Math.max(longestMs, (now.user + now.system - last.user - last.system) / 1000)
    last = now
  }
  const look = () => {
    measure()
    next = setImmediate(look)
  }
  let next = setImmediate(look)
  return () => {
    clearImmediate(next)
    measure()
    return longestMs
  }
}

describe('a record from a log of 100,000 entries', () => {
  it('is the same as from all of them read at once, and holds nothing up while it is looked for', async () => {
    const { room: before, folder } = offlineRoom()
    before.close()
    fillLog(folder, keyIn(folder), 50_000)
    const during = openRoom({ folder })
    await during.until(({ notices }) => notices?.length === 0)
    await during.workstation.pressHelp('question', 'hotkey')
    await signIn(during)
    await inject(during)
    await closeSession(during)
    during.close()
    fillLog(folder, keyIn(folder), 50_000)

    const room = openRoom({ folder })
    await room.until(({ notices }) => notices?.length === 0)
    await signIn(room)
    const sessionId = room.snapshot().recent[0]?.sessionId ?? ''
    const stopAtOnce = watchTurns()
    const expected = recordEntries(room.entries(), sessionId).map((entry) => JSON.stringify(entry))
    const atOnceMs = stopAtOnce()
    const stop = watchTurns()
    const saving = room.workstation.dispatch({ kind: 'save-record', sessionId })
    room.workstation.pressHelp('reaction', 'button')
    const reply = await saving
    const longestMs = stop()
    const [, path = ''] = reply.ok ? (reply.value.paths ?? []) : []
    const shown = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"prev"'))
    expect(shown).toEqual(expected)
    expect((await verifyFile(path)).exitCode).toBe(0)
    // Against the same work on the same machine: how fast that is today says nothing here. Half of it is one turn in which
    // memory was cleared up as well.
    expect(longestMs).toBeLessThan(atOnceMs / 2)
  }, 180_000)
})
