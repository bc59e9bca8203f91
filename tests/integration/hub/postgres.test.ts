import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { verifyChain } from '../../../src/domain/log/entry.ts'
import { createHub } from '../../../src/hub/hub.ts'
import { openExistingStore, openStore } from '../../../src/hub/open-store.ts'
import { openPostgres } from '../../../src/hub/postgres/open.ts'
import type { StoredPage } from '../../../src/hub/store.ts'
import { sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { asAdministrator, databaseUrl, freshDatabase, postgresUrl } from '../../support/postgres.ts'
import { openGate } from '../../support/tcp-gate.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { ask, chainOf, enrol, kindOf, register, startHub } from './kit.ts'
import { pageOf } from './paging-scene.ts'

afterEach(cleanUp)

async function database(options = '') {
  const made = await freshDatabase(options)
  later(made.drop)
  return made
}

/** Of a hub that cannot start. */
async function refusal(address: string): Promise<string> {
  const hub = await createHub({ database: address, port: 0, logLevel: 'silent' }).then(
    async (started) => {
      await started.stop()
      return 'it started'
    },
    (error: Error) => error.message,
  )
  return hub
}

async function account(): Promise<{ user: string; password: string }> {
  const user = `u_${randomUUID().slice(0, 8)}`
  const password = 'p@ss/w#rd'
  await asAdministrator(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`)
  later(async () => {
    await asAdministrator(`DROP OWNED BY ${user}`)
    await asAdministrator(`DROP ROLE ${user}`)
  })
  return { user, password }
}

describe.skipIf(postgresUrl === undefined)('a PostgreSQL database', () => {
  it('is made ready once by hubs that start at once, and is then found as it is', async () => {
    const { url } = await database()
    const place = { kind: 'postgres', address: url } as const
    const absent = await openExistingStore(place)
    expect(absent.ok ? '' : absent.error.message).toContain('holds no hub’s data')
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(place)))
    for (const store of stores) {
      if (!store.ok) throw new Error(store.error.message)
      await store.value.check()
      await store.value.close()
    }
    const again = await openExistingStore(place)
    expect(again.ok).toBe(true)
    if (again.ok) await again.value.close()
  })

  it('is refused in one line that says what to do, without the password', async () => {
    const { name, url } = await database()
    const { user, password } = await account()
    const secret = { user, password: encodeURIComponent(password) }
    const latin = await database("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    const newer = await database()
    const started = await openStore({ kind: 'postgres', address: newer.url })
    if (started.ok) await started.value.close()
    await asAdministrator('UPDATE scanside.schema_version SET version = 99', newer.name)
    const foreign = await database()
    await asAdministrator('CREATE SCHEMA scanside CREATE TABLE things (id int)', foreign.name)
    const standby = await database()
    await asAdministrator(`ALTER DATABASE ${standby.name} SET default_transaction_read_only = on`)

    const cases: [string, RegExp][] = [
      [databaseUrl(name, { port: 1 }), /does not answer \(.*ECONNREFUSED.*\)\. Check that the server runs/],
      [
        `postgres://${user}:${secret.password}@nowhere.invalid/x?sslmode=disable`,
        /does not answer \(.*ENOTFOUND/,
      ],
      [
        `postgres://${user}:${secret.password}@db.example.org/x`,
        /on another computer: add \?sslmode=verify-full/,
      ],
      [`${url}?sslmode=verify-full`, /over TLS/],
      [`${url}?sslmode=verify-full&sslrootcert=/no/such/file`, /cannot be read/],
      [databaseUrl('no_such_database', secret), /"no_such_database" .*does not exist\. Make it/],
      [databaseUrl(name, secret), /gives u_\w+ too few rights .* ALTER DATABASE/],
      [
        databaseUrl(name, { user, password: 'p%40ssword' }),
        /refuses u_\w+: wrong password or no such account/,
      ],
      [databaseUrl(name, { user }), /wants a password of u_\w+\. Put it/],
      [databaseUrl(name, { user: 'locked_out', password: secret.password }), /does not let locked_out in/],
      [latin.url, /encoded as LATIN1.*ENCODING 'UTF8'/],
      [newer.url, /newer version of the hub \(format 99/],
      [foreign.url, /no Scanside hub has made/],
      [standby.url, /read-only \(a standby\)\. Name the primary/],
      [
        `postgres://${user}:${password}@localhost/x`,
        /not the address of a PostgreSQL database: write postgres/,
      ],
    ]
    for (const [address, words] of cases) {
      const said = await refusal(address)
      expect(said).toMatch(words)
      expect(said).not.toMatch(/\n|p@ss|p%40ss/)
    }
  })

  it('works for an account that owns nothing but its database', async () => {
    const { user, password } = await account()
    const owned = await database(`OWNER ${user}`)
    const hub = await startHub({
      database: databaseUrl(owned.name, { user, password: encodeURIComponent(password) }),
    })
    const device = await enrol(hub, 'ct-1')
    expect((await device.post(chainOf(device.deviceId, 3))).body).toMatchObject({ ok: true, ack: 3 })
    expect(hub.log.join('')).not.toContain('p@ss')
  })

  it('refuses to change its log, whoever asks', async () => {
    const { name, url } = await database()
    const hub = await startHub({ database: url })
    const device = await enrol(hub, 'ct-1')
    await device.post(chainOf(device.deviceId, 3))
    for (const statement of [
      "UPDATE scanside.log SET entry = 'x'",
      'DELETE FROM scanside.log WHERE seq = 3',
      'TRUNCATE scanside.log',
    ])
      await expect(asAdministrator(statement, name)).rejects.toThrow('append-only')
    await expect(
      asAdministrator(
        `INSERT INTO scanside.log SELECT device_id, 9, hash, prev, entry, received_at FROM scanside.log LIMIT 1`,
        name,
      ),
    ).rejects.toThrow('without gaps')
  })

  it('makes every commit durable, whatever its database’s default is', async () => {
    const { name, url } = await database()
    await asAdministrator(`ALTER DATABASE ${name} SET synchronous_commit = off`)
    const opened = await openPostgres(url, 'make')
    if (!opened.ok) throw new Error(opened.error.message)
    const { sql, close } = opened.value
    const [alone] = await sql.rows('SHOW synchronous_commit')
    const [within] = await sql.inTransaction((tx) => tx.rows('SHOW synchronous_commit'))
    await close()
    expect([alone, within]).toEqual([{ synchronous_commit: 'on' }, { synchronous_commit: 'on' }])
  })
})

describe.skipIf(postgresUrl === undefined)('calls on a database that hubs share', () => {
  const page: StoredPage = {
    escalationId: 'e-1',
    deviceId: 'd-1',
    page: '{}',
    startedAt: '2026-11-20T12:00:00.000Z',
    primary: null,
    receipts: {},
    ladder: null,
    pagings: {},
  }
  const deaf = { onNotice: () => undefined, onMissed: () => undefined, onBeat: () => undefined }

  async function storesOf(url: string, count: number) {
    const opened = await Promise.all(
      Array.from({ length: count }, () => openStore({ kind: 'postgres', address: url })),
    )
    return opened.map((store) => {
      if (!store.ok) throw new Error(store.error.message)
      later(async () => {
        await store.value.exchange?.leave()
        await store.value.close()
      })
      return store.value
    })
  }

  it('are looked after by one hub at a time, and taken over once from one that is dead', async () => {
    const { url, name } = await database()
    const [a, b, c] = await storesOf(url, 3)
    if (!a || !b || !c) throw new Error('three stores')
    for (const { exchange } of [a, b, c]) await exchange?.join(deaf)
    await a.pages.save(page, 'first')
    expect(await b.pages.takeOver()).toEqual([])
    // A room that has come to another hub brings its call along.
    expect(await b.pages.claim('e-1')).toEqual(page)
    expect(await b.pages.claim('e-1')).toBe(null)
    expect(await a.pages.save({ ...page, primary: 'dr-chen' }, 'later')).toBe(false)
    expect([await a.pages.mine(), await b.pages.mine()]).toEqual([[], ['e-1']])
    await asAdministrator(
      `UPDATE scanside.hubs SET seen_at = now() - interval '1 hour' WHERE hub_id = '${b.exchange?.hubId}'`,
      name,
    )
    const taken = await Promise.all([a.pages.takeOver(), c.pages.takeOver()])
    expect(taken.flat()).toEqual([page])
    // Again and again: who comes second has waited for the other's update, or has not, as it happens.
    for (let round = 0; round < 40; round += 1) {
      await asAdministrator("UPDATE scanside.pages SET owner = 'gone'", name)
      const each = await Promise.all([a, c].map(({ pages }) => pages.takeOver()))
      expect(each.flat()).toHaveLength(1)
    }
    // It has ended: a state that comes late brings nothing back.
    await a.pages.remove('e-1')
    expect(await a.pages.save(page, 'later')).toBe(false)
    expect(await a.pages.anyOf('d-1')).toBe(false)
  })
})

describe.skipIf(postgresUrl === undefined)('a hub whose database goes away', () => {
  async function hubBehindGate() {
    const { name, url } = await database()
    const target = new URL(url)
    const gate = await openGate({ host: target.hostname, port: Number(target.port) })
    later(gate.close)
    const hub = await startHub({ database: databaseUrl(name, { port: gate.port }) })
    return { name, gate, hub }
  }

  it('says so with 503 in the middle of ingest, recovers by itself, and has lost nothing that it acknowledged', async () => {
    const { name, gate, hub } = await hubBehindGate()
    const device = await enrol(hub, 'ct-1')
    const chain = chainOf(device.deviceId, 3000)
    const answers = new Map<number, number>()
    let acked = 0
    let cuts = 0
    while (acked < chain.length) {
      const sent = device.post(chain.slice(acked, acked + 25))
      if (acked >= (cuts + 1) * 600 && cuts < 4) {
        cuts += 1
        if (cuts % 2 === 0) await sleep(Math.random() * 6)
        // Both a cable that is pulled and a server that throws everybody out.
        if (cuts < 3) {
          gate.cut()
          setTimeout(gate.mend, 700)
        } else
          await asAdministrator(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
          )
      }
      const { status, body, headers } = await sent
      answers.set(status, (answers.get(status) ?? 0) + 1)
      if (status === 200) {
        expect(body.ack).toBeGreaterThanOrEqual(acked)
        acked = body.ack
        continue
      }
      expect([status, kindOf(body)]).toEqual([503, 'unavailable'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      await sleep(50)
    }
    expect(answers.get(503)).toBeGreaterThan(0)
    const stored = (await Array.fromAsync(hub.hub.exportLog(device.deviceId))).map((line) => JSON.parse(line))
    expect(stored).toEqual(chain)
    expect(verifyChain(stored, sha256Hex)).toMatchObject({ ok: true, count: 3000 })
    expect((await hub.hub.devices())[0]?.incidents).toBe(0)
  })

  it('pages all the same, and says that the page is not stored', async () => {
    const { gate, hub } = await hubBehindGate()
    const device = await enrol(hub, 'ct-1')
    const room = await device.connect()
    const chen = await (await register(hub, 'dr-chen')).onCall()
    await room.send('status', { step: 'idle', technologistSignedIn: true, primary: 'dr-chen', standby: null })
    gate.cut()
    expect((await ask(hub.url, '/api/health')).status).toBe(503)
    const escalationId = 'e-1'
    const page = pageOf(device, { escalationId })
    const answer = room.send('page', { page })
    expect((await chen.next('page')).page.escalationId).toBe(escalationId)
    expect(kindOf(await answer)).toBe('not-stored')
    gate.mend()
    expect(await room.send('page', { page })).toEqual({ ok: true })
    expect((await ask(hub.url, '/api/health')).status).toBe(200)
  })
})
