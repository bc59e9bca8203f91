import { sha256Hex } from '../../platform/node/ed25519.ts'
import type { Quarantined, QuarantineStore } from '../store.ts'
import type { Sql } from './sql.ts'

/** Texts are kept as JSON strings, which hold what no column of text does: NUL, and half a character. */
export function postgresQuarantine(sql: Sql): QuarantineStore {
  return {
    add: (items) =>
      sql.changed(
        `INSERT INTO scanside.quarantine (device_id, seq, hash, sha256, at, reason, text)
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
         ON CONFLICT DO NOTHING`,
        [
          items.map(({ deviceId }) => deviceId),
          items.map(({ seq }) => seq),
          items.map(({ hash }) => hash),
          items.map(({ text }) => sha256Hex(text)),
          items.map(({ at }) => at),
          items.map(({ reason }) => reason),
          items.map(({ text }) => JSON.stringify(text)),
        ],
      ),
    async has(deviceId, seq, hash) {
      const found = await sql.rows(
        'SELECT 1 FROM scanside.quarantine WHERE device_id = $1 AND seq = $2 AND hash = $3 LIMIT 1',
        [deviceId, seq, hash],
      )
      return found.length > 0
    },
    async count(deviceId) {
      const [row] = await sql.rows<{ count: number }>(
        'SELECT count(*) AS count FROM scanside.quarantine WHERE device_id = $1',
        [deviceId],
      )
      return row?.count ?? 0
    },
    async list(deviceId, skip, limit) {
      const rows = await sql.rows<Quarantined>(
        `SELECT device_id AS "deviceId", seq, hash, at, reason, text FROM scanside.quarantine
         WHERE device_id = $1 ORDER BY id LIMIT $2 OFFSET $3`,
        [deviceId, limit, skip],
      )
      return rows.map((row) => ({ ...row, text: JSON.parse(row.text) }))
    },
  }
}
