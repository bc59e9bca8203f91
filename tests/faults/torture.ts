import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chanceOf } from './chance.ts'
import { damageAndStart, damageKinds } from './damage.ts'
import { killWhileSyncing } from './hub-kills.ts'
import { killLocally } from './local-kills.ts'
import type { Tally } from './tally.ts'

export type TortureOptions = {
  readonly seed: number
  readonly kills: number
  readonly hubKills: number
  /** An empty PostgreSQL database; null where there is no server. */
  readonly database: string | null
  readonly isOver: () => boolean
}

/** The share of the kills that fall on workstations that sync. */
const whileSyncing = 0.25

/** All of it, side by side: two workstations alone, and four at each kind of hub. */
export async function torture(options: TortureOptions, tally: Tally): Promise<void> {
  const { kills, hubKills, database, isOver } = options
  const chance = chanceOf(options.seed)
  const directory = mkdtempSync(join(tmpdir(), 'scanside-faults-hub-'))
  const places = [
    { kind: 'sqlite', directory } as const,
    ...(database === null ? [] : [{ kind: 'postgres', address: database } as const]),
  ]
  const syncing = Math.round(kills * whileSyncing)
  const alone = [Math.ceil((kills - syncing) / 2), Math.floor((kills - syncing) / 2)]
  try {
    await Promise.all([
      ...alone.map((share, lane) =>
        killLocally(share, chance.fork(`alone ${lane}`), tally, isOver, (victim, drawn) =>
          damageAndStart(victim, drawn.pick(damageKinds), drawn, tally),
        ),
      ),
      ...places.map((place, index) =>
        killWhileSyncing(
          {
            place,
            workstationKills: shareOf(syncing, places.length, index),
            hubKills: shareOf(hubKills, places.length, index),
          },
          chance.fork(`hub ${index}`),
          tally,
          isOver,
        ),
      ),
    ])
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

const shareOf = (all: number, parts: number, index: number): number =>
  Math.floor((all * (index + 1)) / parts) - Math.floor((all * index) / parts)
