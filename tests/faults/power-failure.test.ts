import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { openRoom, tempFolder } from '../integration/workstation/kit.ts'
import { cleanUp } from '../support/undo.ts'
import { fsyncLibrary } from './fsync-library.ts'
import { faultsOf, readLog } from './judge.ts'
import { type Acknowledged, startWriter } from './writer.ts'

afterEach(cleanUp)

const files = ['log.sqlite', 'log.sqlite-wal'] as const
/**
 * When the power fails: so long (ms) into the so manieth time that the write-ahead log is begun anew. `whole`: of which
 * file everything written is on the disk then; of the other one there is what had been synced.
 */
const failures = [
  { held: 1, afterMs: 0, whole: null },
  { held: 1, afterMs: 250, whole: 'log.sqlite' },
  { held: 1, afterMs: 500, whole: 'log.sqlite-wal' },
  { held: 2, afterMs: 350, whole: null },
] as const
const slowMs = '20'

/** What the disk holds after a power failure: all but the database and its WAL is as it was written. */
function leftOf(folder: string, synced: string, whole: string | null): string {
  const left = tempFolder()
  for (const name of readdirSync(folder)) {
    if (/-shm$|\.lock$/.test(name)) continue
    const isWhole = name === whole || !files.some((file) => file === name)
    const from = join(isWhole ? folder : synced, name)
    if (existsSync(from)) cpSync(from, join(left, name), { recursive: true })
  }
  return left
}

it('a power failure takes nothing that was called durable, also while the write-ahead log is begun anew', async (context) => {
  const library = fsyncLibrary()
  if (typeof library !== 'string') {
    process.stderr.write(`\nPOWER FAILURE IS NOT TESTED: ${library.why}\n\n`)
    return context.skip(library.why)
  }
  const acknowledged: Acknowledged = new Map()
  let folder = tempFolder()
  for (const { held, afterMs, whole } of failures) {
    const synced = join(tempFolder(), 'synced')
    mkdirSync(synced)
    for (const file of files) {
      if (existsSync(join(folder, file))) cpSync(join(folder, file), join(synced, file))
    }
    const before = acknowledged.size
    const writer = startWriter(folder, 'power', acknowledged, {
      LD_PRELOAD: library,
      SLOW_FSYNC_MS: slowMs,
      FSYNCED_INTO: synced,
    })
    await writer.said(`held ${held}`)
    await pause(afterMs)
    await writer.kill()
    folder = leftOf(folder, synced, whole)
    expect(
      faultsOf(await readLog(folder), acknowledged, `after a power failure (${held}, ${afterMs} ms)`),
    ).toEqual([])
    expect(acknowledged.size).toBeGreaterThan(before)
  }
  const room = openRoom({ folder })
  expect(room.snapshot().durability).toEqual({ kind: 'durable' })
  room.close()
})
