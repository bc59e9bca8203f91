import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEncrypted } from '../../../src/platform/node/encrypted-database.ts'
import { type CopyJob, copyBeside, freshCopyBeside } from '../../../src/platform/node/log-copies.ts'
import { copyLog } from '../../../src/platform/node/log-copy.ts'
import { makeLogKey } from '../../../src/platform/node/log-key-file.ts'
import { openLogStore } from '../../../src/platform/node/log-store.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { drafts } from './drafts.ts'

const key = makeLogKey()
const length = 1200
let folder: string
let file: string
let store: LogStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanside-copy-'))
  file = join(folder, 'log.sqlite')
  const opened = openLogStore(file, key)
  if (!opened.ok) throw new Error(opened.error.message)
  store = opened.value
  for (let from = 1; from <= length; from += 100) {
    store.append(drafts(100, from).map((draft, index) => ({ ...draft, once: `fact:${from + index}` })))
  }
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const copy = (over: Partial<CopyJob> = {}) =>
  copyLog({ file, key, upTo: store.head(), stop: new SharedArrayBuffer(4), ...over })

const textsIn = (database: string): unknown[] => {
  const db = openEncrypted(database, key, { readonly: true, fileMustExist: true })
  try {
    return db.prepare('SELECT * FROM log ORDER BY seq').all()
  } finally {
    db.close()
  }
}
const alter = (sql: string): void => {
  const db = openEncrypted(file, key)
  db.exec(`DROP TRIGGER log_refuses_update; ${sql}`)
  db.close()
}

describe('a copy of the log', () => {
  it('has every row as the log has it, under the same key, while the log is written', () => {
    expect(copy()).toEqual({ ok: true, value: { seq: length, bytes: expect.any(Number) } })
    expect(textsIn(copyBeside(file))).toEqual(textsIn(file))
    expect(readdirSync(join(folder, 'copy'))).toEqual(['log.sqlite'])
    expect(readFileSync(copyBeside(file)).includes('SQLite format 3')).toBe(false)
    // Append-only, as the log is: nobody changes it by mistake.
    const db = openEncrypted(copyBeside(file), key)
    expect(() => db.exec('DELETE FROM log WHERE seq = 2')).toThrow('the log is append-only')
    db.close()
  })

  it('ends where it is told, though the log goes on', () => {
    const upTo = store.lastUpTo(700)
    if (upTo === undefined) throw new Error('no entry')
    expect(copy({ upTo })).toMatchObject({ ok: true, value: { seq: 700 } })
    expect(textsIn(copyBeside(file))).toEqual(textsIn(file).slice(0, 700))
  })

  it.each([
    [
      'an entry was altered',
      `UPDATE log SET entry = replace(entry, 'number 3"', 'number 8"') WHERE seq = 3`,
      /Entry 3/,
    ],
    ['a column was altered', `UPDATE log SET type = 'other' WHERE seq = 3`, /columns of entry 3 differ/],
    ['an entry is missing', 'DROP TRIGGER log_refuses_delete; DELETE FROM log WHERE seq = 3', /append-only/],
    [
      'its end is missing',
      `DROP TRIGGER log_refuses_delete; DELETE FROM log WHERE seq = ${length}`,
      /cut off/,
    ],
  ])('is not made where %s, and the one of before stays', (_, sql, words) => {
    const upTo = store.lastUpTo(600)
    if (upTo === undefined) throw new Error('no entry')
    expect(copy({ upTo }).ok).toBe(true)
    const before = readFileSync(copyBeside(file))
    alter(sql)
    const made = copy()
    expect(made).toMatchObject({
      ok: false,
      error: { kind: 'log-copy-not-made', message: expect.stringMatching(words) },
    })
    expect(readFileSync(copyBeside(file)).equals(before)).toBe(true)
    expect(existsSync(freshCopyBeside(file))).toBe(false)
  })

  it('is put off when it is told to stop, and what a dead process left is removed', () => {
    mkdirSync(join(folder, 'copy'))
    writeFileSync(freshCopyBeside(file), 'half of one')
    const stop = new SharedArrayBuffer(4)
    new Int32Array(stop)[0] = 1
    expect(copy({ stop })).toMatchObject({ ok: false, error: { kind: 'log-copy-stopped' } })
    expect(readdirSync(join(folder, 'copy'))).toEqual([])
  })

  it('takes the place of one that cannot be read, and not of one that holds other entries', () => {
    mkdirSync(join(folder, 'copy'))
    writeFileSync(copyBeside(file), 'no database at all, and longer than a header')
    expect(copy().ok).toBe(true)
    const before = readFileSync(copyBeside(file))
    const upTo = store.lastUpTo(600)
    if (upTo === undefined) throw new Error('no entry')
    expect(copy({ upTo })).toMatchObject({ ok: false, error: { kind: 'log-copy-holds-more' } })
    expect(readFileSync(copyBeside(file)).equals(before)).toBe(true)
  })
})
