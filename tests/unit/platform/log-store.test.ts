import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { verifyChain } from '../../../src/domain/log/entry.ts'
import { sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { openEncrypted } from '../../../src/platform/node/encrypted-database.ts'
import { keepEntries } from '../../../src/platform/node/keeping-log.ts'
import { makeLogKey } from '../../../src/platform/node/log-key-file.ts'
import { migrations } from '../../../src/platform/node/log-migrations.ts'
import { openLogStore } from '../../../src/platform/node/log-store.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { createMemoryLog } from '../../../src/platform/node/memory-log.ts'
import { drafts } from './drafts.ts'

const key = makeLogKey()
let folder: string
let file: string
const stores: LogStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanside-log-'))
  file = join(folder, 'data', 'log.sqlite')
})
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(at = file): LogStore {
  const opened = openLogStore(at, key)
  if (!opened.ok) throw new Error(opened.error.message)
  stores.push(opened.value)
  return opened.value
}
const closed = (store: LogStore) => {
  store.close()
  stores.splice(stores.indexOf(store), 1)
}
const problemAt = (at = file) => {
  const opened = openLogStore(at, key)
  if (opened.ok) {
    opened.value.close()
    throw new Error('it opened')
  }
  return opened.error
}

describe.each([
  ['on disk', () => open()],
  ['in memory', () => createMemoryLog({ kind: 'test', message: 'no disk' })],
])('a log %s', (_, make) => {
  it('seals a chain from the head', () => {
    const store = make()
    store.append(drafts(3))
    const more = store.append(drafts(2, 4))
    expect(more.ok && more.value.map(({ seq }) => seq)).toEqual([4, 5])
    const report = verifyChain(store.entries(1, 100), sha256Hex)
    expect(report).toMatchObject({ ok: true, count: 5, head: store.head() })
    expect(store.texts(2, 2).map((text) => JSON.parse(text))).toEqual(store.entries(2, 2))
    expect(store.outlines(2, 2)).toMatchObject(
      store.entries(2, 2).map(({ seq, type, session }) => ({ seq, type, session })),
    )
    expect(store.hashAt(5)).toBe(store.head().hash)
    expect(store.hashAt(6)).toBeUndefined()
  })

  it('takes a fact with a name once, in one batch and in two', () => {
    const store = make()
    const [a, b] = drafts(2)
    const first = store.append([
      { ...a!, once: 'statement:1' },
      { ...b!, once: 'statement:1' },
    ])
    const second = store.append([{ ...b!, once: 'statement:1' }])
    expect([first.ok && first.value.length, second.ok && second.value.length]).toEqual([1, 0])
    expect(store.head().seq).toBe(1)
    expect(store.knows('statement:1')).toBe(true)
  })

  it('counts what the hub has not', () => {
    const store = make()
    store.append(drafts(5))
    expect(store.unsyncedCount()).toBe(5)
    store.setAcked({ seq: 3, hash: store.hashAt(3) ?? '' })
    expect(store.unsyncedCount()).toBe(2)
  })
})

describe('a log on disk', () => {
  it('is the same after it was closed', () => {
    const store = open()
    store.append(drafts(4))
    store.setAcked({ seq: 2, hash: store.hashAt(2) ?? '' })
    const texts = store.texts(1, 10)
    closed(store)
    const again = open()
    expect(again.texts(1, 10)).toEqual(texts)
    expect(again.unsyncedCount()).toBe(2)
    expect(again.append(drafts(1, 5)).ok).toBe(true)
    expect(verifyChain(again.entries(1, 10), sha256Hex).ok).toBe(true)
  })

  it('forgets an acknowledgement that is not of its chain', () => {
    const store = open()
    store.append(drafts(3))
    store.setAcked({ seq: 2, hash: 'f'.repeat(64) })
    closed(store)
    expect(open().unsyncedCount()).toBe(3)
  })

  it('runs as the design says', () => {
    open()
    const reader = openEncrypted(file, key, { readonly: true })
    expect(reader.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(reader.pragma('user_version', { simple: true })).toBe(migrations.length)
    reader.close()
  })

  it.each([
    ['UPDATE', "UPDATE log SET entry = '{}' WHERE seq = 1"],
    ['DELETE', 'DELETE FROM log WHERE seq = 2'],
    [
      'replacement of an entry',
      "INSERT OR REPLACE INTO log (seq, hash, prev, type, entry) VALUES (1, 'a', 'b', 'c', '{}')",
    ],
    [
      'replacement by name',
      "INSERT OR REPLACE INTO log (seq, hash, prev, type, once, entry) VALUES (3, 'a', 'b', 'c', 'named', '{}')",
    ],
    ['gap', "INSERT INTO log (seq, hash, prev, type, entry) VALUES (9, 'a', 'b', 'c', '{}')"],
  ])('refuses %s', (_, sql) => {
    const store = open()
    store.append([{ ...drafts(1)[0]!, once: 'named' }, ...drafts(1, 2)])
    const before = store.texts(1, 10)
    closed(store)
    const db = openEncrypted(file, key)
    expect(() => db.exec(sql)).toThrow('the log is append-only')
    db.close()
    expect(open().texts(1, 10)).toEqual(before)
  })

  it('has one writer: a second process is told so, and may read', async () => {
    const program = `
      import { openLogStore } from ${JSON.stringify(join(import.meta.dirname, '../../../src/platform/node/log-store.ts'))}
      const opened = openLogStore(process.argv[1], process.argv[2])
      console.log(opened.ok ? 'open' : opened.error.kind)
      if (opened.ok) process.stdin.resume()
    `
    const other = spawn(process.execPath, ['--input-type=module', '-e', program, file, key])
    try {
      const said = await new Promise<string>((resolve) =>
        other.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())),
      )
      expect(said).toBe('open')
      const problem = problemAt()
      expect(problem.kind).toBe('database-locked')
      expect(problem.message).toContain(file)
      const reader = openEncrypted(file, key, { readonly: true })
      expect(reader.prepare('SELECT count(*) FROM log').pluck().get()).toBe(0)
      reader.close()
    } finally {
      const ended = new Promise((resolve) => other.once('exit', resolve))
      other.kill('SIGKILL')
      await ended
    }
    // The operating system has let go of the lock with the process.
    expect(open().head().seq).toBe(0)
  })

  it('does not stand still for a program that holds the file, and writes once it lets go', () => {
    const log = keepEntries(open(), () => undefined)
    const tool = openEncrypted(file, key)
    tool.exec('BEGIN IMMEDIATE')
    const startedAt = performance.now()
    log.append(drafts(2))
    expect(performance.now() - startedAt).toBeLessThan(500)
    expect(log.durability()).toMatchObject({ problem: { kind: 'database-locked' }, isRetried: true })
    tool.close()
    log.flush()
    expect(log.durability().kind).toBe('durable')
  })

  it('leaves a newer log as it is', () => {
    closed(open())
    const db = openEncrypted(file, key)
    db.pragma('user_version = 99')
    db.pragma('journal_mode = DELETE')
    db.close()
    const before = readFileSync(file)
    expect(problemAt()).toMatchObject({
      kind: 'database-newer',
      message: expect.stringContaining('format 99'),
    })
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('leaves a database of another program as it is', () => {
    closed(open())
    const other = join(folder, 'data', 'other.sqlite')
    const db = openEncrypted(other, key)
    db.exec('CREATE TABLE cats (name TEXT)')
    db.close()
    const before = readFileSync(other)
    expect(problemAt(other).kind).toBe('database-foreign')
    expect(readFileSync(other).equals(before)).toBe(true)
  })

  it.each([
    ['no database', () => Buffer.from('this is not a database at all, but long enough '.repeat(20))],
    [
      'a torn one',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 7)]),
    ],
  ])('says that the file is damaged: %s', (_, damage) => {
    const store = open()
    store.append(drafts(200))
    closed(store)
    const damaged = damage(readFileSync(file))
    writeFileSync(file, damaged)
    const problem = problemAt()
    expect(problem.kind).toBe('database-corrupt')
    expect(problem.message).toMatch(/Do not delete it/)
    expect(readFileSync(file).equals(damaged)).toBe(true)
  })

  it('says which entry was altered behind its back', () => {
    const store = open()
    store.append(drafts(5))
    closed(store)
    const db = openEncrypted(file, key)
    db.exec('DROP TRIGGER log_refuses_update')
    db.exec(`UPDATE log SET entry = replace(entry, 'number 3', 'number 8') WHERE seq = 3`)
    db.close()
    expect(problemAt()).toMatchObject({
      kind: 'chain-broken',
      message: expect.stringMatching(/entry 3: wrong-hash.*compliance officer/),
    })
  })
})

const isRoot = process.getuid?.() === 0
const needsMount = (ctx: TestContext): void => {
  if (!isRoot || process.platform !== 'linux') ctx.skip('mounting a small disk needs Linux and root')
}

describe('a disk that does not take it', () => {
  it('is named when it is read-only by permission', (ctx) => {
    if (isRoot) ctx.skip('root writes whatever the permissions say; the read-only mount is tested instead')
    if (process.platform === 'win32') ctx.skip('Windows has no such permissions')
    closed(open())
    chmodSync(file, 0o400)
    expect(problemAt().kind).toBe('database-read-only')
  })

  it('is named when it is mounted read-only', (ctx) => {
    needsMount(ctx)
    withDisk('4m', (disk) => {
      closed(open(join(disk, 'log.sqlite')))
      execFileSync('mount', ['-o', 'remount,ro', disk])
      const problem = problemAt(join(disk, 'log.sqlite'))
      expect(problem.kind).toBe('database-read-only')
      expect(problem.message).toContain('Nothing was changed')
    })
  })

  it('is named when it is full from the start', (ctx) => {
    needsMount(ctx)
    withDisk('64k', (disk) => {
      writeFileSync(join(disk, 'filler'), Buffer.alloc(60 * 1024))
      expect(['no-space', 'io-error']).toContain(problemAt(join(disk, 'log.sqlite')).kind)
    })
  })

  it('loses nothing when it is full for a while: entries are kept, then written as stamped', (ctx) => {
    needsMount(ctx)
    withDisk('2m', (disk) => {
      const store = open(join(disk, 'log.sqlite'))
      const failures: string[] = []
      const log = keepEntries(store, ({ kind }) => failures.push(kind))
      log.append(drafts(3))
      expect(log.durability().kind).toBe('durable')
      fill(join(disk, 'filler'))
      let next = 4
      for (; failures.length === 0 && next < 20_000; next += 20) log.append(drafts(20, next))
      const onDisk = store.head().seq
      log.append([{ ...drafts(1, next)[0]!, once: 'kept' }])
      log.append([{ ...drafts(1, next)[0]!, once: 'kept' }])
      expect(log.durability()).toMatchObject({ kind: 'volatile', problem: { kind: 'no-space' } })
      expect(log.head().seq).toBe(next)
      expect(store.head().seq).toBe(onDisk)
      const promised = log.texts(1, 100_000)

      rmSync(join(disk, 'filler'))
      log.flush()
      expect(log.durability().kind).toBe('durable')
      expect(log.keptCount()).toBe(0)
      expect(store.texts(1, 100_000)).toEqual(promised)
      expect(verifyChain(store.entries(1, 100_000), sha256Hex)).toMatchObject({ ok: true, count: next })
      closed(store)
    })
  })
})

/** Takes all that is left of the disk. */
function fill(filler: string): void {
  for (let size = 256 * 1024; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' })
    } catch {
      // Full at this size; a smaller piece may still fit.
    }
  }
}

function withDisk(size: string, use: (disk: string) => void): void {
  const disk = mkdtempSync(join(tmpdir(), 'scanside-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk])
  try {
    use(disk)
  } finally {
    for (const store of stores.splice(0)) store.close()
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  }
}
