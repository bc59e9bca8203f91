import { type ChainHead, emptyChain } from '../../domain/log/entry.ts'
import type { Hole } from '../../domain/log/proof.ts'
import { holeText, type Incident, type LogStore, type StoredEntry } from '../store.ts'
import type { Sql, Statements } from './sql.ts'

export function postgresLog(sql: Sql): LogStore {
  return {
    async head(deviceId) {
      const [head] = await sql.rows<{ seq: number; hash: string }>(
        'SELECT seq, hash FROM scanside.log_heads WHERE device_id = $1',
        [deviceId],
      )
      return head ?? emptyChain
    },
    async count(deviceId) {
      const [row] = await sql.rows<{ readonly count: number }>(
        'SELECT count(*) AS count FROM scanside.log WHERE device_id = $1',
        [deviceId],
      )
      return row?.count ?? 0
    },
    async hashes(deviceId, seqs) {
      const rows = await sql.rows<ChainHead>(
        'SELECT seq, hash FROM scanside.log WHERE device_id = $1 AND seq = ANY($2::bigint[])',
        [deviceId, seqs],
      )
      return new Map(rows.map(({ seq, hash }) => [seq, hash]))
    },
    append: (deviceId, from, entries, at) => appendRows(sql, deviceId, from, entries, at),
    holes: (deviceId) =>
      sql.rows<Hole>(
        `SELECT seq, hash FROM scanside.log_holes h WHERE device_id = $1 AND entry IS NULL
           AND EXISTS (SELECT FROM scanside.log l WHERE l.device_id = h.device_id AND l.seq = h.seq) ORDER BY seq`,
        [deviceId],
      ),
    async fill(deviceId, { seq, hash, prev, entry }, at) {
      const filled = await sql.changed(
        `UPDATE scanside.log_holes SET entry = $5, filled_at = $6
         WHERE device_id = $1 AND seq = $2 AND entry IS NULL AND EXISTS (
           SELECT FROM scanside.log WHERE device_id = $1 AND seq = $2 AND hash = $3 AND prev = $4)`,
        [deviceId, seq, hash, prev, entry, at],
      )
      return filled > 0
    },
    read: (deviceId, fromSeq, limit) =>
      sql.rows<StoredEntry>(
        `SELECT seq, hash, prev, CASE WHEN entry = '${holeText}'
           THEN coalesce((SELECT h.entry FROM scanside.log_holes h
             WHERE h.device_id = log.device_id AND h.seq = log.seq), entry)
           ELSE entry END AS entry
         FROM scanside.log
         WHERE device_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3`,
        [deviceId, fromSeq, limit],
      ),
    async addIncident({ deviceId, at, kind, seq, detail }) {
      await sql.rows(
        'INSERT INTO scanside.incidents (device_id, at, kind, seq, detail) VALUES ($1, $2, $3, $4, $5)',
        [deviceId, at, kind, seq, detail],
      )
    },
    incidents: (deviceId) =>
      sql.rows<Incident>(
        `SELECT device_id AS "deviceId", at, kind, seq, detail FROM scanside.incidents
         WHERE device_id = $1 ORDER BY id`,
        [deviceId],
      ),
  }
}

/** False, and nothing is written, if the chain no longer ends at `from`. */
export async function appendRows(
  sql: Statements,
  deviceId: string,
  from: ChainHead,
  entries: readonly StoredEntry[],
  at: string,
): Promise<boolean> {
  const last = entries.at(-1)
  if (last === undefined) return true
  // One statement, so one transaction: whoever moves the head holds its row until the entries are in.
  const stored = await sql.changed(
    `WITH moved AS (
           INSERT INTO scanside.log_heads AS head (device_id, seq, hash)
           SELECT $1, $4::bigint, $5
           WHERE $2::bigint = 0 OR EXISTS (SELECT FROM scanside.log_heads WHERE device_id = $1)
           ON CONFLICT (device_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
             WHERE head.seq = $2 AND head.hash = $3
           RETURNING 1),
         holes AS (
           INSERT INTO scanside.log_holes (device_id, seq, hash)
           SELECT $1, seq, hash FROM unnest($6::bigint[], $7::text[], $9::text[]) AS fresh (seq, hash, entry)
           WHERE entry = '${holeText}' AND EXISTS (SELECT FROM moved))
         INSERT INTO scanside.log (device_id, seq, hash, prev, entry, received_at)
         SELECT $1, fresh.*, $10
         FROM unnest($6::bigint[], $7::text[], $8::text[], $9::text[]) AS fresh
         WHERE EXISTS (SELECT FROM moved)`,
    [
      deviceId,
      from.seq,
      from.hash,
      last.seq,
      last.hash,
      entries.map(({ seq }) => seq),
      entries.map(({ hash }) => hash),
      entries.map(({ prev }) => prev),
      entries.map(({ entry }) => entry),
      at,
    ],
  )
  return stored > 0
}
