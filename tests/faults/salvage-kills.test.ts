import { randomInt } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { openEncrypted } from '../../src/platform/node/encrypted-database.ts'
import { fillLog } from '../bench/long-log.ts'
import { keyIn, logOf, offlineRoom, openRoom, signIn, typesOf } from '../integration/workstation/kit.ts'
import { cleanUp } from '../support/undo.ts'
import { chanceOf } from './chance.ts'
import { reviewed } from './damage.ts'
import { faultsOf, readLog } from './judge.ts'
import { type Acknowledged, startWriter } from './writer.ts'

const seed = Number(process.env.SCANSIDE_FAULTS_SEED ?? randomInt(1, 2 ** 31))
console.log(`faults: seed ${seed} (SCANSIDE_FAULTS_SEED=${seed} draws the same again)`)
afterEach(cleanUp)

const kills = 8
const pastEntries = 4000
/** The longest a kill waits after the start of the process, or after it said that the button is armed, ms. */
const longestStartMs = 900
const longestWorkMs = 120

it('a workstation that is killed again and again while it salvages loses nothing that it could read', async () => {
  const chance = chanceOf(seed).fork('salvage')
  const { room, folder } = offlineRoom()
  await signIn(room)
  room.close()
  fillLog(folder, keyIn(folder), pastEntries)
  const past = logOf(folder)
  // Among those that a start looks at.
  const altered = past.length - chance.int(0, 40)
  const db = openEncrypted(join(folder, 'log.sqlite'), keyIn(folder))
  db.exec(
    `DELETE FROM meta; DROP TRIGGER log_refuses_update;
     UPDATE log SET entry = replace(entry, '"v":1', '"v":2') WHERE seq = ${altered}`,
  )
  db.close()

  const acknowledged: Acknowledged = new Map()
  let unfinished = 0
  for (let kill = 1; kill <= kills; kill += 1) {
    const writer = startWriter(folder, 'append', acknowledged)
    if (kill % 3 === 0) await pause(chance.int(0, longestStartMs))
    else {
      await writer.said('opened durable')
      await pause(chance.int(0, longestWorkMs))
    }
    await writer.kill()
    const texts = await readLog(folder)
    const types = texts.map((text) => JSON.parse(text).type)
    if (!types.includes('segment-begun')) continue
    if (!types.includes('log-salvaged')) unfinished += 1
    expect(faultsOf(texts, acknowledged, `after kill ${kill}, seed ${seed}`)).toEqual([])
  }

  expect(unfinished).toBeGreaterThan(0)
  const last = openRoom({ folder })
  last.workstation.report('main', { kind: 'usable' })
  last.workstation.pressHelp('reaction', 'hotkey')
  expect(last.snapshot().alarm).not.toBeNull()
  await reviewed(last)
  const entries = last.entries()
  last.close()
  const texts = await readLog(folder)
  expect(faultsOf(texts, acknowledged, `at the end, seed ${seed}`)).toEqual([])
  expect(entries.filter(({ seq }) => seq <= pastEntries * 2)).toEqual(past.slice(0, altered - 1))
  for (const once of ['segment-begun', 'log-salvaged'])
    expect(typesOf(entries).filter((type) => type === once)).toHaveLength(1)
  const [word] = entries.filter(({ type }) => type === 'log-salvaged')
  expect(word?.body.lost).toMatchObject([{ from: altered, to: past.length }])
  expect(readdirSync(join(folder, 'damaged'))).toHaveLength(1)
}, 240_000)
