import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { firstDifference } from '../../../tools/setup/packages.mjs'
import { runHidden, say } from '../../../tools/setup/say.mjs'
import { nextOf, startJson } from '../json-process.ts'
import { type Progress, steadyRate } from '../rate.ts'

const here = import.meta.dirname
const progressSchema = z.object({ done: z.number(), afterMs: z.number() })
/** While PouchDB fills its caches and opens its connections, it is not measured. */
const measuredFrom = 0.25

/**
 * Replicates documents from one PouchDB to another behind express-pouchdb, each in a process of its own with LevelDB.
 * @param file JSON Lines
 * @returns documents a second
 */
export async function pouchDbRate(folder: string, file: string, batchSize: number): Promise<number> {
  const server = startJson(join(here, 'server.mjs'), [join(folder, 'server')], z.object({ port: z.int() }))
  try {
    const { port } = await nextOf(server)
    const url = `http://127.0.0.1:${port}/log`
    const client = startJson(
      join(here, 'replicate.mjs'),
      [join(folder, 'client'), file, url, String(batchSize)],
      progressSchema,
    )
    const progress: Progress[] = []
    for await (const step of client.lines) progress.push(step)
    return steadyRate(progress, measuredFrom)
  } finally {
    await server.stop()
  }
}

/** It is a peer and nothing of Scanside's, so its packages are installed beside it, the first time it is measured. */
export async function installPouchDb(): Promise<void> {
  const installed = join(here, 'node_modules', '.package-lock.json')
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8')
  const isThere = (path: string) => existsSync(join(here, path))
  const isCurrent =
    existsSync(installed) && firstDifference(lock, readFileSync(installed, 'utf8'), isThere) === undefined
  if (isCurrent) return
  say('installing PouchDB and express-pouchdb in tests/bench/pouchdb, to measure against (about 46 MB, once)')
  // Their native code comes built; scripts of packages are not needed.
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  const outcome = await runHidden('npm', args, {
    what: 'installing PouchDB',
    cwd: here,
    shell: process.platform === 'win32',
  })
  if (outcome.ok) return
  throw new Error(
    `PouchDB could not be installed (${outcome.reason}), so there is nothing to measure against: ${outcome.tail.join(' ')}`,
  )
}
