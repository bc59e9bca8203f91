import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkExport } from '../../../src/domain/log/check-export.ts'
import { emptyChain, type LogEntry } from '../../../src/domain/log/entry.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { journalEventSchema } from '../../../src/domain/retention/journal-events.ts'
import { createJournal, type Journal } from '../../../src/hub/journal.ts'
import { openStore } from '../../../src/hub/open-store.ts'
import { createRetention } from '../../../src/hub/retention.ts'
import type { HubStore, StoredEntry } from '../../../src/hub/store.ts'
import { generateKeyPair } from '../../../src/platform/node/ed25519.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import { knowDevice } from '../../support/known-device.ts'
import { type Happening, logOf, yearsOfARoom } from '../../support/old-log.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { runs } from '../../unit/domain/seeded.ts'
import { describeOnEachStore, enrol, freshPlace, manualClock, startHub } from './kit.ts'

const now = '2026-11-20T12:00:00.000Z'
const clock = manualClock(Date.parse(now))
const hubKeys = generateKeyPair()
const day = (at: string, over: Partial<Happening> = {}): Happening => ({
  type: 'responder-checked-in',
  session: null,
  call: null,
  at,
  receivedAt: at,
  ...over,
})
const y = (year: number) => `${year}-06-01T12:00:00.000Z`

describeOnEachStore('retention', (kind) => {
  let place: Awaited<ReturnType<typeof freshPlace>>
  let store: HubStore
  let journal: Journal

  async function open(): Promise<HubStore> {
    const { data = '', database } = place
    const opened = await openStore(
      database === undefined ? { kind: 'sqlite', directory: data } : { kind: 'postgres', address: database },
    )
    if (!opened.ok) throw new Error(opened.error.message)
    later(() => opened.value.close().catch(() => undefined))
    return opened.value
  }
  beforeEach(async () => {
    place = await freshPlace()
    store = await open()
    journal = createJournal(store.log, hubKeys, clock)
  })
  afterEach(cleanUp)

  const retentionOf = (years = 10, atOnce?: number) => createRetention(store, journal, clock, years, atOnce)

  const known = (deviceId: string) =>
    knowDevice(store, { deviceId, publicKey: `k-${deviceId}`, enrolledAt: now })
  /** A log as it came: each entry when it came. */
  async function given(device: string, happenings: readonly Happening[]): Promise<readonly LogEntry[]> {
    await known(device)
    const log = logOf(device, happenings)
    let head = emptyChain
    for (const { entry, receivedAt } of log) {
      const row: StoredEntry = {
        seq: entry.seq,
        hash: entry.hash,
        prev: entry.prev,
        entry: JSON.stringify(entry),
      }
      await store.log.append(device, head, [row], receivedAt)
      head = { seq: entry.seq, hash: entry.hash }
    }
    return log.map(({ entry }) => entry)
  }
  const left = async (device: string): Promise<readonly LogEntry[]> =>
    (await store.log.read(device, 1, 10_000)).map(({ entry }) => JSON.parse(entry))
  const journalLines = async () =>
    (await store.log.read(journal.deviceId, 1, 10_000)).map(({ entry }) => entry)
  const purges = async () =>
    (await journalLines())
      .map(
        (line) =>
          journalEventSchema.safeParse({ type: JSON.parse(line).type, body: JSON.parse(line).body }).data,
      )
      .filter((event) => event?.type === 'records-purged')
      .map((event) => event?.body)

  it('purges the beginning of a log, says so in the journal, and leaves a piece that verifies', async () => {
    const entries = await given('d-1', [day(y(2005)), day(y(2006)), day(y(2020)), day(now)])
    const plan = await retentionOf().plan()
    expect(await left('d-1')).toHaveLength(4)
    const report = await retentionOf().purge('the hub')
    expect(report).toEqual(plan)
    const to = { seq: 2, hash: entries[1]?.hash }
    expect(report.devices).toEqual([
      { deviceId: 'd-1', from: 1, to, entries: 2, stop: { kind: 'young', seq: 3, since: y(2020) } },
    ])
    expect(await left('d-1')).toEqual(entries.slice(2))
    expect(
      checkExport(
        (await store.log.read('d-1', 1, 9)).map(({ entry }) => entry),
        exportChecks(),
      ),
    ).toMatchObject({ ok: true, kind: 'piece', count: 2 })
    expect(await purges()).toEqual([
      {
        device: 'd-1',
        from: 1,
        to,
        entries: 2,
        rule: { years: 10, before: '2016-11-20T12:00:00.000Z' },
        by: 'the hub',
      },
    ])
    const lines = await journalLines()
    expect(checkExport(lines, exportChecks(hubKeys.publicKey))).toMatchObject({
      ok: true,
      kind: 'log',
      device: journal.deviceId,
      proofs: { signedUpTo: lines.length - 1 },
    })
    await retentionOf().purge('the hub')
    expect(await journalLines()).toEqual(lines)
  })

  it('lets the log go on after all of it was purged', async () => {
    const entries = await given('d-1', [day(y(2005)), day(y(2006))])
    await given('d-2', [day(now)])
    await retentionOf().purge('the hub')
    expect(await left('d-1')).toEqual([])
    expect(await store.log.head('d-1')).toEqual({ seq: 2, hash: entries[1]?.hash })
    const [, , third] = logOf('d-1', [day(y(2005)), day(y(2006)), day(now)])
    const row = { ...third!.entry, entry: JSON.stringify(third!.entry) }
    const { seq, hash, prev, entry } = row
    await expect(
      store.log.append('d-1', { seq: 2, hash: entries[1]!.hash }, [{ seq: 5, hash, prev, entry }], now),
    ).rejects.toThrow('without gaps')
    expect(
      await store.log.append('d-1', { seq: 2, hash: entries[1]!.hash }, [{ seq, hash, prev, entry }], now),
    ).toBe(true)
    expect(await left('d-1')).toHaveLength(1)
  })

  it('purges exactly what the journal says, whatever the room’s years were and at whatever step', async () => {
    let n = 0
    await fc.assert(
      fc.asyncProperty(
        yearsOfARoom(2000, 2026),
        fc.integer({ min: 7, max: 12 }),
        fc.option(fc.integer({ min: 1, max: 8 })),
        fc.integer({ min: 1, max: 30 }),
        async (happenings, years, held, atOnce) => {
          n += 1
          const device = `d-p${n}`
          const entries = await given(device, happenings)
          const before = (await purges()).length
          const hold =
            held === null
              ? undefined
              : await retentionOf().hold({ kind: 'session', session: `s-${held}` }, 'a lawsuit', 'counsel')
          const retention = retentionOf(years, atOnce)
          await retention.purge('the hub')
          if (hold) await retention.release(hold.id, 'settled', 'counsel')
          const kept = await left(device)
          const count = entries.length - kept.length
          expect(kept).toEqual(entries.slice(count))
          const said = (await purges()).slice(before).filter((body) => body?.device === device)
          expect(said.map((body) => body?.entries ?? 0).reduce((a, b) => a + b, 0)).toBe(count)
          expect(said.at(-1)?.to ?? null).toEqual(
            count === 0 ? null : { seq: count, hash: entries[count - 1]?.hash },
          )
          const limit = `${2026 - 7}-11-20T12:00:00.000Z`
          for (const [index, { at }] of entries.slice(0, count).entries()) {
            expect(at < limit).toBe(true)
            expect((happenings[index]?.receivedAt ?? '') < limit).toBe(true)
          }
          if (held !== null)
            for (const { seq } of recordEntries(entries, `s-${held}`)) expect(seq).toBeGreaterThan(count)
        },
      ),
      runs(kind === 'SQLite' ? 40 : 15),
    )
    expect(checkExport(await journalLines(), exportChecks(hubKeys.publicKey))).toMatchObject({ ok: true })
  }, 120_000)

  it('keeps what is on hold, until the hold is lifted', async () => {
    await given('d-1', [day(y(2005)), day(now)])
    const retention = retentionOf()
    for (const scope of [{ kind: 'everything' }, { kind: 'device', device: 'd-1' }] as const) {
      const { id } = await retention.hold(scope, 'a lawsuit', 'counsel')
      expect(await retention.holds()).toMatchObject([
        { id, scope, reason: 'a lawsuit', by: 'counsel', at: now },
      ])
      expect((await retention.purge('the hub')).devices).toMatchObject([
        { to: null, stop: { kind: 'held', hold: id } },
      ])
      expect((await retention.release('h-none', 'why not', 'x')).ok).toBe(false)
      expect((await retention.release(id, 'settled', 'counsel')).ok).toBe(true)
    }
    expect(await left('d-1')).toHaveLength(2)
    await retention.purge('the hub')
    expect(await left('d-1')).toHaveLength(1)
  })

  it('counts by the workstations’ clocks when its own has jumped ahead', async () => {
    await given('d-1', [day(y(2015)), day(y(2022)), day('2026-11-19T12:00:00.000Z')])
    const ahead = manualClock(Date.parse('2046-11-20T12:00:00.000Z'))
    const report = await createRetention(store, journal, ahead, 7).purge('the hub')
    expect(report.rule.before).toBe('2019-11-19T12:00:00.000Z')
    expect(report.aheadMs).toBeGreaterThan(19 * 365 * 86_400_000)
    expect(await left('d-1')).toHaveLength(2)
  })

  it('cannot be made to let go of what is young, unnamed or in the middle, below the program', async () => {
    const entries = await given('d-1', [day(y(2005)), day(y(2024)), day(now)])
    const attempt = async (seq: number, named: Partial<{ device: string; hash: string }> = {}) => {
      const { head } = await journal.state()
      const to = { seq, hash: entries[seq - 1]!.hash }
      const rows = journal.rows(head, [
        {
          type: 'records-purged',
          body: {
            device: named.device ?? 'd-1',
            from: 1,
            to: { seq, hash: named.hash ?? to.hash },
            entries: seq,
            rule: { years: 7, before: now },
            by: 'x',
          },
        },
      ])
      return store.retention.purge({
        deviceId: 'd-1',
        after: emptyChain,
        to,
        journal: { deviceId: journal.deviceId, head, rows, at: now },
      })
    }
    await expect(attempt(2)).rejects.toThrow('younger than seven years')
    await expect(attempt(1, { device: 'd-2' })).rejects.toThrow('in the journal')
    await expect(attempt(1, { hash: 'f'.repeat(64) })).rejects.toThrow('in the journal')
    expect(await left('d-1')).toEqual(entries)
    expect(await journalLines()).toEqual([])
    expect(await attempt(1)).toBe(true)
    expect(await attempt(1)).toBe(false)
    expect(await left('d-1')).toEqual(entries.slice(1))
  })

  it('is not overtaken: a hold that is set meanwhile counts, and two purges are one', async () => {
    const entries = await given('d-1', [day(y(2005)), day(now)])
    const { head } = await journal.state()
    const to = { seq: 1, hash: entries[0]!.hash }
    const rows = journal.rows(head, [
      {
        type: 'records-purged',
        body: { device: 'd-1', from: 1, to, entries: 1, rule: { years: 10, before: y(2016) }, by: 'x' },
      },
    ])
    const { id } = await retentionOf().hold({ kind: 'everything' }, 'a lawsuit', 'counsel')
    const purge = {
      deviceId: 'd-1',
      after: emptyChain,
      to,
      journal: { deviceId: journal.deviceId, head, rows, at: now },
    }
    expect(await store.retention.purge(purge)).toBe(false)
    expect(await left('d-1')).toHaveLength(2)
    await retentionOf().release(id, 'settled', 'counsel')
    const other = createJournal(store.log, hubKeys, clock)
    await Promise.all([retentionOf().purge('one'), createRetention(store, other, clock, 10).purge('two')])
    expect(await purges()).toHaveLength(1)
    expect(await left('d-1')).toHaveLength(1)
  })

  it('refuses a period below seven years, in words', async () => {
    expect(() => retentionOf(6)).toThrow('at least 7 whole years, and 6 was asked for')
    await expect(startHub({ ...place, retentionYears: 6.5 })).rejects.toThrow('42 CFR 424.516(f)')
  })

  it('takes purged entries that are offered again for known: neither a fork nor brought back', async () => {
    await store.close()
    const hub = await startHub({ ...place, clock })
    const device = await enrol(hub, 'ct-1')
    await hub.hub.stop()
    store = await open()
    const log = logOf(device.deviceId, [day(y(2005)), day(y(2006)), day(y(2007)), day(now), day(now)])
    const entries = log.map(({ entry }) => entry)
    let head = emptyChain
    for (const { entry, receivedAt } of log.slice(0, 4)) {
      const { seq, hash, prev } = entry
      await store.log.append(
        device.deviceId,
        head,
        [{ seq, hash, prev, entry: JSON.stringify(entry) }],
        receivedAt,
      )
      head = entry
    }
    await createRetention(store, createJournal(store.log, hubKeys, clock), clock, 10).purge('the hub')
    expect(await left(device.deviceId)).toHaveLength(1)
    await store.close()
    const again = await startHub({ ...place, port: hub.port, clock })
    expect((await device.post(entries.slice(0, 2))).body).toMatchObject({ ok: true, ack: 4 })
    expect((await device.post(entries.slice(0, 5))).body).toMatchObject({ ok: true, ack: 5 })
    const forked = logOf(device.deviceId, [day(y(2005)), day(y(2006)), day(y(2008))])
    expect((await device.post(forked.map(({ entry }) => entry))).body).toMatchObject({
      error: { kind: 'fork' },
    })
    expect((await device.post([{ ...entries[1], at: y(2009) }])).body).toMatchObject({ ok: true, ack: 5 })
    await again.hub.stop()
    store = await open()
    expect(await left(device.deviceId)).toEqual(entries.slice(3))
    const apart = await store.quarantine.list(device.deviceId, 0, 10)
    // What was purged is not brought back by a damaged copy of it either.
    expect(apart.map(({ seq, reason }) => [seq, reason])).toEqual([[3, 'fork']])
  })
})
