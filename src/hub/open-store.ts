import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Result } from '../domain/result.ts'
import { openPostgresStore } from './postgres-store.ts'
import { claimDirectory } from './sqlite/claim.ts'
import { openSqliteStore } from './sqlite-store.ts'
import type { HubStore } from './store.ts'
import type { StoreProblem } from './store-problem.ts'

/** Where a hub's data is: a directory with a SQLite file, or a PostgreSQL database. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly directory: string }
  | { readonly kind: 'postgres'; readonly address: string }

/** For a hub that runs: makes what is missing, and shares a directory with no other hub. */
export async function openStore(place: StorePlace): Promise<Result<HubStore, StoreProblem>> {
  if (place.kind === 'postgres') return openPostgresStore(place.address)
  const claimed = claimDirectory(place.directory)
  if (!claimed.ok) return claimed
  const opened = openSqliteStore(place.directory)
  if (!opened.ok) {
    claimed.value.release()
    return opened
  }
  const { close } = opened.value
  return {
    ok: true,
    value: { ...opened.value, close: () => close().finally(claimed.value.release) },
  }
}

/** For one act of administration, while a hub may be running; a typing error leaves no empty hub behind. */
export async function openExistingStore(place: StorePlace): Promise<Result<HubStore, StoreProblem>> {
  if (place.kind === 'postgres') return openPostgresStore(place.address, 'leave')
  if (!existsSync(join(place.directory, 'hub.sqlite')))
    return fail('data-directory', `there is no hub's data in ${place.directory}: check --data`)
  return openSqliteStore(place.directory)
}
