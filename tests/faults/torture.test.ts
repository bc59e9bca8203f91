import { randomInt } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { tempFolder } from '../integration/workstation/kit.ts'
import { freshDatabase, postgresUrl } from '../support/postgres.ts'
import { cleanUp } from '../support/undo.ts'
import { chanceOf } from './chance.ts'
import { damageAndStart, damageKinds } from './damage.ts'
import { killWhileSyncing } from './hub-kills.ts'
import { killLocally, localKinds } from './local-kills.ts'
import { createTally, sumOf } from './tally.ts'

// The short form of `npm run torture`, which does the same a thousand times.
const seed = Number(process.env.SCANSIDE_FAULTS_SEED ?? randomInt(1, 2 ** 31))
console.log(`faults: seed ${seed} (SCANSIDE_FAULTS_SEED=${seed} draws the same again)`)
afterEach(cleanUp)
const never = () => false
/** Each kill is a process, on whatever else this machine does. */
const withinMs = 240_000

it(
  'a workstation that is killed at any point has every entry that it acknowledged, once, in its chain',
  async () => {
    const tally = createTally()
    await killLocally(localKinds.length * 2, chanceOf(seed), tally, never)
    expect(tally.faults()).toEqual([])
    expect(sumOf(tally, 'workstation killed')).toBeGreaterThanOrEqual(localKinds.length)
    expect(sumOf(tally, 'entries acknowledged')).toBeGreaterThan(100)
  },
  withinMs,
)

it(
  'files that were torn, cut or flipped after a kill lose nothing in silence, and help works',
  async () => {
    const tally = createTally()
    await killLocally(3, chanceOf(seed).fork('damage'), tally, never, async (victim, chance) => {
      for (const kind of damageKinds) await damageAndStart(victim, kind, chance, tally)
    })
    expect(tally.faults()).toEqual([])
    expect(sumOf(tally, 'damaged: ')).toBe(3 * damageKinds.length)
  },
  withinMs,
)

it(
  'workstations and a hub that are killed while they sync over a bad wire end with the same log',
  async () => {
    const tally = createTally()
    const place = { kind: 'sqlite', directory: tempFolder() } as const
    await killWhileSyncing({ place, workstationKills: 4, hubKills: 3 }, chanceOf(seed), tally, never)
    expect(tally.faults()).toEqual([])
    expect(sumOf(tally, 'hub killed')).toBe(3)
  },
  withinMs,
)

it(
  'and so do they with a hub on PostgreSQL',
  async (context) => {
    if (postgresUrl === undefined) return context.skip('there is no PostgreSQL server here')
    const { url, drop } = await freshDatabase()
    const tally = createTally()
    const place = { kind: 'postgres', address: url } as const
    await killWhileSyncing({ place, workstationKills: 2, hubKills: 2 }, chanceOf(seed), tally, never)
    await drop()
    expect(tally.faults()).toEqual([])
    expect(sumOf(tally, 'hub killed')).toBe(2)
  },
  withinMs,
)
