import { readFileSync } from 'node:fs'
import { formOf, type LogKey, logKeySchema, openEncrypted } from '../src/platform/node/encrypted-database.ts'
import { linesOf } from '../src/platform/node/file-lines.ts'

/** What is to be checked: its lines, and up to where a database says that the hub has it. */
export type Source = {
  readonly kind: 'file' | 'database'
  readonly lines: Iterable<string>
  readonly confirmed: { readonly seq: number; readonly hash: string } | null
}

/** Nothing was checked; says what is missing for that. */
export class SourceProblem extends Error {}

/** What the source is made of contradicts itself. */
export class SourceFault extends Error {}

/**
 * @param keyFile a file with the key of a database, 64 hexadecimal digits
 * @throws SourceProblem, or what the database says
 */
export function openSource(path: string, keyFile: string | undefined): Source {
  const form = formOf(path)
  if (form === 'plain') return databaseSource(path, null)
  if (keyFile !== undefined) return databaseSource(path, keyIn(keyFile))
  if (form === 'encrypted') {
    throw new SourceProblem(
      'this database is encrypted; check an export from the workstation, or give its key (--key-file)',
    )
  }
  return { kind: 'file', lines: linesOf(path), confirmed: null }
}

function keyIn(file: string): LogKey {
  const key = logKeySchema.safeParse(readFileSync(file, 'utf8').trim())
  if (key.success) return key.data
  throw new SourceProblem(`the key file ${file} does not hold 64 hexadecimal digits`)
}

/** The entries of a workstation's database as lines. It may be in use; it is not written to. */
function databaseSource(path: string, key: LogKey | null): Source {
  const db = openEncrypted(path, key, { readonly: true })
  const meta = db.prepare<[], string>("SELECT value FROM meta WHERE name = 'ack'").pluck().get()
  const lines = function* () {
    try {
      for (const row of db.prepare<[], Row>('SELECT seq, hash, entry FROM log ORDER BY seq').iterate()) {
        const wrong = rowFault(row)
        if (wrong !== null) throw new SourceFault(wrong)
        yield row.entry
      }
    } finally {
      db.close()
    }
  }
  const ack: Source['confirmed'] = meta === undefined ? null : JSON.parse(meta)
  // Before the first entry there is nothing to be found again.
  return { kind: 'database', lines: lines(), confirmed: ack?.seq === 0 ? null : ack }
}

type Row = { readonly seq: number; readonly hash: string; readonly entry: string }

/** What is no JSON is for the reader of the line to say. */
function rowFault(row: Row): string | null {
  let entry: { readonly seq?: unknown; readonly hash?: unknown } | null
  try {
    entry = JSON.parse(row.entry)
  } catch {
    return null
  }
  if (entry?.seq !== row.seq) return `row ${row.seq} of table log holds entry ${entry?.seq}`
  return entry.hash === row.hash
    ? null
    : `the columns of row ${row.seq} of table log say another hash than its entry`
}
