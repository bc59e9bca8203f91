import { type ChainHead, emptyChain } from '../../domain/log/entry.ts'
import type { KeptEntry } from '../../domain/retention/purge-plan.ts'
import type { RetentionStore } from '../store.ts'
import { appendRows } from './log.ts'
import type { Sql, Statements } from './sql.ts'

/** Taken back as a whole: one of the chains is no longer what was judged. */
class Overtaken extends Error {}

export function postgresRetention(sql: Sql): RetentionStore {
  return {
    purged: (deviceId) => purgedOf(sql, deviceId),
    kept: (deviceId, fromSeq, limit) =>
      sql.rows<KeptEntry>(
        `SELECT seq, hash, entry, received_at AS "receivedAt" FROM scanside.log
         WHERE device_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3`,
        [deviceId, fromSeq, limit],
      ),
    async purge({ deviceId, after, to, journal }) {
      try {
        await sql.inTransaction(async (tx) => {
          // Whoever moves the journal's head holds its row: purges of all hubs come one after the other.
          const { rows, at } = journal
          if (!(await appendRows(tx, journal.deviceId, journal.head, rows, at))) throw new Overtaken()
          const before = await purgedOf(tx, deviceId)
          if (before.seq !== after.seq || before.hash !== after.hash) throw new Overtaken()
          await tx.changed(
            after.seq === 0
              ? `INSERT INTO scanside.log_purged (device_id, seq, hash, journal_device, journal_seq)
                 VALUES ($1, $2, $3, $4, $5)`
              : `UPDATE scanside.log_purged SET seq = $2, hash = $3, journal_device = $4, journal_seq = $5
                 WHERE device_id = $1`,
            [deviceId, to.seq, to.hash, journal.deviceId, rows[0]?.seq],
          )
          await tx.changed('DELETE FROM scanside.log WHERE device_id = $1 AND seq <= $2', [deviceId, to.seq])
        })
        return true
      } catch (error) {
        if (error instanceof Overtaken) return false
        throw error
      }
    },
  }
}

async function purgedOf(sql: Statements, deviceId: string): Promise<ChainHead> {
  const [head] = await sql.rows<ChainHead>('SELECT seq, hash FROM scanside.log_purged WHERE device_id = $1', [
    deviceId,
  ])
  return head ?? emptyChain
}
