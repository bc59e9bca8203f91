import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import { faultsOf, readLog } from './judge.ts'
import type { Tally } from './tally.ts'
import { type Acknowledged, compileCache, startWriter } from './writer.ts'

export const localKinds = ['append', 'group', 'checkpoint', 'close', 'start', 'key-change'] as const
export type LocalKind = (typeof localKinds)[number]

/** The longest a kill waits after the process said that it works, ms. */
const longestWorkMs = 250
const longestStartMs = 600
const longestCloseMs = 12
const longestKeyChangeMs = 60
/** A log is laid aside when it is so long: reading it whole after every kill would be most of the time. */
const longestLog = 4000

/** A workstation that is no hub's: its folder, and what any process has acknowledged of its log. */
export type Victim = { readonly folder: string; readonly acknowledged: Acknowledged }

/**
 * Kills a writing workstation again and again, each time at another point, and looks each time at what it has left;
 * the next process goes on where the one before it died.
 * @param after looks at what a kill has left as well
 */
export async function killLocally(
  kills: number,
  chance: Chance,
  tally: Tally,
  isOver: () => boolean,
  after: (victim: Victim, chance: Chance) => Promise<void> = async () => undefined,
): Promise<void> {
  let victim: Victim | undefined
  for (let kill = 0; kill < kills && !isOver(); kill += 1) {
    victim ??= { folder: mkdtempSync(join(tmpdir(), 'scanside-faults-')), acknowledged: new Map() }
    const drawn = chance.fork(`kill ${kill}`)
    // Round and round, so that the first few have every kind.
    const kind = localKinds[kill % localKinds.length] ?? 'append'
    const where = `after kill ${kill + 1} (${kind})`
    try {
      if (await killOne(victim, kind, drawn)) tally.count(`workstation killed: ${kind}`)
      else tally.count('workstation had ended before its kill')
      const texts = await readLog(victim.folder)
      for (const fault of faultsOf(texts, victim.acknowledged, where)) tally.fault(fault)
      await after(victim, drawn)
      if (texts.length < longestLog) continue
    } catch (error) {
      tally.fault(`${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
    layAside(victim, tally)
    victim = undefined
  }
  if (victim !== undefined) layAside(victim, tally)
}

function layAside({ folder, acknowledged }: Victim, tally: Tally): void {
  tally.count('entries acknowledged, workstation alone', acknowledged.size)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Whether it was killed, and had not ended by itself. */
async function killOne({ folder, acknowledged }: Victim, kind: LocalKind, chance: Chance): Promise<boolean> {
  if (kind === 'key-change') return killKeyChange(folder, chance)
  const writer = startWriter(folder, kind === 'start' ? 'append' : kind, acknowledged)
  if (kind === 'start') await pause(chance.int(0, longestStartMs))
  else if (kind === 'close') {
    await writer.said('closing')
    await pause(chance.int(0, longestCloseMs))
  } else {
    await writer.said('opened')
    await pause(chance.int(0, longestWorkMs))
  }
  await writer.kill()
  return (await writer.ended) === null
}

/** Another program of ours changes the key of the log, and dies on the way. */
async function killKeyChange(folder: string, chance: Chance): Promise<boolean> {
  const program = join(import.meta.dirname, '..', 'integration', 'workstation', 'key-changing.ts')
  const child = spawn(process.execPath, [program, folder, 'change'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  })
  const closed = once(child, 'close')
  // Its first words: then it begins.
  await Promise.race([once(child.stdout, 'data'), closed])
  child.stdout.resume()
  await pause(chance.int(0, longestKeyChangeMs))
  child.kill('SIGKILL')
  const [code] = await closed
  return code === null
}
