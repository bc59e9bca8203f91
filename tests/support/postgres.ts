import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import type {} from './postgres-setup.ts'

const shared = inject('postgres')

/** Undefined where there is no server: tests say so by `skipIf`. */
export const postgresUrl: string | undefined = shared.kind === 'running' ? shared.url : undefined

/** Runs statements on the server's own database, or on another one of it. */
export async function asAdministrator(text: string, database = 'postgres'): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: databaseUrl(database) })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

export type TestDatabase = { readonly name: string; readonly url: string; readonly drop: () => Promise<void> }

/** An empty database of its own for whoever asks. */
export async function freshDatabase(options = ''): Promise<TestDatabase> {
  const name = `t_${randomUUID().replaceAll('-', '')}`
  await asAdministrator(`CREATE DATABASE ${name} ${options}`)
  return {
    name,
    url: databaseUrl(name),
    drop: async () => void (await asAdministrator(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  }
}

export function databaseUrl(
  name: string,
  over: { user?: string; password?: string; port?: number } = {},
): string {
  if (postgresUrl === undefined) throw new Error('there is no PostgreSQL server here')
  const url = new URL(postgresUrl)
  url.pathname = `/${name}`
  if (over.user !== undefined) url.username = over.user
  if (over.password !== undefined) url.password = over.password
  if (over.port !== undefined) url.port = String(over.port)
  return url.href
}
