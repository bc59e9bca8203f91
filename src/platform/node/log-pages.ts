import type Database from 'better-sqlite3'
import { type Cipher, type LogKey, openEncrypted } from './encrypted-database.ts'
import { explain, type LogProblem, problemOf } from './log-problems.ts'

type Page = { readonly pageno: number; readonly pagetype: string; readonly name: string }

/** Where SQLite keeps its locks: a page that holds nothing. */
const lockByte = 0x40000000
const knownTypes = new Set(['internal', 'leaf', 'overflow'])

/**
 * What `PRAGMA quick_check` looks at, one page a step, so that nothing waits for it: every page can be read, has the
 * form that it should have, and is used once. Works on a connection of its own and on the file as it is at the
 * first step. Ends with what is wrong, or null.
 */
export function* checkPages(
  file: string,
  key: LogKey,
  cipher?: Cipher,
): Generator<undefined, LogProblem | null> {
  let db: Database.Database | undefined
  try {
    db = openEncrypted(file, key, { readonly: true, timeout: 1000 }, cipher)
    db.exec('BEGIN')
    const pageCount = Number(db.pragma('page_count', { simple: true }))
    const unused = Number(db.pragma('freelist_count', { simple: true }))
    const lockPage = Math.floor(lockByte / Number(db.pragma('page_size', { simple: true }))) + 1
    const seen = new Uint8Array(pageCount + 1)
    let used = 0
    for (const page of db.prepare<[], Page>('SELECT pageno, pagetype, name FROM dbstat').iterate()) {
      const { pageno, pagetype, name } = page
      const isOdd = !knownTypes.has(pagetype) || pageno < 1 || pageno > pageCount || seen[pageno] === 1
      if (isOdd) return problemOf('database-corrupt', file, `page ${pageno} of ${name}`)
      seen[pageno] = 1
      used += 1
      yield
    }
    const expected = pageCount - unused - (pageCount >= lockPage ? 1 : 0)
    return used === expected
      ? null
      : problemOf('database-corrupt', file, `${used} pages are in use, not ${expected}`)
  } catch (error) {
    return explain(file, error)
  } finally {
    db?.close()
  }
}
