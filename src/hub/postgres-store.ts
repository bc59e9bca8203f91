import { canonicalJson, type Json } from '../domain/log/canonical.ts'
import type { IssuedContent } from '../domain/policy/policy.ts'
import { ok, type Result } from '../domain/result.ts'
import { sha256Hex } from '../platform/node/ed25519.ts'
import { postgresMailbox, postgresPages } from './postgres/calls.ts'
import { postgresExchange } from './postgres/exchange.ts'
import { postgresLeases } from './postgres/leases.ts'
import { postgresLog } from './postgres/log.ts'
import { openPostgres } from './postgres/open.ts'
import { postgresPagerEndings, postgresPushSubscriptions } from './postgres/pagers.ts'
import { postgresPhysicians } from './postgres/people.ts'
import { postgresQuarantine } from './postgres/quarantine.ts'
import { postgresRetention } from './postgres/retention.ts'
import { postgresDevices, postgresEnrolment } from './postgres/rooms.ts'
import type { Sql } from './postgres/sql.ts'
import type { HubStore, MetaStore, OnceStore, PolicyStore, StoredPolicy } from './store.ts'
import type { StoreProblem } from './store-problem.ts'

/** The hub's store in a PostgreSQL database, in a schema of its own. Several hubs may use it at the same time. */
export async function openPostgresStore(
  address: string,
  whenAbsent: 'make' | 'leave' = 'make',
): Promise<Result<HubStore, StoreProblem>> {
  const opened = await openPostgres(address, whenAbsent)
  if (!opened.ok) return opened
  const { sql, close } = opened.value
  const exchange = postgresExchange(sql, address)
  return ok({
    meta: postgresMeta(sql),
    policies: postgresPolicies(sql),
    enrolment: postgresEnrolment(sql),
    devices: postgresDevices(sql),
    physicians: postgresPhysicians(sql),
    log: postgresLog(sql),
    retention: postgresRetention(sql),
    quarantine: postgresQuarantine(sql),
    pages: postgresPages(sql, exchange.hubId),
    mailbox: postgresMailbox(sql),
    pushSubscriptions: postgresPushSubscriptions(sql),
    pagerEndings: postgresPagerEndings(sql),
    once: postgresOnce(sql),
    leases: postgresLeases(sql, exchange.hubId),
    exchange,
    check: async () => void (await sql.rows('SELECT 1 FROM scanside.meta LIMIT 1')),
    close,
  })
}

function postgresMeta(sql: Sql): MetaStore {
  async function get(name: string): Promise<string | null> {
    const [row] = await sql.rows<{ value: string }>('SELECT value FROM scanside.meta WHERE name = $1', [name])
    return row?.value ?? null
  }
  return {
    get,
    async set(name, value) {
      await sql.rows(
        `INSERT INTO scanside.meta (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        [name, value],
      )
    },
    async getOrMake(name, make) {
      const there = await get(name)
      if (there !== null) return there
      const made = make()
      await sql.rows('INSERT INTO scanside.meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        name,
        made,
      ])
      return (await get(name)) ?? made
    },
  }
}

function postgresPolicies(sql: Sql): PolicyStore {
  return {
    async current() {
      const [row] = await sql.rows<Omit<StoredPolicy, 'content'> & { content: string }>(
        `SELECT version, issued_at AS "issuedAt", content, signature
         FROM scanside.policies JOIN scanside.site_contents ON hash = content_hash
         ORDER BY version DESC LIMIT 1`,
      )
      // Written by `add` alone.
      return row ? { ...row, content: JSON.parse(row.content) as IssuedContent } : null
    },
    async version() {
      const [row] = await sql.rows<{ version: number | null }>(
        'SELECT max(version) AS version FROM scanside.policies',
      )
      return row?.version ?? 0
    },
    add({ version, issuedAt, content, signature }) {
      const text = canonicalJson(content as unknown as Json)
      const hash = sha256Hex(text)
      return sql.inTransaction(async (tx) => {
        await tx.rows(
          'INSERT INTO scanside.site_contents (hash, content) VALUES ($1, $2) ON CONFLICT DO NOTHING',
          [hash, text],
        )
        const added = await tx.changed(
          `INSERT INTO scanside.policies (version, issued_at, content_hash, signature)
           VALUES ($1, $2, $3, $4) ON CONFLICT (version) DO NOTHING`,
          [version, issuedAt, hash, signature],
        )
        return added > 0
      })
    },
  }
}

function postgresOnce(sql: Sql): OnceStore {
  return {
    async put(secretHash, value, expiresAt, now) {
      await sql.rows(
        `WITH over AS (DELETE FROM scanside.once WHERE expires_at <= $4)
         INSERT INTO scanside.once (secret_hash, value, expires_at) VALUES ($1, $2, $3)`,
        [secretHash, value, expiresAt, now],
      )
    },
    async take(secretHash) {
      const [found] = await sql.rows<{ value: string; expiresAt: string }>(
        'DELETE FROM scanside.once WHERE secret_hash = $1 RETURNING value, expires_at AS "expiresAt"',
        [secretHash],
      )
      return found ?? null
    },
  }
}
