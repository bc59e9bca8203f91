import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { openEncrypted } from '../../../src/platform/node/encrypted-database.ts'
import { fillLog } from '../../bench/long-log.ts'
import { startHubProcess } from '../../support/hub-process.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { startHub, type TestHub } from '../hub/kit.ts'
import { at, run } from '../hub/processes.ts'
import { enrolled, hubHas, press, restarted, synced } from './enrolled-room.ts'
import { isWhole, keyIn, openRoom, type Room, signIn, tempFolder, typesOf } from './kit.ts'

afterEach(cleanUp)

/** What IT sees with the hub's own commands. */
async function seenByIt(hub: TestHub, { deviceId }: Room) {
  const [incidents, quarantine] = await Promise.all(
    ['incidents', 'quarantine'].map((command) =>
      run(command, ...at(hub.place), '--device', deviceId, '--json'),
    ),
  )
  const apart = (quarantine?.stdout ?? '').split('\n').filter((line) => line !== '')
  return { incidents: incidents?.stdout ?? '', apart: apart.map((line) => JSON.parse(line)) }
}
const textsOf = (room: Room) => room.entries().map((entry) => JSON.stringify(entry))

/** A room's data folder and a copy of it, with the same synced log of so many entries. */
async function clonedDisk(hub: Parameters<typeof enrolled>[0]) {
  const room = await enrolled(hub)
  await synced(room)
  const shared = room.entries().length
  room.close()
  const copy = tempFolder()
  cpSync(room.folder, copy, { recursive: true })
  return { folders: [room.folder, copy] as const, shared }
}

it('a cloned disk is found and reported at both ends; help works on both, and both keep all they wrote', async () => {
  const hub = await startHub()
  const { folders, shared } = await clonedDisk(hub)
  const own = openRoom({ folder: folders[0] })
  own.workstation.connect()
  await press(own)
  await synced(own)
  const written = own.entries()
  own.close()

  const clone = openRoom({ folder: folders[1] })
  clone.workstation.connect()
  const told = await clone.until(
    ({ notices }) => notices?.some(({ kind }) => kind === 'sync-fork') === true,
    'told of the fork',
  )
  expect(told.notices?.find(({ kind }) => kind === 'sync-fork')?.message).toMatch(
    /help button works as always.*Call your IT/,
  )
  await press(clone)
  expect(clone.snapshot().state.reaction).not.toBeNull()
  expect(clone.entries().filter(({ type }) => type === 'entries-quarantined')).toMatchObject([
    { body: { why: 'fork', seqs: [shared + 1] } },
  ])
  const pressed = clone.entries().find(({ type }) => type === 'help-pressed')?.seq
  const seqs = async () => (await seenByIt(hub, clone)).apart.map(({ seq }) => seq)
  await expect.poll(seqs, { timeout: 15_000 }).toContain(pressed)

  const { incidents, apart } = await seenByIt(hub, clone)
  expect(incidents).toMatch(/fork/)
  const kept = apart.filter(({ reason }) => reason === 'fork')
  expect(kept.map(({ text }) => text)).toEqual(textsOf(clone).slice(shared, shared + kept.length))
  expect(await hubHas(hub, own)).toEqual(written)
  expect(typesOf(kept.map(({ text }) => JSON.parse(text)))).toContain('help-pressed')
})

it('two clones that are online at once are found at both ends; one goes on, and the hub keeps all of the other apart', async () => {
  const hub = await startHub()
  const { folders, shared } = await clonedDisk(hub)
  const clones = folders.map((folder) => openRoom({ folder }))
  for (const clone of clones) clone.workstation.connect()
  const isTold = (clone: Room, kind: string) =>
    clone.until(({ notices }) => notices?.some((one) => one.kind === kind) === true, kind, 30_000)
  // Both are at work while they take the connection from each other.
  const atWork = clones.map(async (clone) => {
    await signIn(clone)
    await isTold(clone, 'connected-twice')
    await clone.until(({ hub: { kind } }) => kind === 'offline', 'replaced')
    await press(clone)
    // A press does not wait for its turn.
    await clone.until(({ hub: { kind } }) => kind === 'online', 'online at once', 2500)
    expect(clone.snapshot().state.reaction).not.toBeNull()
  })
  const other = await Promise.any(clones.map(async (clone) => isTold(clone, 'sync-fork').then(() => clone)))
  const own = clones.find((clone) => clone !== other)!
  await Promise.all(atWork)
  const told = own.snapshot().notices?.find(({ kind }) => kind === 'connected-twice')
  expect(told?.message).toMatch(/Use the telephone as well. Call your IT/)

  const pressed = (clone: Room) => clone.entries().find(({ type }) => type === 'help-pressed')?.hash
  const forked = async () => (await seenByIt(hub, other)).apart.filter(({ reason }) => reason === 'fork')
  const hashes = async () => (await forked()).map(({ hash }) => hash)
  await expect.poll(hashes, { timeout: 30_000, interval: 500 }).toContain(pressed(other))
  await expect
    .poll(async () => (await hubHas(hub, own)).map((line) => (line as { hash: string }).hash), {
      timeout: 30_000,
    })
    .toContain(pressed(own))

  // Nothing of either is missing, nothing is mixed, and the hub says what it is.
  const held = await hubHas(hub, own)
  expect(held).toEqual(own.entries().slice(0, held.length))
  const kept = (await forked()).map(({ text }) => text)
  expect(kept).toEqual(textsOf(other).slice(shared, shared + kept.length))
  expect((await seenByIt(hub, other)).incidents).toMatch(/fork/)
  expect(typesOf(other.entries())).toContain('entries-quarantined')
  for (const clone of clones) expect(isWhole(clone.entries())).toBe(true)
}, 120_000)

it('a changed byte in a workstation’s database is a named hole at the hub, its text kept apart; the rest syncs', async () => {
  const hub = await startHub()
  const room = await enrolled(hub)
  await synced(room)
  await hub.hub.stop()
  await room.until(({ hub: { kind } }) => kind === 'offline', 'offline')
  await signIn(room)
  const seq = room.entries().find(({ type }) => type === 'technologist-signed-in')?.seq ?? 0
  const { hash } = room.entries()[seq - 1]!
  await press(room)
  const db = openEncrypted(join(room.folder, 'log.sqlite'), keyIn(room.folder))
  db.exec(
    `DROP TRIGGER IF EXISTS log_refuses_update; UPDATE log SET entry = replace(entry, 'j-ortiz', 'j-orviz') WHERE seq = ${seq}`,
  )
  const text = db.prepare('SELECT entry FROM log WHERE seq = ?').pluck().get(seq)
  db.close()

  const back = await restarted(hub)
  await room.until(
    ({ notices }) => notices?.some(({ kind }) => kind === 'sync-damaged-here') === true,
    'told',
  )
  await synced(room)
  const lines = (await hubHas(back, room)) as { readonly hole?: object }[]
  expect(lines.flatMap(({ hole }) => hole ?? [])).toEqual([{ device: room.deviceId, seq, hash }])
  expect(lines.toSpliced(seq - 1, 1)).toEqual(room.entries().toSpliced(seq - 1, 1))
  const { incidents, apart } = await seenByIt(back, room)
  expect(incidents).toContain('damaged')
  expect(apart).toMatchObject([{ seq, hash, reason: 'damaged', text }])
  expect(text).toContain('j-orviz')
})

it('sends the first batch within two seconds of a reconnection', async () => {
  const hub = await startHub()
  const room = await enrolled(hub)
  await synced(room)
  await hub.hub.stop()
  await room.until(({ hub: { kind } }) => kind === 'offline', 'offline')
  await press(room)
  const { seq } = room.entries().at(-1)!
  const back = await restarted(hub)
  await room.until(({ hub: { kind } }) => kind === 'online', 'online again')
  const connectedAt = performance.now()
  const has = async () => ((await hubHas(back, room)) as { seq: number }[]).at(-1)?.seq
  await expect.poll(has, { interval: 20, timeout: 10_000 }).toBeGreaterThanOrEqual(seq)
  const tookMs = performance.now() - connectedAt
  console.info(`first batch stored ${Math.round(tookMs)} ms after the reconnection`)
  expect(tookMs).toBeLessThan(2000)
})

it('a hub that is killed in the middle of a batch has the rest within two seconds of the reconnection, all of it once', async () => {
  const hub = await startHubProcess({ site: testSite() })
  later(hub.stop)
  const first = await enrolled({ hub, url: hub.url })
  await synced(first)
  first.close()
  fillLog(first.folder, keyIn(first.folder), 40_000)
  const room = openRoom({ folder: first.folder })
  const all = room.snapshot().unsynced
  room.workstation.connect()
  await room.until(({ unsynced }) => unsynced < all - 1000, 'in the middle', 60_000)
  await hub.kill()
  await room.until(({ hub: { kind } }) => kind === 'offline', 'offline')
  // Also what it had stored when it died, and could not say any more.
  const had = (await hub.exportLog(room.deviceId)).split('\n').length
  const left = room.entries().length - had
  expect(left).toBeGreaterThan(0)

  await hub.restart()
  await room.until(({ hub: { kind } }) => kind === 'online', 'online again')
  const connectedAt = performance.now()
  await room.until(({ unsynced }) => unsynced < left, 'the first batch')
  const tookMs = performance.now() - connectedAt
  console.info(`first batch acknowledged ${Math.round(tookMs)} ms after the reconnection; ${left} were left`)
  expect(tookMs).toBeLessThan(2000)
  await room.until(({ unsynced }) => unsynced === 0, 'everything synced', 60_000)
  const held = (await hub.exportLog(room.deviceId)).split('\n')
  expect(held.length).toBeGreaterThan(40_000)
  expect(held).toEqual(textsOf(room).slice(0, held.length))
}, 180_000)
