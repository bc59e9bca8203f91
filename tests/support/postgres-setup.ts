import type { TestProject } from 'vitest/node'
import { findPostgres, startPostgres } from './postgres-server.ts'

/** What the tests of a project learn of the server that they share. */
export type SharedPostgres =
  | { readonly kind: 'running'; readonly url: string }
  | { readonly kind: 'missing'; readonly why: string }

declare module 'vitest' {
  interface ProvidedContext {
    postgres: SharedPostgres
  }
}

/** One server for all files of a project, before the first of them. Vitest takes its set-up by this name. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = (why: string) => {
    process.stderr.write(`\nPostgreSQL: its tests are SKIPPED: ${why}\n\n`)
    project.provide('postgres', { kind: 'missing', why })
    return undefined
  }
  const bin = findPostgres()
  if (bin === null)
    return missing(
      'no server is here. npm ci installs one for Linux, macOS and Windows; else apt-get install postgresql',
    )
  try {
    const server = await startPostgres(bin)
    project.provide('postgres', { kind: 'running', url: server.url })
    return server.stop
  } catch (error) {
    return missing(error instanceof Error ? error.message : String(error))
  }
}
