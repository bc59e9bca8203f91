import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deviceIdOf } from '../../../src/contract/hub.ts'
import { emptyChain } from '../../../src/domain/log/entry.ts'
import { scheduleCopy } from '../../../src/hub/copy-schedule.ts'
import { createCopying } from '../../../src/hub/copying.ts'
import { createJournal, type Journal } from '../../../src/hub/journal.ts'
import { openStore } from '../../../src/hub/open-store.ts'
import { createRetention } from '../../../src/hub/retention.ts'
import type { HubStore } from '../../../src/hub/store.ts'
import { type ArchivePart, writeArchivePart } from '../../../src/platform/node/archive-writer.ts'
import { generateKeyPair, publicKeySha256 } from '../../../src/platform/node/ed25519.ts'
import { verifyFolder } from '../../../tools/verify-archive.ts'
import { knowDevice } from '../../support/known-device.ts'
import { logOf } from '../../support/old-log.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { describeOnEachStore, freshPlace, manualClock, tempDir } from './kit.ts'

const now = '2026-11-20T12:00:00.000Z'
const clock = manualClock(Date.parse(now))
const old = '2015-01-01T00:00:00.000Z'
const keys = generateKeyPair()
const roomKey = generateKeyPair()
const device = deviceIdOf(publicKeySha256(roomKey.publicKey))

describeOnEachStore('the scheduled copy', () => {
  let store: HubStore
  let journal: Journal
  let folder: string
  let stored = 0

  async function open(place: Awaited<ReturnType<typeof freshPlace>>): Promise<HubStore> {
    const { data = '', database } = place
    const opened = await openStore(
      database === undefined ? { kind: 'sqlite', directory: data } : { kind: 'postgres', address: database },
    )
    if (!opened.ok) throw new Error(opened.error.message)
    later(() => opened.value.close())
    return opened.value
  }
  beforeEach(async () => {
    store = await open(await freshPlace())
    journal = createJournal(store.log, keys, clock)
    folder = join(await tempDir(), 'share')
    mkdirSync(folder)
    stored = 0
    await knowDevice(store, { deviceId: device, publicKey: roomKey.publicKey, enrolledAt: now })
  })
  afterEach(cleanUp)

  /** @param young how many of them, at the end, are of today */
  const all = (count: number, young = 0) =>
    logOf(
      device,
      Array.from({ length: count }, (_, index) => {
        const at = index < count - young ? old : now
        return { type: 'responder-checked-in', session: null, call: null, at, receivedAt: at }
      }),
    )
  /** The room's log grows to so many entries. */
  async function grow(to: number, young = 0): Promise<void> {
    const rows = all(to, young).map(({ entry }) => ({
      seq: entry.seq,
      hash: entry.hash,
      prev: entry.prev,
      entry: JSON.stringify(entry),
    }))
    const { seq, hash } = rows[stored - 1] ?? emptyChain
    expect(await store.log.append(device, { seq, hash }, rows.slice(stored), old)).toBe(true)
    stored = to
  }
  const copying = (atMost?: number) => createCopying({ store, journal, keys, clock }, folder, atMost)
  const verified = () => verifyFolder(folder, keys.publicKey)

  it('adds what is new in closed parts, writes nothing again, and verifies as a whole', async () => {
    await grow(25)
    expect(await copying(10).copy()).toMatchObject({ parts: 3 })
    const before = readdirSync(folder)
    expect(before).toEqual(['000001', '000002', '000003'])
    expect(await copying().copy()).toEqual({ parts: 0, entries: 0 })
    await grow(30)
    expect(await copying().copy()).toMatchObject({ parts: 1 })
    expect(verified().words).toContain(`Workstation ${device}: 30 entries, 1 to 30`)
    expect(verified().words).toContain('4 parts, none missing between them')
  })

  it('goes on after a kill in the middle of a part, and leaves nothing half', async () => {
    await grow(5)
    await copying().copy()
    mkdirSync(join(folder, '000002.part'))
    writeFileSync(join(folder, '000002.part', `${device}.jsonl`), '{"torn":')
    await grow(9)
    await copying().copy()
    expect(readdirSync(folder)).toEqual(['000001', '000002'])
    expect(verified()).toMatchObject({ holds: true })
  })

  it('has the key of every log in it, also when rooms are enrolled while it is made; the keys are written first', async () => {
    await grow(3)
    let n = 0
    const enrolling: HubStore = {
      ...store,
      devices: {
        ...store.devices,
        // Whenever somebody has looked, there is one more, with a log.
        list: async () => {
          const found = await store.devices.list()
          n += 1
          const { publicKey } = generateKeyPair()
          const deviceId = deviceIdOf(publicKeySha256(publicKey))
          await knowDevice(store, { deviceId, publicKey, hostname: `pc-${n}`, enrolledAt: now })
          const log = logOf(deviceId, [
            { type: 'app-started', session: null, call: null, at: now, receivedAt: now },
          ])
          const rows = log.map(({ entry: { seq, hash, prev, ...rest } }) => ({
            seq,
            hash,
            prev,
            entry: JSON.stringify({ ...rest, seq, hash, prev }),
          }))
          await store.log.append(deviceId, emptyChain, rows, now)
          return found
        },
      },
    }
    let isFirst: boolean | undefined
    const once = createCopying({ store: enrolling, journal, keys, clock }, folder)
    await once
      .copy(async () => {
        isFirst ??= verified().holds
        // The rest of them, without end.
        throw new Error('enough')
      })
      .catch(() => undefined)
    expect(isFirst).toBe(true)
    expect(n).toBeGreaterThan(2)

    const cut = join(folder, '..', 'cut')
    const broken = (function* () {
      yield '{"seq":1,"prev":"","hash":""}'
      throw new Error('cut off')
    })()
    const part: ArchivePart = {
      folder: cut,
      signer: { kind: 'hub', deviceId: journal.deviceId, publicKey: keys.publicKey, sign: () => '' },
      part: 1,
      prev: emptyChain.hash,
      at: now,
      holds: 'everything',
      whole: true,
      keys: '{"hub":null,"devices":[]}',
      pieces: [{ kind: 'log', device, lines: broken }],
    }
    await expect(writeArchivePart(part)).rejects.toThrow('cut off')
    expect(readFileSync(join(`${cut}.part`, 'keys.json'), 'utf8')).toBe(`${part.keys}\n`)
  })

  const purged = () => createRetention(store, journal, clock, 10).purge('the hub')

  it('explains a purge that came before the copy', async () => {
    await grow(3)
    await copying().copy()
    await grow(7, 1)
    expect((await purged()).devices).toMatchObject([{ from: 1, to: { seq: 6 }, entries: 6 }])
    expect(await copying().copy()).toMatchObject({ parts: 1 })
    expect(verified().words).toContain(`Workstation ${device}: 4 entries, 1 to 3 and 7 to 7`)
    expect(verified()).toMatchObject({ holds: true })
  })

  it('goes on in a part of its own where a purge overtakes it', async () => {
    await grow(1400, 100)
    let reads = 0
    const overtaken: HubStore = {
      ...store,
      log: {
        ...store.log,
        async read(of, from, limit) {
          if (of === device && from > 1 && ++reads === 1) await purged()
          return store.log.read(of, from, limit)
        },
      },
    }
    const copier = createCopying({ store: overtaken, journal, keys, clock }, folder)
    expect(await copier.copy()).toMatchObject({ parts: 2 })
    expect(verified().words).toContain(`Workstation ${device}: 600 entries, 1 to 500 and 1301 to 1400`)
    expect(verified()).toMatchObject({ holds: true })
  })

  it('finds a part that was changed, cut off or taken out, and a last part that is gone', async () => {
    await grow(5)
    await copying(3).copy()
    const part = (name: string) => join(folder, name)
    truncateSync(join(part('000001'), `${device}.jsonl`), 40)
    expect(verified().words).toContain('it was cut off')
    rmSync(part('000001'), { recursive: true })
    expect(verified().words).toContain('part 000001 is missing')
    await expect(copying().copy()).rejects.toThrow('part 000001 is missing')
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
    await expect(copying().copy()).rejects.toThrow('is the share mounted?')
  })

  it('says loudly that the share is away, tries again by itself, and goes on when it is back', async () => {
    await grow(2)
    const said: { level: string; words: string }[] = []
    const note = (level: string) => (_fields: unknown, words: string) => void said.push({ level, words })
    const log = { info: note('info'), error: note('error') } as never
    const away = `${folder}-away`
    renameSync(folder, away)
    const ours = manualClock(Date.parse(now))
    const schedule = scheduleCopy({ store, journal, keys, clock: ours, log }, folder, 3_600_000)
    await schedule.tick()
    expect(schedule.status()).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('is the share mounted?'),
    })
    expect(existsSync(folder)).toBe(false)
    ours.advance(11 * 60_000)
    await schedule.tick()
    renameSync(away, folder)
    await schedule.tick()
    expect(schedule.status().state).toBe('failed')
    ours.advance(11 * 60_000)
    await schedule.tick()
    expect(schedule.status()).toMatchObject({ state: 'ok', problem: null })
    expect(said.map(({ level }) => level)).toEqual(['error', 'error', 'info'])
    const types = (await store.log.read(journal.deviceId, 1, 99)).map(({ entry }) => JSON.parse(entry).type)
    expect(types.filter((type) => type !== 'log-checkpointed')).toEqual(['copy-failed', 'copy-made'])
    expect(verified()).toMatchObject({ holds: true })
  })
})
