import { constants, existsSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import type Database from 'better-sqlite3'
import { hashEntry, type LogEntry } from '../../domain/log/entry.ts'
import { sha256Hex } from './ed25519.ts'
import { fits, formOf, type LogKey, openEncrypted } from './encrypted-database.ts'

/** Both ends included. */
export type Run = { readonly from: number; readonly to: number }

export type StrandedEntry = {
  readonly seq: number
  /** As it lies on the disk. */
  readonly text: string
}

type Row = { readonly seq: number; readonly entry: string }
const rowsAtOnce = 100

/**
 * What of these entries a damaged log still holds and each of which is what its own hash says, although the chain that
 * leads to it is broken; a few at a time, also none, so that its caller can breathe. A copy is read, as in a salvage.
 * @param keys one of them may be that of this log
 * @throws what the disk says about making the copy
 */
export async function* readStranded(
  log: string,
  keys: readonly LogKey[],
  runs: readonly Run[],
  deviceId: string,
): AsyncGenerator<readonly StrandedEntry[]> {
  const copy = `${log}.sending`
  const remove = () => {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${copy}${end}`, { force: true })
  }
  let db: Database.Database | undefined
  try {
    remove()
    for (const end of ['', '-wal'])
      if (existsSync(`${log}${end}`))
        await copyFile(`${log}${end}`, `${copy}${end}`, constants.COPYFILE_FICLONE)
    db = orNothing(() => openWhatFits(copy, keys))
    const select = orNothing(() =>
      db?.prepare<[number, number], Row>('SELECT seq, entry FROM log WHERE seq BETWEEN ? AND ? ORDER BY seq'),
    )
    if (select === undefined) return
    for (const { from, to } of runs) {
      for (let first = from; first <= to; first += rowsAtOnce) {
        const last = Math.min(to, first + rowsAtOnce - 1)
        yield rowsBetween(select, first, last)
          .filter((row) => holdsByItself(row, deviceId))
          .map(strandedOf)
      }
    }
  } finally {
    orNothing(() => db?.close())
    orNothing(remove)
  }
}

function openWhatFits(file: string, keys: readonly LogKey[]): Database.Database | undefined {
  const form = formOf(file)
  if (form === 'absent') return undefined
  const key = form === 'plain' ? null : keys.find((one) => fits(file, one))
  return key === undefined ? undefined : openEncrypted(file, key, { fileMustExist: true })
}

/** A page that cannot be read takes with it what is asked for together with it, so then each is asked for alone. */
function rowsBetween(
  select: Database.Statement<[number, number], Row>,
  first: number,
  last: number,
): readonly Row[] {
  const all = orNothing(() => select.all(first, last))
  if (all !== undefined) return all
  const seqs = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return seqs.flatMap((seq) => orNothing(() => select.all(seq, seq)) ?? [])
}

function holdsByItself({ seq, entry: text }: Row, deviceId: string): boolean {
  const entry = orNothing((): LogEntry => JSON.parse(text))
  if (typeof entry !== 'object' || entry === null) return false
  if (entry.seq !== seq || entry.device !== deviceId) return false
  // What has no canonical form throws.
  return orNothing(() => hashEntry(entry, sha256Hex)) === entry.hash
}

const strandedOf = ({ seq, entry: text }: Row): StrandedEntry => ({ seq, text })

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
