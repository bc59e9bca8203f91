import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Exchange, ExchangeListener } from '../store.ts'
import { leaseMs } from '../store.ts'
import { createClient, type Sql } from './sql.ts'

const beatMs = 1000
const relistenAfterMs = 500
/** A notice holds less than 8000 bytes; what is longer is laid into a table and its number is told. */
const maxNoticeBytes = 7900
const maxWaiting = 20_000
const maxBatch = 200
const parcelMark = '#'

/** Hubs on one database hear each other by LISTEN and NOTIFY, and know by their leases who is alive. */
export function postgresExchange(sql: Sql, address: string): Exchange {
  const hubId = `h-${randomUUID()}`
  let listener: ExchangeListener | undefined
  let client: pg.Client | undefined
  let heardAtMs = performance.now()
  let inbox: Promise<void> = Promise.resolve()
  let beating: NodeJS.Timeout | undefined
  let beats = 0
  let outbox: string[] = []
  let flushing: Promise<void> | undefined

  async function listen(): Promise<void> {
    const fresh = createClient(address)
    client = fresh
    fresh.on('error', () => lost(fresh))
    fresh.on('end', () => lost(fresh))
    fresh.on('notification', ({ payload = '' }) => {
      heardAtMs = performance.now()
      // In order, although a parcel has to be fetched.
      inbox = inbox.then(() => take(payload)).catch(() => undefined)
    })
    await fresh.connect()
    await fresh.query('LISTEN scanside_hubs')
    heardAtMs = performance.now()
  }

  function lost(which: pg.Client): void {
    if (client !== which || listener === undefined) return
    client = undefined
    void which.end().catch(() => undefined)
    setTimeout(relisten, relistenAfterMs).unref()
  }
  function relisten(): void {
    if (listener === undefined || client !== undefined) return
    listen().then(
      () => listener?.onMissed(),
      () => client && lost(client),
    )
  }

  async function take(payload: string): Promise<void> {
    if (!payload.startsWith(parcelMark)) return listener?.onNotice(payload)
    const [parcel] = await sql.rows<{ body: string }>('SELECT body FROM scanside.parcels WHERE id = $1', [
      Number(payload.slice(parcelMark.length)),
    ])
    if (parcel) listener?.onNotice(parcel.body)
  }

  async function flush(): Promise<void> {
    while (outbox.length > 0) {
      const batch = outbox.slice(0, maxBatch)
      try {
        await send(batch)
      } catch {
        // Sent again with what comes meanwhile; whoever heard it twice knows by its number.
        await new Promise((resolve) => setTimeout(resolve, relistenAfterMs).unref())
        if (listener === undefined) return
        continue
      }
      outbox = outbox.slice(batch.length)
    }
  }
  async function send(batch: readonly string[]): Promise<void> {
    const isLong = batch.map((notice) => notice.length > maxNoticeBytes)
    if (!isLong.includes(true)) return void (await sql.rows(notifyAll, [batch]))
    await sql.inTransaction(async (tx) => {
      for (const [index, notice] of batch.entries()) {
        if (!isLong[index]) {
          await tx.rows(notifyAll, [[notice]])
          continue
        }
        await tx.rows(
          `WITH laid AS (INSERT INTO scanside.parcels (body) VALUES ($1) RETURNING id)
           SELECT pg_notify('scanside_hubs', $2 || id) FROM laid`,
          [notice, parcelMark],
        )
      }
    })
  }

  async function renew(): Promise<void> {
    await sql.rows(
      `INSERT INTO scanside.hubs (hub_id, seen_at) VALUES ($1, now())
       ON CONFLICT (hub_id) DO UPDATE SET seen_at = excluded.seen_at`,
      [hubId],
    )
    beats += 1
    if (beats % 30 !== 0) return
    await sql.rows(`DELETE FROM scanside.parcels WHERE laid_at < now() - interval '1 minute'`)
    await sql.rows(`DELETE FROM scanside.hubs WHERE seen_at < now() - interval '1 minute'`)
  }

  function beat(): void {
    listener?.onBeat()
    renew().catch(() => undefined)
    // A hub hears its own words too: one that hears nothing has a connection that is dead and does not say so.
    if (client && performance.now() - heardAtMs > leaseMs) lost(client)
  }

  return {
    hubId,
    async join(joining) {
      listener = joining
      await renew()
      await listen()
      beating = setInterval(beat, beatMs)
      beating.unref()
    },
    publish(notice) {
      outbox.push(notice)
      if (outbox.length > maxWaiting) outbox = outbox.slice(-maxWaiting / 2)
      flushing ??= flush().finally(() => {
        flushing = undefined
      })
    },
    async leave() {
      clearInterval(beating)
      await Promise.race([flushing, new Promise((resolve) => setTimeout(resolve, relistenAfterMs))])
      listener = undefined
      await sql.rows('DELETE FROM scanside.hubs WHERE hub_id = $1', [hubId]).catch(() => undefined)
      await client?.end().catch(() => undefined)
    },
  }
}

const notifyAll = `SELECT pg_notify('scanside_hubs', notice) FROM unnest($1::text[]) AS notice`
