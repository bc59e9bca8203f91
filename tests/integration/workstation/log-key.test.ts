import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { emptyChain } from '../../../src/domain/log/entry.ts'
import { changeKey } from '../../../src/main/change-log-key.ts'
import { groundFilesIn } from '../../../src/main/open-log.ts'
import { attachEncrypted, fits, openEncrypted } from '../../../src/platform/node/encrypted-database.ts'
import { copyBeside } from '../../../src/platform/node/log-copies.ts'
import { copyLog } from '../../../src/platform/node/log-copy.ts'
import { makeLogKey, openLogKeyFile } from '../../../src/platform/node/log-key-file.ts'
import { migrate } from '../../../src/platform/node/log-migrations.ts'
import { fillLog } from '../../bench/long-log.ts'
import { cleanUp } from '../../support/undo.ts'
import { readable, work } from './encrypted-folder.ts'
import { inject, isWhole, keyIn, logOf, offlineRoom, openBox, openRoom, signIn } from './kit.ts'

afterEach(cleanUp)

/** The folder as a version without encryption left it when it was killed: in plain, some of it in the WAL alone. */
async function plainFolder(): Promise<{ readonly folder: string; readonly texts: readonly string[] }> {
  const { room, folder } = offlineRoom()
  await signIn(room)
  await inject(room)
  room.close()
  fillLog(folder, keyIn(folder), 2000)
  const entries = logOf(folder)
  const file = join(folder, 'log.sqlite')
  for (const name of ['log.sqlite', 'log.key']) rmSync(join(folder, name))
  const old = new Database(join(folder, 'old.sqlite'))
  old.pragma('journal_mode = WAL')
  migrate(old)
  const insert = old.prepare(
    'INSERT INTO log (seq, hash, prev, type, session, once, entry) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const add = old.transaction((some: typeof entries) => {
    for (const entry of some) {
      const { seq, hash, prev, type, session } = entry
      insert.run(seq, hash, prev, type, session, null, JSON.stringify(entry))
    }
  })
  add(entries.slice(0, -300))
  old.pragma('wal_checkpoint(TRUNCATE)')
  add(entries.slice(-300))
  for (const end of ['', '-wal']) cpSync(join(folder, `old.sqlite${end}`), `${file}${end}`)
  old.close()
  rmSync(join(folder, 'old.sqlite'))
  expect(readable(folder).some((found) => found.startsWith('log.sqlite: '))).toBe(true)
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(10_000)
  return { folder, texts: entries.map((entry) => JSON.stringify(entry)) }
}

const textsOf = (folder: string) => logOf(folder).map((entry) => JSON.stringify(entry))
const copyIn = (folder: string) => copyBeside(join(folder, 'log.sqlite'))
/** The daily copy, under the key of the log. */
function copyDaily(folder: string): void {
  const upTo = logOf(folder).at(-1) ?? emptyChain
  const made = copyLog({
    file: join(folder, 'log.sqlite'),
    key: keyIn(folder),
    upTo,
    stop: new SharedArrayBuffer(4),
  })
  if (!made.ok) throw new Error(made.error.message)
}
/** Whether the key of the log opens its daily copy; undefined where there is none. */
function opensCopy(folder: string): boolean | undefined {
  return existsSync(copyIn(folder)) ? fits(copyIn(folder), keyIn(folder)) : undefined
}
const copies = (folder: string) => readdirSync(folder).filter((name) => name.includes('.new'))

describe('a log that an older version kept in plain', () => {
  it('is encrypted at the start, whole, with nothing plain behind, and the application log says so', async () => {
    const { folder, texts } = await plainFolder()
    const room = openRoom({ folder })
    expect(room.snapshot().durability).toEqual({ kind: 'durable' })
    await room.until(({ state }) => state.session.kind === 'injecting')
    const events = room.appLog.map(({ event }) => event)
    expect(events).toEqual(expect.arrayContaining(['log-key-made', 'log-encrypted']))
    const entries = room.entries()
    expect(entries.slice(0, texts.length).map((entry) => JSON.stringify(entry))).toEqual(texts)
    expect(isWhole(entries)).toBe(true)
    expect(readable(folder)).toEqual([])
    room.close()
    expect(readable(folder)).toEqual([])
    expect(copies(folder)).toEqual([])
    // Append-only as before.
    const db = openEncrypted(join(folder, 'log.sqlite'), keyIn(folder))
    expect(() => db.exec('DELETE FROM log WHERE seq = 2')).toThrow('the log is append-only')
    db.close()
  })

  it.each(['log-key-made', 'copied', 'verified', 'replaced', 'log-encrypted'])(
    'loses nothing to a kill at “%s”, and the next start ends the work',
    async (step) => {
      const { folder, texts } = await plainFolder()
      expect((await work(folder, 'start', step)).signal).toBe('SIGKILL')
      expect(readable(folder).filter((found) => found.includes('.new'))).toEqual([])
      expect((await work(folder, 'start')).code).toBe(0)
      expect(textsOf(folder)).toEqual(texts)
      expect(readable(folder).filter((found) => !found.startsWith('policy'))).toEqual([])
      expect(copies(folder)).toEqual([])
    },
  )

  it('that was altered is not encrypted and not changed, and set aside', async () => {
    const { folder } = await plainFolder()
    const file = join(folder, 'log.sqlite')
    const db = new Database(file)
    db.exec('DROP TRIGGER log_refuses_update')
    db.exec(`UPDATE log SET entry = replace(entry, '"v":1', '"v":2') WHERE seq = 3`)
    db.close()
    const before = readFileSync(file)
    const room = openRoom({ folder })
    expect(room.snapshot().durability).toEqual({ kind: 'durable' })
    await room.until((s) => s.notices?.some(({ kind }) => kind === 'log-salvaged') === true)
    const [begun] = room.entries().filter(({ type }) => type === 'segment-begun')
    expect(begun?.body).toMatchObject({ reason: 'chain-broken', detail: expect.stringContaining('entry 3') })
    expect(room.entries().filter(({ seq }) => seq < 10)).toHaveLength(2)
    room.close()
    const [name = ''] = readdirSync(join(folder, 'damaged'))
    expect(readFileSync(join(folder, 'damaged', name, 'log.sqlite')).equals(before)).toBe(true)
    expect(copies(folder)).toEqual([])
  })

  it('of another device is not encrypted and not changed', async () => {
    const { folder } = await plainFolder()
    const file = join(folder, 'log.sqlite')
    const db = new Database(file)
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
    rmSync(join(folder, 'device.json'))
    const before = readFileSync(file)
    const room = openRoom({ folder })
    expect(room.snapshot().durability).toMatchObject({ problem: { kind: 'log-of-another-device' } })
    room.close()
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('and that has no tables yet is begun anew', () => {
    const { room, folder } = offlineRoom()
    room.close()
    const file = join(folder, 'log.sqlite')
    for (const name of ['log.sqlite', 'log.key', 'device.json']) rmSync(join(folder, name))
    const db = new Database(file)
    db.pragma('journal_mode = WAL')
    db.close()
    expect(readFileSync(file).includes('SQLite format 3')).toBe(true)
    const again = openRoom({ folder })
    expect(again.snapshot().durability).toEqual({ kind: 'durable' })
    again.close()
    expect(readable(folder).filter((found) => !found.startsWith('policy'))).toEqual([])
  })

  it('of another program is not encrypted and not changed', () => {
    const { room, folder } = offlineRoom()
    room.close()
    const file = join(folder, 'log.sqlite')
    rmSync(file)
    const db = new Database(file)
    db.exec('CREATE TABLE cats (name TEXT)')
    db.close()
    const before = readFileSync(file)
    const again = openRoom({ folder })
    expect(again.snapshot().durability).toMatchObject({ problem: { kind: 'database-foreign' } })
    again.close()
    expect(readFileSync(file).equals(before)).toBe(true)
  })
})

describe('the key of the log', () => {
  const keysIn = (folder: string): { encryptedNextKey: string | null } =>
    JSON.parse(readFileSync(join(folder, 'log.key'), 'utf8'))

  async function longFolder() {
    const { room, folder } = offlineRoom()
    await signIn(room)
    await inject(room)
    room.close()
    fillLog(folder, keyIn(folder), 2000)
    return { folder, texts: textsOf(folder), key: keyIn(folder) }
  }
  const change = (folder: string) => {
    const steps: string[] = []
    return { ...changeKey(groundFilesIn(folder), openBox, (_, step) => steps.push(step)), steps }
  }

  it('is changed on demand: the log is the same, and the old key opens nothing any more', async () => {
    const { folder, texts, key } = await longFolder()
    copyDaily(folder)
    expect(opensCopy(folder)).toBe(true)
    const { code, steps } = change(folder)
    expect(opensCopy(folder)).toBeUndefined()
    expect([code, steps.at(-1)]).toEqual([0, 'log-key-changed'])
    expect(keyIn(folder)).not.toBe(key)
    expect(textsOf(folder)).toEqual(texts)
    expect(copies(folder)).toEqual([])
    const db = openEncrypted(join(folder, 'log.sqlite'), key, { readonly: true })
    expect(() => db.prepare('SELECT count(*) FROM log').get()).toThrow('file is not a database')
    db.close()
    const room = openRoom({ folder })
    await room.until(({ state }) => state.session.kind === 'injecting')
  })

  it('opens also the log of an older version, with its cipher; changed, it goes with the cipher of today', async () => {
    const { folder, key, texts } = await longFolder()
    const file = join(folder, 'log.sqlite')
    const older = new Database(join(folder, 'older.sqlite'))
    older.pragma("cipher = 'chacha20'")
    older.pragma(`key = 'raw:${key}'`)
    older.pragma('journal_mode = WAL')
    migrate(older)
    attachEncrypted(older, 'source', file, key)
    for (const table of ['log', 'meta']) older.exec(`INSERT INTO main.${table} SELECT * FROM source.${table}`)
    older.close()
    renameSync(join(folder, 'older.sqlite'), file)
    const reserved = () => readFileSync(file)[20]
    expect(reserved()).toBe(32)

    const room = openRoom({ folder })
    expect(room.snapshot().durability).toEqual({ kind: 'durable' })
    await room.until(({ state }) => state.session.kind === 'injecting')
    room.close()
    expect(reserved()).toBe(32)
    const written = textsOf(folder)
    expect(written.slice(0, texts.length)).toEqual(texts)
    expect(written.length).toBeGreaterThan(texts.length)

    expect(change(folder).code).toBe(0)
    expect(reserved()).toBe(64)
    expect(textsOf(folder)).toEqual(written)
    expect(readable(folder)).toEqual([])
  })

  it('is not changed while the log is in use, and not where there is none', async () => {
    const { room, folder } = offlineRoom()
    const before = readFileSync(join(folder, 'log.key'))
    expect(change(folder)).toMatchObject({ code: 1, words: expect.stringContaining('in use') })
    expect(readFileSync(join(folder, 'log.key')).equals(before)).toBe(true)
    room.close()
    rmSync(join(folder, 'log.sqlite'))
    expect(change(folder)).toMatchObject({ code: 1, words: expect.stringContaining('there is no log yet') })
  })

  it.each([
    ['log-key-proposed', 'old'],
    ['copied', 'old'],
    ['verified', 'old'],
    ['replaced', 'new'],
    ['log-copy-removed', 'new'],
    ['log-key-changed', 'new'],
  ])('is one of the two after a kill at “%s”: the %s one, and the log is whole', async (step, which) => {
    const { folder, texts, key } = await longFolder()
    copyDaily(folder)
    expect((await work(folder, 'change', step)).signal).toBe('SIGKILL')
    expect(readable(folder).filter((found) => !found.startsWith('policy'))).toEqual([])
    expect((await work(folder, 'start')).code).toBe(0)
    expect(textsOf(folder)).toEqual(texts)
    expect(keysIn(folder).encryptedNextKey).toBeNull()
    expect(keyIn(folder) === key).toBe(which === 'old')
    // Never one that nothing opens.
    expect(opensCopy(folder)).toBe(which === 'old' ? true : undefined)
    expect(copies(folder)).toEqual([])
    // And it can be changed again.
    expect(change(folder).code).toBe(0)
    expect(textsOf(folder)).toEqual(texts)
  })

  it('is settled also where SQLite has a transaction of a dead process to undo', async () => {
    const { folder, texts, key } = await longFolder()
    const file = join(folder, 'log.sqlite')
    const db = openEncrypted(file, key)
    db.pragma('journal_mode = DELETE')
    db.pragma('cache_size = 2')
    db.exec('BEGIN')
    const insert = db.prepare('INSERT INTO meta (name, value) VALUES (?, ?)')
    for (let row = 0; row < 100; row += 1) insert.run(`torn-${row}`, 'x'.repeat(3000))
    for (const end of ['', '-journal']) cpSync(`${file}${end}`, join(folder, `torn${end}`))
    db.close()
    for (const end of ['', '-journal']) renameSync(join(folder, `torn${end}`), `${file}${end}`)
    const keys = openLogKeyFile(join(folder, 'log.key'), openBox)
    keys.write({ current: key, next: makeLogKey() })

    const room = openRoom({ folder })
    expect(room.snapshot().durability).toEqual({ kind: 'durable' })
    room.close()
    expect(keysIn(folder).encryptedNextKey).toBeNull()
    expect(textsOf(folder).slice(0, texts.length)).toEqual(texts)
  })

  it('survives kills at any moment of a change', async () => {
    const { folder, texts } = await longFolder()
    copyDaily(folder)
    for (const afterMs of [1, 5, 15, 30, 50, 75, 110, 160]) {
      await work(folder, 'change', 'never', afterMs)
      expect((await work(folder, 'start')).code).toBe(0)
      expect(textsOf(folder)).toEqual(texts)
      expect(keysIn(folder).encryptedNextKey).toBeNull()
      expect(opensCopy(folder)).not.toBe(false)
    }
    // Sixteen processes start one after the other.
  }, 180_000)
})
