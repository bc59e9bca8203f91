import type BetterSqlite3 from 'better-sqlite3'
import type { PagerEnding, PagerEndingStore, PushSubscription, PushSubscriptionStore } from '../store.ts'

export function sqlitePushSubscriptions(db: BetterSqlite3.Database): PushSubscriptionStore {
  const put = db.prepare<PushSubscription>(
    `INSERT INTO push_subscriptions (endpoint, physician_id, p256dh, auth, created_at)
     VALUES (@endpoint, @physicianId, @p256dh, @auth, @createdAt)
     ON CONFLICT (endpoint) DO UPDATE SET physician_id = excluded.physician_id, p256dh = excluded.p256dh,
       auth = excluded.auth, created_at = excluded.created_at`,
  )
  const trim = db.prepare<[string, string]>(
    `DELETE FROM push_subscriptions WHERE physician_id = ? AND endpoint NOT IN (
       SELECT endpoint FROM push_subscriptions WHERE physician_id = ?
       ORDER BY created_at DESC, endpoint LIMIT 10)`,
  )
  const of = db.prepare<[string], PushSubscription>(
    `SELECT endpoint, physician_id AS physicianId, p256dh, auth, created_at AS createdAt
     FROM push_subscriptions WHERE physician_id = ? ORDER BY created_at DESC, endpoint`,
  )
  const remove = db.prepare<[string]>('DELETE FROM push_subscriptions WHERE endpoint = ?')
  const putAndTrim = db.transaction((subscription: PushSubscription) => {
    put.run(subscription)
    trim.run(subscription.physicianId, subscription.physicianId)
  })
  return {
    put: async (subscription) => putAndTrim.immediate(subscription),
    of: async (physicianId) => of.all(physicianId),
    remove: async (endpoint) => void remove.run(endpoint),
  }
}

export function sqlitePagerEndings(db: BetterSqlite3.Database): PagerEndingStore {
  const add = db.prepare<PagerEnding & { readonly notBefore: string }>(
    `INSERT INTO pager_endings (escalation_id, pager, message, since, attempts, not_before)
     VALUES (@escalationId, @pager, @message, @since, @attempts, @notBefore) ON CONFLICT DO NOTHING`,
  )
  const claim = db.prepare<[string, string], PagerEnding>(
    `UPDATE pager_endings SET not_before = ? WHERE not_before <= ?
     RETURNING escalation_id AS escalationId, pager, message, since, attempts`,
  )
  const postpone = db.prepare<[number, string, string, string]>(
    'UPDATE pager_endings SET attempts = ?, not_before = ? WHERE escalation_id = ? AND pager = ?',
  )
  const remove = db.prepare<[string, string]>(
    'DELETE FROM pager_endings WHERE escalation_id = ? AND pager = ?',
  )
  return {
    add: async (ending, notBefore) => void add.run({ ...ending, notBefore }),
    claim: async (now, leasedUntil) => claim.all(leasedUntil, now),
    postpone: async ({ escalationId, pager, attempts }, notBefore) =>
      void postpone.run(attempts, notBefore, escalationId, pager),
    remove: async ({ escalationId, pager }) => void remove.run(escalationId, pager),
  }
}
