import { closeSync, openSync, readSync } from 'node:fs'
import Database from 'better-sqlite3'
import { z } from 'zod'

/** 32 random bytes in hexadecimal. SQLite takes them as they are: deriving a key would cost every start its time. */
export const logKeySchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'LogKey'>()
export type LogKey = z.infer<typeof logKeySchema>

/**
 * Both authenticate what they encrypt. AEGIS-256 costs a small part of ChaCha20-Poly1305 where the processor has AES
 * instructions, and takes a nonce that is long enough to be drawn at random. A file keeps the cipher that it was begun
 * with; its next transcript, under another key, has the new one.
 */
export type Cipher = 'aegis' | 'chacha20'
/** What each reserves in every page for nonce and tag: a file says so in plain. */
const reservedBytes: Readonly<Record<Cipher, number>> = { aegis: 64, chacha20: 32 }

/**
 * Opens a database whose every page, in the file and in its WAL, is encrypted and authenticated with this key.
 * Whether the key fits shows at the first read: SQLite then says that the file is no database.
 * @param cipher to be given wherever this process has the file open already: to look at the file itself would let go
 * of the locks on it (POSIX lets go of all when any descriptor is closed), and another program could then take itself
 * for the only one
 */
export function openEncrypted(
  file: string,
  key: LogKey | null,
  options: Database.Options = {},
  cipher: Cipher = cipherOf(file),
): Database.Database {
  const db = new Database(file, options)
  try {
    // What SQLite puts aside for a statement would be in plain, so it never goes to a file.
    db.pragma('temp_store = MEMORY')
    db.pragma(`cipher = '${cipher}'`)
    if (key !== null) db.pragma(`key = '${keyWords(key)}'`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Opens for reading what this process has open already: which cipher it has is found by trying, not by a look at the file. */
export function openEncryptedAgain(file: string, key: LogKey): Database.Database {
  const openWith = (cipher: Cipher) => {
    const db = openEncrypted(file, key, { readonly: true, fileMustExist: true, timeout: 1000 }, cipher)
    try {
      db.prepare('SELECT count(*) FROM sqlite_schema').get()
      return db
    } catch (error) {
      db.close()
      throw error
    }
  }
  try {
    return openWith('aegis')
  } catch (error) {
    if (!isNoDatabase(error)) throw error
    return openWith('chacha20')
  }
}

/** What an open database was encrypted with. */
export const cipherIn = (db: Database.Database): Cipher =>
  db.pragma('cipher', { simple: true }) === 'chacha20' ? 'chacha20' : 'aegis'

/** Makes another database readable in this one. */
export function attachEncrypted(db: Database.Database, name: string, file: string, key: LogKey | null): void {
  db.pragma(`cipher = '${cipherOf(file)}'`)
  db.prepare(`ATTACH DATABASE ? AS ${name} KEY ?`).run(file, key === null ? '' : keyWords(key))
}

const keyWords = (key: LogKey): string => `raw:${key}`

export type DatabaseForm = 'absent' | 'plain' | 'encrypted' | 'unknown'

const magic = Buffer.from('SQLite format 3\0', 'latin1')
/** In an encrypted file the bytes 16 to 23 stay in plain: what is reserved in each page, then what SQLite always writes. */
const reservedAt = 20
const marks = Buffer.from([64, 32, 32])

/** What a file looks like from its first bytes; `encrypted` by which key they cannot tell. */
export function formOf(file: string): DatabaseForm {
  const start = startOf(file)
  if (start.length === 0) return 'absent'
  if (start.subarray(0, magic.length).equals(magic)) return 'plain'
  const isReserved = Object.values(reservedBytes).some((bytes) => bytes === start[reservedAt])
  return isReserved && start.subarray(reservedAt + 1).equals(marks) ? 'encrypted' : 'unknown'
}

const cipherOf = (file: string): Cipher =>
  startOf(file)[reservedAt] === reservedBytes.chacha20 ? 'chacha20' : 'aegis'

/** The first bytes of a file, fewer if it has fewer. */
function startOf(file: string): Buffer {
  const start = Buffer.alloc(reservedAt + 1 + marks.length)
  try {
    const descriptor = openSync(file, 'r')
    try {
      return start.subarray(0, readSync(descriptor, start))
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return start.subarray(0, 0)
    throw error
  }
}

/** What SQLite says of another key, and of a file that is damaged in its first page: they cannot be told apart. */
export const isNoDatabase = (error: unknown): boolean => codeOf(error) === 'SQLITE_NOTADB'

/**
 * Whether the file can be read with this key. With another key nothing is changed, also not by what SQLite would
 * write first (a WAL, a transaction to undo): no page of these can be read either.
 */
export function fits(file: string, key: LogKey): boolean {
  const db = openEncrypted(file, key, { timeout: 1000 })
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return true
  } catch (error) {
    // The latter where there is a transaction to undo.
    if (isNoDatabase(error) || codeOf(error) === 'SQLITE_CORRUPT') return false
    throw error
  } finally {
    db.close()
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
