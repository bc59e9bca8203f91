import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { changeKey } from '../../../src/main/change-log-key.ts'
import { groundFilesIn } from '../../../src/main/open-log.ts'
import { openEncrypted } from '../../../src/platform/node/encrypted-database.ts'
import { fillLog } from '../../bench/long-log.ts'
import { cleanUp } from '../../support/undo.ts'
import { startHub, type TestHub } from '../hub/kit.ts'
import { at, run } from '../hub/processes.ts'
import { enrolled, hubHas, press, restarted, synced } from './enrolled-room.ts'
import { keyIn, logOf, openBox, openRoom, type Room, signIn } from './kit.ts'

afterEach(cleanUp)

const logIn = (folder: string) => join(folder, 'log.sqlite')
const asideIn = (folder: string) =>
  join(folder, 'damaged', readdirSync(join(folder, 'damaged'))[0] ?? 'nothing was set aside')
const reportIn = (folder: string) => JSON.parse(readFileSync(join(asideIn(folder), 'report.json'), 'utf8'))
const wordsIn = (folder: string) => readFileSync(join(asideIn(folder), 'report.txt'), 'utf8')
const textsOf = (entries: readonly LogEntry[]) => entries.map((entry) => JSON.stringify(entry))
const apartAt = async ({ hub }: TestHub, { deviceId }: Room) =>
  (await Array.fromAsync(hub.quarantine(deviceId))).filter(({ reason }) => reason === 'stranded')
const strandedWords = (room: Room) =>
  room.entries().filter(({ type, body }) => type === 'entries-quarantined' && body.why === 'stranded')

/** A room whose last entries the hub does not have, and whose process is over. */
async function roomWithUnsynced(hub: TestHub) {
  const room = await enrolled(hub)
  await synced(room)
  const atHub = room.entries().length
  await hub.hub.stop()
  await room.until(({ hub: { kind } }) => kind === 'offline', 'offline')
  await signIn(room)
  room.close()
  return { folder: room.folder, atHub }
}

/** Changes an entry as somebody with the key could; nothing goes on from a checkpoint behind it. */
function alter(folder: string, seq: number): void {
  const db = openEncrypted(logIn(folder), keyIn(folder))
  db.exec(
    `DELETE FROM meta WHERE name <> 'ack'; DROP TRIGGER log_refuses_update; UPDATE log SET entry = replace(entry, '"v":1', '"v":2') WHERE seq = ${seq}`,
  )
  db.close()
}

const salvaged = (room: Room) =>
  room.until(({ notices = [] }) => notices.some(({ kind }) => kind === 'log-salvaged'), 'salvaged')

it('what could be read behind a damage and was never synced is at the hub, apart, once, and said', async () => {
  const hub = await startHub()
  const { folder, atHub } = await roomWithUnsynced(hub)
  const again = openRoom({ folder })
  await press(again)
  again.close()
  const past = logOf(folder)
  expect(past.length).toBeGreaterThan(atHub + 3)
  alter(folder, atHub + 1)

  const room = openRoom({ folder })
  room.workstation.connect()
  await salvaged(room)
  expect(reportIn(folder)).toMatchObject({ offered: null })
  expect(wordsIn(folder)).toContain('is sent to the hub as soon as it can be reached')

  const back = await restarted(hub)
  await expect.poll(async () => (await apartAt(back, room)).length, { timeout: 20_000 }).toBeGreaterThan(0)
  await expect.poll(() => reportIn(folder).offered, { timeout: 10_000 }).not.toBeNull()
  const stranded = past.slice(atHub + 1)
  const apart = await apartAt(back, room)
  expect(apart.map(({ text }) => text)).toEqual(textsOf(stranded))
  expect(reportIn(folder).offered).toMatchObject({ entries: stranded.length })
  expect(wordsIn(folder)).toContain(`${stranded.length} of these could still be read`)
  expect(readdirSync(asideIn(folder)).filter((name) => name.includes('sending'))).toEqual([])

  // Said in the log and at the hub, and no part of any chain.
  await synced(room)
  const [first, last] = [stranded[0]?.seq, stranded.at(-1)?.seq]
  expect(strandedWords(room)).toMatchObject([{ body: { why: 'stranded', seqs: [first, last] } }])
  const { stdout } = await run('incidents', ...at(back.place), '--device', room.deviceId)
  expect(stdout).toContain(`entry ${first}  stranded  ${stranded.length} entries from ${first} to ${last}`)
  const held = (await hubHas(back, room)) as readonly LogEntry[]
  expect(held.filter(({ seq }) => seq > atHub && seq < 1_000_000_000)).toEqual([])

  // The next start has nothing more to send; and one that does not know that it has sent it says nothing twice.
  const next = await room.restart()
  next.workstation.connect()
  await next.until(({ hub: { kind }, unsynced }) => kind === 'online' && unsynced === 0, 'synced again')
  next.close()
  writeFileSync(join(asideIn(folder), 'report.json'), JSON.stringify({ ...reportIn(folder), offered: null }))
  const forgetful = openRoom({ folder })
  forgetful.workstation.connect()
  await expect.poll(() => reportIn(folder).offered, { timeout: 20_000 }).not.toBeNull()
  expect(await apartAt(back, forgetful)).toHaveLength(stranded.length)
  expect(strandedWords(forgetful)).toHaveLength(1)
  const told = await back.hub.incidents(room.deviceId)
  expect(told.filter(({ kind }) => kind === 'stranded')).toHaveLength(1)
}, 90_000)

it('goes around pages that cannot be read, also after the key of the log was changed', async () => {
  const hub = await startHub()
  const { folder, atHub } = await roomWithUnsynced(hub)
  fillLog(folder, keyIn(folder), 400)
  const past = logOf(folder)
  // In the middle of what the hub does not have: a page of leaves, and with it some entries in a row.
  const bytes = readFileSync(logIn(folder))
  const page = 4096
  const middle = Math.floor(bytes.length / page / 2)
  bytes.fill(7, (middle - 1) * page + 100, (middle - 1) * page + 300)
  writeFileSync(logIn(folder), bytes)

  const room = await untilSalvaged(folder)
  const recovered = room.entries().filter(({ seq }) => seq < 1_000_000_000)
  room.close()
  expect(changeKey(groundFilesIn(folder), openBox, () => undefined).code).toBe(0)
  const back = await restarted(hub)
  const later = openRoom({ folder })
  later.workstation.connect()
  await expect.poll(() => reportIn(folder).offered, { timeout: 30_000 }).not.toBeNull()
  const apart = await apartAt(back, later)
  expect(apart.length).toBeGreaterThan(0)
  // As they were written, none of them recovered, and all behind the damage.
  const behind = past.slice(recovered.length)
  const lost = behind.length - apart.length
  expect(lost).toBeLessThan(60)
  expect(textsOf(behind)).toEqual(expect.arrayContaining(apart.map(({ text }) => text)))
  expect(apart.at(-1)?.text).toBe(textsOf(past).at(-1))
  expect(recovered.length).toBeGreaterThan(atHub)
}, 90_000)

/** Opened as often as it takes to find the damage, which may lie where only a review looks. */
async function untilSalvaged(folder: string): Promise<Room> {
  for (let start = 0; start < 3; start += 1) {
    const room = openRoom({ folder })
    room.workstation.report('main', { kind: 'usable' })
    const found = await room.until(
      ({ notices = [], durability }) =>
        notices.some(({ kind }) => kind === 'log-salvaged') ||
        durability.kind !== 'durable' ||
        room.appLog.some(({ event }) => event === 'log-reviewed'),
      'found',
    )
    if (found.notices?.some(({ kind }) => kind === 'log-salvaged')) return room
    room.close()
  }
  throw new Error('the damage is not found')
}
