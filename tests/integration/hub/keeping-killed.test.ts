import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { deviceIdOf } from '../../../src/contract/hub.ts'
import { checkExport } from '../../../src/domain/log/check-export.ts'
import { emptyChain } from '../../../src/domain/log/entry.ts'
import { systemClock } from '../../../src/hub/clock.ts'
import { loadKeys } from '../../../src/hub/context.ts'
import { createJournal } from '../../../src/hub/journal.ts'
import { openStore } from '../../../src/hub/open-store.ts'
import type { HubStore } from '../../../src/hub/store.ts'
import { isArchive } from '../../../src/platform/node/archive-reading.ts'
import { generateKeyPair, publicKeySha256 } from '../../../src/platform/node/ed25519.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import { verifyFolder } from '../../../tools/verify-archive.ts'
import { knowDevice } from '../../support/known-device.ts'
import { logOf } from '../../support/old-log.ts'
import { asAdministrator, freshDatabase, postgresUrl } from '../../support/postgres.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { seed } from '../../unit/domain/seeded.ts'
import { describeOnEachStore, freshPlace, type TestPlace, tempDir } from './kit.ts'
import { siteFile } from './processes.ts'

afterEach(cleanUp, 30_000)

const kills = 10
const oldEntries = 3000
const entries = oldEntries + 300
/** Within which each is killed, from when it begins. */
const killWithinMs = 120
const roomKey = generateKeyPair()
const device = deviceIdOf(publicKeySha256(roomKey.publicKey))
const old = '2010-01-01T00:00:00.000Z'

/** The same numbers from the same seed. */
function dice(): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

async function open({ data = '', database }: TestPlace): Promise<HubStore> {
  const opened = await openStore(
    database === undefined ? { kind: 'sqlite', directory: data } : { kind: 'postgres', address: database },
  )
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

/** A room's log: most of it long past its time. */
async function fill(store: HubStore): Promise<void> {
  await knowDevice(store, { deviceId: device, publicKey: roomKey.publicKey, enrolledAt: old })
  const now = new Date().toISOString()
  const rows = logOf(
    device,
    Array.from({ length: entries }, (_, index) => {
      const when = index < oldEntries ? old : now
      return { type: 'responder-checked-in', session: null, call: null, at: when, receivedAt: when }
    }),
  ).map(({ entry }) => ({ ...entry, entry: JSON.stringify(entry) }))
  for (let from = 0; from < rows.length; from += 1000) {
    const { seq, hash } = rows[from - 1] ?? emptyChain
    await store.log.append(device, { seq, hash }, rows.slice(from, from + 1000), old)
  }
}

/** What is kept begins where the journal says that the purge ended, and all of it verifies. */
async function expectWhole(store: HubStore): Promise<number> {
  const { signing } = await loadKeys(store.meta)
  const journal = createJournal(store.log, signing, systemClock)
  const all = async (of: string) => (await store.log.read(of, 1, 100_000)).map(({ entry }) => entry)
  const kept = await all(device)
  expect(checkExport(kept, exportChecks(signing.publicKey))).toMatchObject({ ok: true })
  const lines = await all(journal.deviceId)
  const said = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'records-purged')
  const gone = entries - kept.length
  expect(said.at(-1)?.body.to.seq ?? 0).toBe(gone)
  expect(await store.retention.purged(device)).toMatchObject({ seq: gone })
  if (lines.length > 0)
    expect(checkExport(lines, exportChecks(signing.publicKey))).toMatchObject({ ok: true })
  return gone
}

/** A process that works on the data; resolves with its first line. */
async function begin(
  script: string,
  { data = '', database }: TestPlace,
  ...more: string[]
): Promise<{ readonly child: ChildProcess; readonly line: string; readonly ended: Promise<number | null> }> {
  const place = database === undefined ? ['data', data] : ['database', database]
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...place, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  later(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(([code]) => code)
  for await (const line of createInterface({ input: child.stdout! })) return { child, line, ended }
  throw new Error(`${script} did not begin`)
}

describeOnEachStore('a purge and a copy that are killed', () => {
  it('leave nothing half, whenever it is, and the next ones finish', async () => {
    const place = await freshPlace()
    const folder = join(await tempDir(), 'share')
    mkdirSync(folder)
    const store = await open(place)
    later(() => store.close())
    await fill(store)
    const { signing } = await loadKeys(store.meta)
    const roll = dice()
    const progress: number[] = []
    for (let n = 0; n < kills; n += 1) {
      const { child, ended } = await begin('keeping-hand.ts', place, folder)
      await sleep(roll() * killWithinMs)
      child.kill('SIGKILL')
      await ended
      progress.push(await expectWhole(store))
      if (isArchive(folder)) expect(verifyFolder(folder, signing.publicKey).words).toContain('VERIFIED')
    }
    // Else it was killed after its work, which tells nothing.
    expect(progress.filter((gone) => gone > 0 && gone < oldEntries)).not.toEqual([])

    const { ended } = await begin('keeping-hand.ts', place, folder)
    expect(await ended).toBe(0)
    expect(await expectWhole(store)).toBe(oldEntries)
    expect(readdirSync(folder).filter((name) => !/^\d{6}$/.test(name))).toEqual([])
    expect(verifyFolder(folder, signing.publicKey)).toMatchObject({
      holds: true,
      words: expect.stringContaining(`to ${entries}, each`),
    })
  }, 120_000)
})

describe.skipIf(postgresUrl === undefined)('two hubs on one database', () => {
  it('copy one at a time; when one is killed, the other takes the copy over', async () => {
    const database = await freshDatabase()
    later(database.drop)
    const place = { database: database.url }
    const folder = join(await tempDir(), 'share')
    mkdirSync(folder)
    const site = await siteFile()
    const copyOf = async (url: string): Promise<string> =>
      (await (await fetch(`${url}/api/health`)).json()).copy.state
    const owner = async () =>
      (await asAdministrator("SELECT hub_id FROM scanside.leases WHERE name = 'copy'", database.name)).rows[0]
        ?.hub_id
    const a = await begin('hasty-hub.ts', place, site, folder)
    await expect.poll(() => copyOf(a.line), { timeout: 10_000 }).toBe('ok')
    const first = await owner()
    const b = await begin('hasty-hub.ts', place, site, folder)
    await expect.poll(() => copyOf(b.line), { timeout: 10_000 }).toBe('elsewhere')
    const store = await open(place)
    later(() => store.close())
    await fill(store)
    a.child.kill('SIGKILL')
    await a.ended
    expect(await owner()).toBe(first)
    // An hour later.
    await asAdministrator("UPDATE scanside.leases SET until = now() - interval '1 s'", database.name)
    await expect.poll(() => copyOf(b.line), { timeout: 20_000 }).toBe('ok')
    expect(await owner()).not.toBe(first)
    await expect
      .poll(() => isArchive(folder) && verifyFolder(folder, undefined).words, { timeout: 20_000 })
      .toContain(`to ${entries}, each`)
  }, 60_000)
})
