import type * as Fs from 'node:fs'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifyChain } from '../../../src/domain/log/entry.ts'
import { ok } from '../../../src/domain/result.ts'
import { durablePart } from '../../../src/platform/node/durable-part.ts'
import { sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { keepEntries } from '../../../src/platform/node/keeping-log.ts'
import { copyLog } from '../../../src/platform/node/log-copy.ts'
import { makeLogKey } from '../../../src/platform/node/log-key-file.ts'
import { openLogStoreWith } from '../../../src/platform/node/log-store.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { drafts } from './drafts.ts'

type Done = (error: NodeJS.ErrnoException | null) => void

/** The disk under `fsync`, the asynchronous one: it does what it is asked once a test lets it. */
const disk = vi.hoisted(() => ({
  isStopped: false,
  asked: [] as { readonly goOn: () => void; readonly fail: (code: string) => void }[],
}))
vi.mock('node:fs', async (original) => {
  const real = await original<typeof Fs>()
  return {
    ...real,
    fsync: (descriptor: number, done: Done) => {
      if (!disk.isStopped) return real.fsync(descriptor, done)
      disk.asked.push({
        goOn: () => real.fsync(descriptor, done),
        fail: (code) => done(Object.assign(new Error(`${code}: it failed`), { code })),
      })
    },
  }
})

const key = makeLogKey()
const worker = join(import.meta.dirname, '..', '..', '..', 'src', 'platform', 'node', 'wal-worker.ts')
let folder: string
let file: string
let missing: string[]
const stores: LogStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanside-durability-'))
  file = join(folder, 'log.sqlite')
  missing = []
})
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
  rmSync(folder, { recursive: true, force: true })
  Object.assign(disk, { isStopped: false, asked: [] })
})

function open(thread?: string, at = file): LogStore {
  const onMissing = (message: string) => void missing.push(message)
  const opened = openLogStoreWith(
    at,
    () => ok(key),
    thread === undefined ? {} : { thread: { worker: thread, onMissing } },
  )
  if (!opened.ok) throw new Error(opened.error.message)
  stores.push(opened.value)
  return opened.value
}

const durable = (store: LogStore, seq: number) =>
  vi.waitFor(() => expect(store.durableHead().seq).toBe(seq), 10_000)
const noted = () => (existsSync(`${file}.end`) ? readFileSync(`${file}.end`, 'utf8').split(' ')[1] : null)
const walBytes = () => statSync(`${file}-wal`).size

describe('what was written', () => {
  it('is durable once the disk has it; one sync covers all that came before it began', async () => {
    disk.isStopped = true
    const store = open()
    expect(disk.asked).toHaveLength(1)
    store.append(drafts(2))
    store.append(drafts(3, 3))
    // What a killed process had left is being synced still.
    expect([disk.asked.length, store.head().seq, store.durableHead().seq, noted()]).toEqual([1, 5, 0, null])
    disk.asked[0]?.goOn()
    await vi.waitFor(() => expect(disk.asked).toHaveLength(2))
    store.append(drafts(1, 6))
    disk.asked[1]?.goOn()
    await durable(store, 5)
    expect(noted()).toBe('5')
    expect(disk.asked).toHaveLength(3)
    disk.asked[2]?.goOn()
    await durable(store, 6)
    expect(noted()).toBe('6')
  })

  it('is durable when the log is closed, whatever is on its way', () => {
    disk.isStopped = true
    const store = open()
    store.append(drafts(3))
    stores.splice(0)
    store.close()
    expect(noted()).toBe('3')
  })

  it('goes to the hub as far as it is durable', async () => {
    disk.isStopped = true
    const store = open()
    store.append(drafts(2))
    disk.asked[0]?.goOn()
    await vi.waitFor(() => expect(disk.asked).toHaveLength(2))
    disk.asked[1]?.goOn()
    await durable(store, 2)
    store.append(drafts(4, 3))
    const part = durablePart(store)
    expect(part.head()).toEqual({ seq: 2, hash: store.hashAt(2) })
    expect(part.texts(1, 100)).toEqual(store.texts(1, 2))
    expect([part.texts(2, 1).length, part.texts(3, 100).length]).toEqual([1, 0])
  })

  it.each([
    ['with a thread', worker],
    ['without', undefined],
  ])('is said not to be when a sync fails, and is taken into the database itself, %s', async (_, thread) => {
    disk.isStopped = true
    const store = open(thread)
    const failures: string[] = []
    const log = keepEntries(store, ({ kind }) => failures.push(kind))
    log.append(drafts(3))
    const waiting = log.whenDurable()
    disk.asked[0]?.fail('EIO')
    await waiting
    expect(log.durability()).toMatchObject({
      kind: 'volatile',
      problem: { kind: 'io-error' },
      isRetried: true,
    })
    expect([failures, log.durableSeq(), noted()]).toEqual([['io-error'], 0, null])
    // Not by another sync, which would say nothing of the pages that this one may have lost.
    log.append(drafts(1, 4))
    expect(disk.asked).toHaveLength(1)
    log.flush()
    await durable(store, 4)
    expect(log.durability()).toEqual({ kind: 'durable' })
    expect(noted()).toBe('4')
    copyFileSync(file, join(folder, 'alone.sqlite'))
    expect(open(undefined, join(folder, 'alone.sqlite')).head()).toEqual(store.head())
  })

  it('is said not to be while the disk does not answer', async () => {
    disk.isStopped = true
    const log = keepEntries(open(), () => undefined)
    log.append(drafts(1))
    expect(log.durability()).toEqual({ kind: 'durable' })
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_000)
    expect(log.durability()).toMatchObject({ kind: 'volatile', problem: { kind: 'io-error' } })
    now.mockRestore()
    disk.asked[0]?.goOn()
    await vi.waitFor(() => expect(disk.asked).toHaveLength(2))
    expect(log.durability()).toEqual({ kind: 'durable' })
  })
})

describe('a long write-ahead log', () => {
  it('is begun anew on another thread; what comes meanwhile is kept and then written', async () => {
    const store = open(worker)
    const log = keepEntries(store, () => undefined)
    let next = 1
    let most = 0
    let keptMost = 0
    for (let isBegun = false; !isBegun; await turn()) {
      if (next < 40_000) log.append(drafts(20, next))
      next = log.head().seq + 1
      keptMost = Math.max(keptMost, log.keptCount())
      isBegun = walBytes() < most
      most = Math.max(most, walBytes())
    }
    await durable(store, log.head().seq)
    expect(keptMost).toBeGreaterThan(0)
    expect(log.durability()).toEqual({ kind: 'durable' })
    expect([log.keptCount(), missing]).toEqual([0, []])
    const entries = store.entries(1, 100_000)
    expect(verifyChain(entries, sha256Hex)).toMatchObject({ ok: true, count: log.head().seq })
  })

  it('is taken into the database in between, and that is said, where no thread can be started', async () => {
    const store = open(join(folder, 'not-there.ts'))
    const log = keepEntries(store, () => undefined)
    for (let next = 1; missing.length === 0; next += 20, await turn()) log.append(drafts(20, next))
    const before = log.head().seq
    for (let next = before + 1; next < before + 4000; next += 20) log.append(drafts(20, next))
    await durable(store, log.head().seq)
    expect(missing).toHaveLength(1)
    const bytes = walBytes()
    for (let next = log.head().seq + 1; next < before + 8000; next += 20) log.append(drafts(20, next))
    expect(walBytes()).toBe(bytes)
  })
})

it('lets go of no lock on the database, whatever else looks at it in this process', (ctx) => {
  if (!existsSync('/proc/locks')) ctx.skip('the locks of a process can be seen on Linux alone')
  const store = open()
  store.append(drafts(3))
  const inode = `:${statSync(file).ino} `
  const locks = () =>
    readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .filter((line) => line.includes(inode))
  const before = locks()
  const review = store.review()
  expect([review?.nextEntries(100).ok, review?.nextEntries(100).ok]).toEqual([true, true])
  expect(review?.nextPages(1000)).toEqual(ok('done'))
  // The daily copy is made on a thread, but locks belong to the process.
  const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  expect(copyLog({ file, key, upTo: store.head(), stop })).toMatchObject({ ok: true })
  expect(before).toHaveLength(1)
  expect(locks().length).toBe(1)
})
