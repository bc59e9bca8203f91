import type BetterSqlite3 from 'better-sqlite3'
import { emptyChain } from '../../domain/log/entry.ts'
import type { Hole } from '../../domain/log/proof.ts'
import { holeText, type Incident, type LogStore, type StoredEntry } from '../store.ts'

export function sqliteLog(db: BetterSqlite3.Database): LogStore {
  const head = db.prepare<{ deviceId: string }, { seq: number; hash: string }>(
    // What is wholly purged still has an end.
    `SELECT seq, hash FROM log WHERE device_id = @deviceId
     UNION ALL SELECT seq, hash FROM log_purged WHERE device_id = @deviceId ORDER BY seq DESC LIMIT 1`,
  )
  const hashes = db.prepare<[string, string], { seq: number; hash: string }>(
    'SELECT seq, hash FROM log WHERE device_id = ? AND seq IN (SELECT value FROM json_each(?))',
  )
  const insert = db.prepare<[string, number, string, string, string, string]>(
    'INSERT INTO log (device_id, seq, hash, prev, entry, received_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const read = db.prepare<[string, number, number], StoredEntry>(
    `SELECT seq, hash, prev, CASE WHEN entry = '${holeText}'
       THEN coalesce((SELECT entry FROM log_holes WHERE device_id = log.device_id AND seq = log.seq), entry)
       ELSE entry END AS entry
     FROM log WHERE device_id = ? AND seq >= ? ORDER BY seq LIMIT ?`,
  )
  const addHole = db.prepare<[string, number, string]>(
    'INSERT INTO log_holes (device_id, seq, hash) VALUES (?, ?, ?)',
  )
  const holes = db.prepare<[string], Hole>(
    `SELECT seq, hash FROM log_holes AS h WHERE device_id = ? AND entry IS NULL
       AND EXISTS (SELECT 1 FROM log WHERE device_id = h.device_id AND seq = h.seq) ORDER BY seq`,
  )
  const fill = db.prepare<StoredEntry & { readonly deviceId: string; readonly at: string }>(
    `UPDATE log_holes SET entry = @entry, filled_at = @at
     WHERE device_id = @deviceId AND seq = @seq AND entry IS NULL AND EXISTS (
       SELECT 1 FROM log WHERE device_id = @deviceId AND seq = @seq AND hash = @hash AND prev = @prev)`,
  )
  const addIncident = db.prepare<Incident>(
    'INSERT INTO incidents (device_id, at, kind, seq, detail) VALUES (@deviceId, @at, @kind, @seq, @detail)',
  )
  const incidents = db.prepare<[string], Incident>(
    'SELECT device_id AS deviceId, at, kind, seq, detail FROM incidents WHERE device_id = ? ORDER BY id',
  )
  const append = db.transaction(
    (deviceId: string, from: { seq: number; hash: string }, entries: readonly StoredEntry[], at: string) => {
      const now = head.get({ deviceId }) ?? emptyChain
      if (now.seq !== from.seq || now.hash !== from.hash) return false
      for (const e of entries) {
        insert.run(deviceId, e.seq, e.hash, e.prev, e.entry, at)
        if (e.entry === holeText) addHole.run(deviceId, e.seq, e.hash)
      }
      return true
    },
  )
  const count = db.prepare<[string], number>('SELECT count(*) FROM log WHERE device_id = ?').pluck()
  return {
    head: async (deviceId) => head.get({ deviceId }) ?? emptyChain,
    count: async (deviceId) => count.get(deviceId) ?? 0,
    hashes: async (deviceId, seqs) =>
      new Map(hashes.all(deviceId, JSON.stringify(seqs)).map(({ seq, hash }) => [seq, hash])),
    append: async (deviceId, from, entries, at) => append.immediate(deviceId, from, entries, at),
    holes: async (deviceId) => holes.all(deviceId),
    fill: async (deviceId, entry, at) => fill.run({ ...entry, deviceId, at }).changes > 0,
    read: async (deviceId, fromSeq, limit) => read.all(deviceId, fromSeq, limit),
    addIncident: async (incident) => void addIncident.run(incident),
    incidents: async (deviceId) => incidents.all(deviceId),
  }
}
