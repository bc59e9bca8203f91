import type BetterSqlite3 from 'better-sqlite3'
import { type ChainHead, emptyChain } from '../../domain/log/entry.ts'
import type { KeptEntry } from '../../domain/retention/purge-plan.ts'
import type { Purge, RetentionStore } from '../store.ts'

export function sqliteRetention(db: BetterSqlite3.Database): RetentionStore {
  const purged = db.prepare<[string], ChainHead>('SELECT seq, hash FROM log_purged WHERE device_id = ?')
  const kept = db.prepare<[string, number, number], KeptEntry>(
    `SELECT seq, hash, entry, received_at AS receivedAt FROM log
     WHERE device_id = ? AND seq >= ? ORDER BY seq LIMIT ?`,
  )
  const head = db.prepare<[string], ChainHead>(
    'SELECT seq, hash FROM log WHERE device_id = ? ORDER BY seq DESC LIMIT 1',
  )
  const insert = db.prepare<[string, number, string, string, string, string]>(
    'INSERT INTO log (device_id, seq, hash, prev, entry, received_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const note = db.prepare<[string, number, string, string, number]>(
    'INSERT INTO log_purged (device_id, seq, hash, journal_device, journal_seq) VALUES (?, ?, ?, ?, ?)',
  )
  const noteFurther = db.prepare<[number, string, string, number, string]>(
    'UPDATE log_purged SET seq = ?, hash = ?, journal_device = ?, journal_seq = ? WHERE device_id = ?',
  )
  const remove = db.prepare<[string, number]>('DELETE FROM log WHERE device_id = ? AND seq <= ?')

  const purge = db.transaction(({ deviceId, after, to, journal }: Purge): boolean => {
    const before = purged.get(deviceId)
    const journalHead = head.get(journal.deviceId) ?? emptyChain
    if (!isSame(before ?? emptyChain, after) || !isSame(journalHead, journal.head)) return false
    const [naming] = journal.rows
    if (naming === undefined) throw new Error('a purge that the journal does not name')
    for (const { seq, hash, prev, entry } of journal.rows)
      insert.run(journal.deviceId, seq, hash, prev, entry, journal.at)
    if (before === undefined) note.run(deviceId, to.seq, to.hash, journal.deviceId, naming.seq)
    else noteFurther.run(to.seq, to.hash, journal.deviceId, naming.seq, deviceId)
    remove.run(deviceId, to.seq)
    return true
  })
  return {
    purged: async (deviceId) => purged.get(deviceId) ?? emptyChain,
    kept: async (deviceId, fromSeq, limit) => kept.all(deviceId, fromSeq, limit),
    purge: async (one) => purge.immediate(one),
  }
}

const isSame = (a: ChainHead, b: ChainHead): boolean => a.seq === b.seq && a.hash === b.hash
