import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Problem } from '../../domain/result.ts'

type DatabaseProblemKind =
  | 'database-locked'
  | 'database-read-only'
  | 'database-corrupt'
  | 'database-newer'
  | 'database-foreign'
  | 'chain-broken'
  | 'no-space'
  | 'cannot-open'
  | 'io-error'
type KeyProblemKind = 'log-key-missing' | 'log-key-unusable' | 'log-key-unwritable'

/** Why the log cannot be used. In every case the file is left exactly as it is. */
export type LogProblem = Problem<
  DatabaseProblemKind | KeyProblemKind | 'log-of-another-device' | 'log-end-lost'
>

const untouched = 'Nothing was changed and nothing is lost.'

export const problemOf = (kind: DatabaseProblemKind, file: string, detail: string): LogProblem => ({
  kind,
  message: words(kind, file, detail),
})

function words(kind: DatabaseProblemKind, file: string, detail: string): string {
  switch (kind) {
    case 'database-locked':
      return `The log ${file} is in use by another program. Close the other Scanside (or the tool that has the file open) and start again. ${untouched}`
    case 'database-read-only':
      return `The log ${file} cannot be written (${detail}). Give this account write permission to the file and to its folder, then start again. ${untouched}`
    case 'database-corrupt':
      return `The log ${file} is damaged (${detail}). Do not delete it: copy its folder to a safe place and call your IT. ${untouched}`
    case 'database-newer':
      return `The log ${file} was written by a newer version of Scanside (${detail}). Install that version or a later one. ${untouched}`
    case 'database-foreign':
      return `The file ${file} is not a Scanside log (${detail}). Move it elsewhere and start again. ${untouched}`
    case 'chain-broken':
      return `The log ${file} has been altered outside of Scanside (${detail}). Do not delete it: copy its folder to a safe place and call your compliance officer. ${untouched}`
    case 'no-space':
      return `The disk that holds the log ${file} is full. Free some space: what could not be written is kept in memory and written as soon as there is room.`
    case 'cannot-open':
      return `The log ${file} cannot be opened (${detail}). Check that the folder exists and belongs to this account, then start again. ${untouched}`
    case 'io-error':
      return `The log ${file} could not be read or written (${detail}). Check the disk and its cable; what could not be written is kept in memory and tried again.`
  }
}

/** Names what SQLite or the file system said. */
export function explain(file: string, error: unknown): LogProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const detail = error instanceof Error ? error.message : String(error)
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return problemOf('database-locked', file, detail)
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return problemOf('database-corrupt', file, detail)
  if (/^SQLITE_FULL|^ENOSPC|^EDQUOT/.test(code)) return problemOf('no-space', file, detail)
  if (/^SQLITE_READONLY|^EROFS|^EACCES|^EPERM/.test(code))
    return problemOf('database-read-only', file, detail)
  if (/^SQLITE_CANTOPEN/.test(code)) {
    return problemOf(isWritable(file) ? 'cannot-open' : 'database-read-only', file, detail)
  }
  // A full disk may show as no room for the shared index.
  if (code === 'SQLITE_IOERR_SHMSIZE') return problemOf('no-space', file, detail)
  if (/^SQLITE_IOERR|^EIO/.test(code)) return problemOf('io-error', file, `${detail}, ${code}`)
  return problemOf('cannot-open', file, detail)
}

/** Whether the file (or, before there is one, its folder) may be written by this account. */
export function isWritable(file: string): boolean {
  try {
    accessSync(dirname(file), constants.W_OK)
    if (existsSync(file)) accessSync(file, constants.W_OK)
    return true
  } catch {
    return false
  }
}
