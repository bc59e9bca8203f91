import type BetterSqlite3 from 'better-sqlite3'
import { sha256Hex } from '../../platform/node/ed25519.ts'
import type { Quarantined, QuarantineStore } from '../store.ts'

/** Texts are kept as JSON strings, which hold what no column of text does: NUL, and half a character. */
export function sqliteQuarantine(db: BetterSqlite3.Database): QuarantineStore {
  const insert = db.prepare<Quarantined & { readonly sha256: string }>(
    `INSERT INTO quarantine (device_id, seq, hash, sha256, at, reason, text)
     VALUES (@deviceId, @seq, @hash, @sha256, @at, @reason, @text) ON CONFLICT DO NOTHING`,
  )
  const has = db
    .prepare<[string, number, string], number>(
      'SELECT 1 FROM quarantine WHERE device_id = ? AND seq = ? AND hash = ?',
    )
    .pluck()
  const count = db.prepare<[string], number>('SELECT count(*) FROM quarantine WHERE device_id = ?').pluck()
  const list = db.prepare<[string, number, number], Quarantined>(
    `SELECT device_id AS deviceId, seq, hash, at, reason, text FROM quarantine
     WHERE device_id = ? ORDER BY id LIMIT ? OFFSET ?`,
  )
  const add = db.transaction((items: readonly Quarantined[]) =>
    items.reduce(
      (sum, item) =>
        sum + insert.run({ ...item, text: JSON.stringify(item.text), sha256: sha256Hex(item.text) }).changes,
      0,
    ),
  )
  return {
    add: async (items) => add.immediate(items),
    has: async (deviceId, seq, hash) => has.get(deviceId, seq, hash) !== undefined,
    count: async (deviceId) => count.get(deviceId) ?? 0,
    list: async (deviceId, skip, limit) =>
      list.all(deviceId, limit, skip).map((row) => ({ ...row, text: JSON.parse(row.text) })),
  }
}
