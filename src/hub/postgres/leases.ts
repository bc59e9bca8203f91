import type { LeaseStore } from '../store.ts'
import type { Sql } from './sql.ts'

export function postgresLeases(sql: Sql, hubId: string): LeaseStore {
  return {
    async take(name, ms) {
      const taken = await sql.changed(
        `INSERT INTO scanside.leases AS lease (name, hub_id, until)
         VALUES ($1, $2, now() + $3 * interval '1 millisecond')
         ON CONFLICT (name) DO UPDATE SET hub_id = excluded.hub_id, until = excluded.until
           WHERE lease.hub_id = excluded.hub_id OR lease.until < now()`,
        [name, hubId, ms],
      )
      return taken > 0
    },
  }
}
