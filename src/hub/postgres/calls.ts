import { type PageRow, pageOfRow, rowOfPage } from '../page-row.ts'
import { type Letter, leaseMs, type MailboxStore, type PageStore } from '../store.ts'
import type { Sql } from './sql.ts'

const pageColumns = `escalation_id AS "escalationId", device_id AS "deviceId", page, started_at AS "startedAt",
  primary_id AS "primary", receipts, ladder, pagings`

export function postgresPages(sql: Sql, hubId: string): PageStore {
  return {
    async save(given, which) {
      const { escalationId, deviceId, page, startedAt, primary, receipts, ladder, pagings } = rowOfPage(given)
      const values = [escalationId, deviceId, page, startedAt, primary, receipts, hubId, ladder, pagings]
      const saved = await sql.changed(
        which === 'first'
          ? `INSERT INTO scanside.pages
               (escalation_id, device_id, page, started_at, primary_id, receipts, owner, ladder, pagings)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (escalation_id) DO UPDATE SET
               page = excluded.page, started_at = excluded.started_at, primary_id = excluded.primary_id,
               receipts = excluded.receipts, owner = excluded.owner,
               ladder = excluded.ladder, pagings = excluded.pagings`
          : `UPDATE scanside.pages
             SET page = $3, started_at = $4, primary_id = $5, receipts = $6, ladder = $8, pagings = $9
             WHERE escalation_id = $1 AND device_id = $2 AND owner = $7`,
        values,
      )
      return saved > 0
    },
    async remove(escalationId) {
      await sql.rows('DELETE FROM scanside.pages WHERE escalation_id = $1', [escalationId])
    },
    async takeOver() {
      // Against the owner that was seen: whoever waits for another hub's update finds another owner, and takes nothing.
      const rows = await sql.rows<PageRow>(
        `UPDATE scanside.pages SET owner = $1
         FROM (
           SELECT escalation_id AS left_id, owner AS left_by FROM scanside.pages
           WHERE owner IS DISTINCT FROM $1 AND NOT EXISTS (
             SELECT FROM scanside.hubs
             WHERE hub_id = owner AND seen_at > now() - $2::bigint * interval '1 millisecond')
         ) AS orphan
         WHERE escalation_id = left_id AND owner IS NOT DISTINCT FROM left_by
         RETURNING ${pageColumns}`,
        [hubId, leaseMs],
      )
      return rows.map(pageOfRow).toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
    },
    async claim(escalationId) {
      const [row] = await sql.rows<PageRow>(
        `UPDATE scanside.pages SET owner = $1 WHERE escalation_id = $2 AND owner IS DISTINCT FROM $1
         RETURNING ${pageColumns}`,
        [hubId, escalationId],
      )
      return row ? pageOfRow(row) : null
    },
    async mine() {
      const rows = await sql.rows<{ escalationId: string }>(
        'SELECT escalation_id AS "escalationId" FROM scanside.pages WHERE owner = $1',
        [hubId],
      )
      return rows.map(({ escalationId }) => escalationId)
    },
    async anyOf(deviceId) {
      const rows = await sql.rows('SELECT 1 FROM scanside.pages WHERE device_id = $1 LIMIT 1', [deviceId])
      return rows.length > 0
    },
  }
}

const letterColumns = `statement_id AS "statementId", device_id AS "deviceId", physician_id AS "physicianId",
  hash, signed, received_at AS "receivedAt", logged_at AS "loggedAt"`

export function postgresMailbox(sql: Sql): MailboxStore {
  async function get(deviceId: string, statementId: string): Promise<Letter | null> {
    const [letter] = await sql.rows<Letter>(
      `SELECT ${letterColumns} FROM scanside.mailbox WHERE device_id = $1 AND statement_id = $2`,
      [deviceId, statementId],
    )
    return letter ?? null
  }
  return {
    async put(letter) {
      const { deviceId, statementId, physicianId, hash, signed, receivedAt, loggedAt } = letter
      await sql.rows(
        `INSERT INTO scanside.mailbox
           (device_id, statement_id, physician_id, hash, signed, received_at, logged_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (device_id, statement_id) DO NOTHING`,
        [deviceId, statementId, physicianId, hash, signed, receivedAt, loggedAt],
      )
      return (await get(deviceId, statementId)) ?? letter
    },
    undelivered: (deviceId) =>
      sql.rows<Letter>(
        `SELECT ${letterColumns} FROM scanside.mailbox WHERE device_id = $1 AND logged_at IS NULL ORDER BY id`,
        [deviceId],
      ),
    async markLogged(deviceId, statementId, at) {
      await sql.rows(
        `UPDATE scanside.mailbox SET logged_at = $1, signed = NULL
         WHERE device_id = $2 AND statement_id = $3 AND logged_at IS NULL`,
        [at, deviceId, statementId],
      )
      return get(deviceId, statementId)
    },
  }
}
