import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from '../../src/domain/log/entry.ts'
import { makeLogKey } from '../../src/platform/node/log-key-file.ts'
import { openLogStore } from '../../src/platform/node/log-store.ts'
import { tempFolder } from '../integration/workstation/kit.ts'
import { withDatabase } from '../support/data-folder.ts'
import { day, excerptOf, hub, proven, rawKey, textOf } from '../unit/domain/signed-day.ts'
import { compileCache } from './writer.ts'

const folder = tempFolder()
type Verdict = { readonly code: number; readonly out: string; readonly err: string }

export function verify(...args: readonly string[]): Promise<Verdict> {
  const program = join(import.meta.dirname, '..', '..', 'tools', 'verify.ts')
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

export const list = proven()
export const { sessionId } = day()
export const last = list.at(-1) ?? { seq: 0, hash: '' }
export const hubKey = ['--hub-key', rawKey(hub.publicKey)]
const key = makeLogKey()
const keyFile = join(folder, 'key.txt')
writeFileSync(keyFile, key)

let files = 0
const nextFile = (end: string) => join(folder, `${++files}.${end}`)

export function exported(entries: readonly LogEntry[]): readonly string[] {
  const file = nextFile('jsonl')
  writeFileSync(file, textOf(entries))
  return [file]
}

/** The record of the session, from which somebody without the device's key made another. */
export function excerpt(change: (lines: readonly string[]) => readonly string[]): readonly string[] {
  const file = nextFile('jsonl')
  writeFileSync(file, change(excerptOf(list, sessionId)).join(''))
  return [file]
}

/**
 * A database that was whole, and whose rows somebody with its key has replaced: each row says where it stands, as the
 * database wants it, and holds what they put there.
 */
export function database(
  entries: readonly LogEntry[],
  places = entries.map(({ seq }) => seq),
): readonly string[] {
  const file = nextFile('sqlite')
  const opened = openLogStore(file, key)
  if (!opened.ok) throw new Error(opened.error.message)
  const written = opened.value.appendSealed(list.map((entry) => ({ entry, once: null })))
  if (!written.ok) throw new Error(written.error.message)
  opened.value.setAcked({ seq: last.seq, hash: last.hash })
  opened.value.close()
  withDatabase(file, key, (db) => {
    const triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
    for (const name of db.prepare<[], string>(triggers).pluck().all()) db.exec(`DROP TRIGGER "${name}"`)
    db.exec('DELETE FROM log')
    const insert = db.prepare(
      'INSERT INTO log (seq, hash, prev, type, session, entry) VALUES (?, ?, ?, ?, ?, ?)',
    )
    for (const [index, entry] of entries.entries()) {
      const { hash, prev, type, session } = entry
      insert.run(places[index], hash, prev, type, session, JSON.stringify(entry))
    }
  })
  return [file, '--key-file', keyFile]
}
