import type BetterSqlite3 from 'better-sqlite3'
import { emptyChain } from '../../domain/log/entry.ts'
import type { Incident, LogStore, StoredEntry } from '../store.ts'

export function sqliteLog(db: BetterSqlite3.Database): LogStore {
  const head = db.prepare<[string], { seq: number; hash: string }>(
    'SELECT seq, hash FROM log WHERE device_id = ? ORDER BY seq DESC LIMIT 1',
  )
  const hashes = db
    .prepare<[string, number, number], string>(
      'SELECT hash FROM log WHERE device_id = ? AND seq BETWEEN ? AND ? ORDER BY seq',
    )
    .pluck()
  const insert = db.prepare<[string, number, string, string, string, string]>(
    'INSERT INTO log (device_id, seq, hash, prev, entry, received_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const read = db.prepare<[string, number, number], StoredEntry>(
    'SELECT seq, hash, prev, entry FROM log WHERE device_id = ? AND seq >= ? ORDER BY seq LIMIT ?',
  )
  const addIncident = db.prepare<Incident>(
    'INSERT INTO incidents (device_id, at, kind, seq, detail) VALUES (@deviceId, @at, @kind, @seq, @detail)',
  )
  const incidents = db.prepare<[string], Incident>(
    'SELECT device_id AS deviceId, at, kind, seq, detail FROM incidents WHERE device_id = ? ORDER BY id',
  )
  const append = db.transaction(
    (deviceId: string, from: { seq: number; hash: string }, entries: readonly StoredEntry[], at: string) => {
      const now = head.get(deviceId) ?? emptyChain
      if (now.seq !== from.seq || now.hash !== from.hash) return false
      for (const e of entries) insert.run(deviceId, e.seq, e.hash, e.prev, e.entry, at)
      return true
    },
  )
  return {
    head: async (deviceId) => head.get(deviceId) ?? emptyChain,
    hashes: async (deviceId, fromSeq, toSeq) => hashes.all(deviceId, fromSeq, toSeq),
    append: async (deviceId, from, entries, at) => append.immediate(deviceId, from, entries, at),
    read: async (deviceId, fromSeq, limit) => read.all(deviceId, fromSeq, limit),
    addIncident: async (incident) => void addIncident.run(incident),
    incidents: async (deviceId) => incidents.all(deviceId),
  }
}
