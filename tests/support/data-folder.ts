import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { type LogKey, openEncrypted } from '../../src/platform/node/encrypted-database.ts'
import { shareLogKey } from './log-keys.ts'

/** What a workstation keeps and must never lose; its browser's caches and its application log do not count. */
const kept = /^(log\.sqlite(-wal|-journal)?|log\.key|device\.json|policy\.json.*)$/

export function copyData(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (source) => source === from || kept.test(source.slice(from.length + 1)),
  })
  shareLogKey(from, to)
}

/** Name and bytes of everything that is kept, to compare before and after. */
export const dataBytes = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => kept.test(name))
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  )

/** @param key null for one in plain */
export function withDatabase(
  file: string,
  key: LogKey | null,
  change: (db: Database.Database) => void,
): void {
  const db = openEncrypted(file, key)
  change(db)
  db.close()
}

/** Spoils what lies between two places of a file, each 0 to 1. */
export function overwrite(file: string, from: number, to: number): void {
  const content = readFileSync(file)
  writeFileSync(file, content.fill(0xa5, Math.floor(content.length * from), Math.ceil(content.length * to)))
}

/**
 * Makes a file unwritable for whoever runs this: root, whom modes do not stop, by a read-only mount of the file on
 * itself. Answers with how to undo it, or with why it cannot be done here.
 */
export function makeReadOnly(file: string): (() => void) | string {
  if (process.platform === 'win32') return 'Windows has no such permissions'
  if (process.getuid?.() !== 0) {
    chmodSync(file, 0o400)
    return () => chmodSync(file, 0o600)
  }
  if (process.platform !== 'linux') return 'root writes whatever the permissions say'
  try {
    execFileSync('mount', ['--bind', file, file], { stdio: 'pipe' })
  } catch (error) {
    return `a file cannot be mounted read-only here: ${String(error)}`
  }
  execFileSync('mount', ['-o', 'remount,ro,bind', file], { stdio: 'pipe' })
  return () => void execFileSync('umount', [file], { stdio: 'pipe' })
}
