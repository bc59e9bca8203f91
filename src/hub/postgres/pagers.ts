import type { PagerEnding, PagerEndingStore, PushSubscription, PushSubscriptionStore } from '../store.ts'
import type { Sql } from './sql.ts'

export function postgresPushSubscriptions(sql: Sql): PushSubscriptionStore {
  return {
    put: ({ endpoint, physicianId, p256dh, auth, createdAt }) =>
      sql.inTransaction(async (tx) => {
        await tx.rows(
          `INSERT INTO scanside.push_subscriptions (endpoint, physician_id, p256dh, auth, created_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (endpoint) DO UPDATE SET physician_id = excluded.physician_id, p256dh = excluded.p256dh,
             auth = excluded.auth, created_at = excluded.created_at`,
          [endpoint, physicianId, p256dh, auth, createdAt],
        )
        await tx.rows(
          `DELETE FROM scanside.push_subscriptions WHERE physician_id = $1 AND endpoint NOT IN (
             SELECT endpoint FROM scanside.push_subscriptions WHERE physician_id = $1
             ORDER BY created_at DESC, endpoint LIMIT 10)`,
          [physicianId],
        )
      }),
    of: (physicianId) =>
      sql.rows<PushSubscription>(
        `SELECT endpoint, physician_id AS "physicianId", p256dh, auth, created_at AS "createdAt"
         FROM scanside.push_subscriptions WHERE physician_id = $1 ORDER BY created_at DESC, endpoint`,
        [physicianId],
      ),
    async remove(endpoint) {
      await sql.rows('DELETE FROM scanside.push_subscriptions WHERE endpoint = $1', [endpoint])
    },
  }
}

export function postgresPagerEndings(sql: Sql): PagerEndingStore {
  return {
    async add({ escalationId, pager, message, since, attempts }, notBefore) {
      await sql.rows(
        `INSERT INTO scanside.pager_endings (escalation_id, pager, message, since, attempts, not_before)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
        [escalationId, pager, message, since, attempts, notBefore],
      )
    },
    // Whoever waits for another hub's update looks again, and finds it leased.
    claim: (now, leasedUntil) =>
      sql.rows<PagerEnding>(
        `UPDATE scanside.pager_endings SET not_before = $1 WHERE not_before <= $2
         RETURNING escalation_id AS "escalationId", pager, message, since, attempts`,
        [leasedUntil, now],
      ),
    async postpone({ escalationId, pager, attempts }, notBefore) {
      await sql.rows(
        'UPDATE scanside.pager_endings SET attempts = $1, not_before = $2 WHERE escalation_id = $3 AND pager = $4',
        [attempts, notBefore, escalationId, pager],
      )
    },
    async remove({ escalationId, pager }) {
      await sql.rows('DELETE FROM scanside.pager_endings WHERE escalation_id = $1 AND pager = $2', [
        escalationId,
        pager,
      ])
    },
  }
}
