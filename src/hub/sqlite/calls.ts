import type BetterSqlite3 from 'better-sqlite3'
import { type PageRow, pageOfRow, rowOfPage } from '../page-row.ts'
import type { Letter, MailboxStore, PageStore } from '../store.ts'

export function sqlitePages(db: BetterSqlite3.Database): PageStore {
  const save = db.prepare<PageRow>(
    `INSERT INTO pages (escalation_id, device_id, page, started_at, primary_id, receipts, ladder, pagings)
     VALUES (@escalationId, @deviceId, @page, @startedAt, @primary, @receipts, @ladder, @pagings)
     ON CONFLICT (escalation_id) DO UPDATE SET
       page = excluded.page, started_at = excluded.started_at, primary_id = excluded.primary_id,
       receipts = excluded.receipts, ladder = excluded.ladder, pagings = excluded.pagings`,
  )
  const remove = db.prepare<[string]>('DELETE FROM pages WHERE escalation_id = ?')
  const open = db.prepare<[], PageRow>(
    `SELECT escalation_id AS escalationId, device_id AS deviceId, page, started_at AS startedAt,
       primary_id AS "primary", receipts, ladder, pagings
     FROM pages ORDER BY started_at`,
  )
  // One hub has all of them, from when it has asked.
  let isTaken = false
  return {
    async save(page) {
      save.run(rowOfPage(page))
      return true
    },
    remove: async (escalationId) => void remove.run(escalationId),
    async takeOver() {
      if (isTaken) return []
      isTaken = true
      return open.all().map(pageOfRow)
    },
    claim: async () => null,
    mine: async () => open.all().map(({ escalationId }) => escalationId),
    anyOf: async (deviceId) => open.all().some((row) => row.deviceId === deviceId),
  }
}

const letterColumns = `statement_id AS statementId, device_id AS deviceId, physician_id AS physicianId, hash,
  signed, received_at AS receivedAt, logged_at AS loggedAt`

export function sqliteMailbox(db: BetterSqlite3.Database): MailboxStore {
  const get = db.prepare<[string, string], Letter>(
    `SELECT ${letterColumns} FROM mailbox WHERE device_id = ? AND statement_id = ?`,
  )
  const add = db.prepare<Letter>(
    `INSERT INTO mailbox (device_id, statement_id, physician_id, hash, signed, received_at, logged_at)
     VALUES (@deviceId, @statementId, @physicianId, @hash, @signed, @receivedAt, @loggedAt)
     ON CONFLICT (device_id, statement_id) DO NOTHING`,
  )
  const undelivered = db.prepare<[string], Letter>(
    `SELECT ${letterColumns} FROM mailbox WHERE device_id = ? AND logged_at IS NULL ORDER BY id`,
  )
  const markLogged = db.prepare<[string, string, string]>(
    `UPDATE mailbox SET logged_at = ?, signed = NULL
     WHERE device_id = ? AND statement_id = ? AND logged_at IS NULL`,
  )
  return {
    async put(letter) {
      add.run(letter)
      return get.get(letter.deviceId, letter.statementId) ?? letter
    },
    undelivered: async (deviceId) => undelivered.all(deviceId),
    async markLogged(deviceId, statementId, at) {
      markLogged.run(at, deviceId, statementId)
      return get.get(deviceId, statementId) ?? null
    },
  }
}
