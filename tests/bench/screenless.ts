import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Ground, groundFilesIn, openGround } from '../../src/main/open-log.ts'
import { openLogStore } from '../../src/platform/node/log-store.ts'
import { readLogKey } from '../support/log-keys.ts'
import { boxOf } from '../support/secret-box.ts'
import type { Run } from './benchmark.ts'
import { fillLog } from './long-log.ts'

const box = boxOf('bench')
const entriesAtOnce = 25_000
const linesAtOnce = 5000

/** Identity and log of a workstation without its screen, as the app opens them. */
export function openScreenless(folder: string): Ground {
  const ground = openGround(groundFilesIn(folder), box)
  if (ground.problem !== null) throw new Error(ground.problem.message)
  return ground
}

export const logKeyIn = (folder: string) => readLogKey(folder, box)

/** Makes a workstation's folder with a long log in it: 20 to 30 s for a million entries. */
export async function makeLongLog(run: Run, folder: string): Promise<void> {
  openScreenless(folder).store.close()
  for (let made = 0; made < run.entries; ) {
    run.at(`making a log, entry ${made.toLocaleString('en-US')} of ${run.entries.toLocaleString('en-US')}`)
    made = fillLog(folder, logKeyIn(folder), Math.min(entriesAtOnce, run.entries - made))
    // Lets the progress line move.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Writes the first entries of a folder's log as JSON Lines, and answers with their bytes. */
export function writeLines(folder: string, entries: number, file: string): number {
  const opened = openLogStore(join(folder, 'log.sqlite'), logKeyIn(folder))
  if (!opened.ok) throw new Error(opened.error.message)
  const descriptor = openSync(file, 'w')
  let bytes = 0
  try {
    for (let seq = 1; seq <= entries; seq += linesAtOnce) {
      const texts = opened.value.texts(seq, Math.min(linesAtOnce, entries - seq + 1))
      bytes += writeSync(descriptor, texts.map((text) => `${text}\n`).join(''))
    }
    return bytes
  } finally {
    closeSync(descriptor)
    opened.value.close()
  }
}
