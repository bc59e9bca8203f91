import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { openEncrypted } from '../../../src/platform/node/encrypted-database.ts'
import { makeLogKey } from '../../../src/platform/node/log-key-file.ts'
import type { LogProblem } from '../../../src/platform/node/log-problems.ts'
import { entriesReadAtStart } from '../../../src/platform/node/log-review.ts'
import { openLogStore } from '../../../src/platform/node/log-store.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { drafts } from './drafts.ts'

const key = makeLogKey()
let folder: string
let file: string
const stores: LogStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanside-review-'))
  file = join(folder, 'log.sqlite')
})
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(): LogStore {
  const opened = openLogStore(file, key)
  if (!opened.ok) throw new Error(opened.error.message)
  stores.push(opened.value)
  return opened.value
}
const close = () => {
  for (const store of stores.splice(0)) store.close()
}

const length = entriesReadAtStart + 600

/** A log longer than a start reads, with facts that have names, closed with a checkpoint at its last entry. */
function longLog(): void {
  const store = open()
  for (let from = 1; from <= length; from += 100) {
    store.append(drafts(100, from).map((draft, index) => ({ ...draft, once: `fact:${from + index}` })))
  }
  store.putCheckpoint({ ...store.head(), text: 'what it came to' })
  close()
}

/** What an altering hand does: it knows SQLite, and not the hashes. */
function alter(sql: string): void {
  const db = openEncrypted(file, key)
  db.exec('DROP TRIGGER IF EXISTS log_refuses_update; DROP TRIGGER IF EXISTS log_refuses_delete')
  db.exec(sql)
  db.close()
}

function review(store: LogStore): {
  readonly entries: readonly LogEntry[]
  readonly problem: LogProblem | null
} {
  const entries: LogEntry[] = []
  const running = store.review()
  if (running === null) throw new Error('nothing to review')
  try {
    for (;;) {
      const read = running.nextEntries(100)
      if (!read.ok) return { entries, problem: read.error.problem }
      if (read.value.length === 0) break
      entries.push(...read.value)
    }
    for (;;) {
      const looked = running.nextPages(50)
      if (!looked.ok) return { entries, problem: looked.error.problem }
      if (looked.value === 'done') return { entries, problem: null }
    }
  } finally {
    running.close()
  }
}

const openProblem = () => {
  const opened = openLogStore(file, key)
  if (!opened.ok) return opened.error
  opened.value.close()
  return null
}

describe('a checkpoint', () => {
  it('is found again at the entry that it was made for', () => {
    longLog()
    const store = open()
    expect(store.checkpoint()).toEqual({ ...store.head(), text: 'what it came to' })
    store.append(drafts(1, length + 1))
    expect(store.checkpoint()?.seq).toBe(length)
  })

  it('does not count when it is not of this chain, or not readable', () => {
    longLog()
    const store = open()
    store.putCheckpoint({ seq: 7, hash: 'f'.repeat(64), text: '' })
    expect(store.checkpoint()).toBeUndefined()
    close()
    for (const value of ['{"seq":', '{"seq":7}', '[]']) {
      alter(`UPDATE meta SET value = '${value}' WHERE name = 'checkpoint'`)
      expect(open().checkpoint()).toBeUndefined()
      close()
    }
    alter(`DELETE FROM meta WHERE name = 'checkpoint'`)
    expect(open().checkpoint()).toBeUndefined()
  })

  it('leaves every append as durable as it was', () => {
    const store = open()
    store.append(drafts(2))
    store.putCheckpoint({ ...store.head(), text: '' })
    store.append(drafts(2, 3))
    close()
    expect(open().head().seq).toBe(4)
  })
})

describe('the review of a log on disk', () => {
  it('reads every entry, also those of this start, and finds nothing in a good one', () => {
    longLog()
    const store = open()
    store.append(drafts(5, length + 1))
    const { entries, problem } = review(store)
    expect(problem).toBeNull()
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: length + 5 }, (_, index) => index + 1))
  })

  it('lets entries be written while it goes on', () => {
    longLog()
    const store = open()
    const running = store.review()
    expect(running?.nextEntries(10).ok).toBe(true)
    while (running?.nextEntries(1000).ok) {
      const more = running.nextEntries(1000)
      if (more.ok && more.value.length === 0) break
    }
    expect(running?.nextPages(3)).toEqual({ ok: true, value: 'more' })
    expect(store.append(drafts(50, length + 1)).ok).toBe(true)
    expect(running?.nextPages(100_000)).toEqual({ ok: true, value: 'done' })
    running?.close()
  })

  it.each([
    [
      'a changed byte',
      `UPDATE log SET entry = replace(entry, 'number 3"', 'number 8"') WHERE seq = 3`,
      /entry 3: wrong-hash/,
    ],
    [
      'a changed column',
      `UPDATE log SET hash = '${'e'.repeat(64)}' WHERE seq = 3`,
      /entry 3: its columns differ/,
    ],
    ['a missing entry', 'DELETE FROM log WHERE seq = 3', /entry 4: gap/],
    ['a missing beginning', 'DELETE FROM log WHERE seq <= 3', /entry 4: gap/],
    ['an entry that is none', `UPDATE log SET entry = 'null' WHERE seq = 3`, /entry 3 is not readable/],
    [
      'two that changed places',
      'UPDATE log SET entry = (SELECT entry FROM log AS other WHERE other.seq = 7 - log.seq) WHERE seq IN (3, 4)',
      /entry 3: gap/,
    ],
  ])(
    'finds what a start no longer reads: %s; and the next start knows it, and writes behind it',
    (_, sql, words) => {
      longLog()
      alter(sql)
      const store = open()
      const { problem } = review(store)
      expect(problem).toMatchObject({ kind: 'chain-broken', message: expect.stringMatching(words) })
      expect(problem?.message).toMatch(/Do not delete it/)
      const before = store.texts(1, 10_000)
      close()
      const next = open()
      expect(next.durability()).toEqual({ kind: 'doubted', problem, resumes: true })
      expect(next.append(drafts(1, length + 1)).ok).toBe(true)
      expect(next.texts(1, 10_000).slice(0, -1)).toEqual(before)
      close()
      alter(`DELETE FROM log WHERE seq > ${length}`)
      // Without something kept behind what is wrong there is nothing to go on from: the file is left alone.
      alter(`DELETE FROM meta WHERE name = 'checkpoint'`)
      expect(openProblem()).toEqual(problem)
      const reader = openEncrypted(file, key, { readonly: true })
      expect(reader.prepare('SELECT entry FROM log ORDER BY seq').pluck().all()).toEqual(before)
      reader.close()
    },
  )

  it('ends also while another program holds the file, which then keeps what was noted before', () => {
    longLog()
    alter(`UPDATE log SET entry = replace(entry, 'number 3"', 'number 8"') WHERE seq = 3`)
    review(open())
    close()
    const store = open()
    alter(`UPDATE log SET entry = replace(entry, 'number 8"', 'number 3"') WHERE seq = 3`)
    const other = openEncrypted(file, key)
    other.exec('BEGIN IMMEDIATE')
    expect(review(store).problem).toBeNull()
    other.exec('ROLLBACK')
    other.close()
    close()
    expect(open().durability()).toEqual({ kind: 'durable' })
  })

  it('finds entries that are cut off while it runs', () => {
    longLog()
    const store = open()
    alter(`DELETE FROM log WHERE seq > ${length - 3}`)
    expect(review(store).problem?.message).toMatch(`entry ${length - 2} is missing`)
  })

  it('does not hold a finding against a log that has been restored', () => {
    longLog()
    const good = readFileSync(file)
    alter(`UPDATE log SET entry = replace(entry, 'number 3"', 'number 8"') WHERE seq = 3`)
    expect(review(open()).problem).not.toBeNull()
    close()
    alter(`UPDATE log SET entry = replace(entry, 'number 8"', 'number 3"') WHERE seq = 3`)
    expect(review(open()).problem).toBeNull()
    close()
    writeFileSync(file, good)
    expect(openProblem()).toBeNull()
  })

  it.each([
    ['the entries', `SELECT pageno FROM dbstat WHERE name = 'log' AND pagetype = 'leaf' LIMIT 1 OFFSET 5`],
    [
      'the names of facts',
      `SELECT pageno FROM dbstat WHERE name = 'sqlite_autoindex_log_1' AND pagetype = 'leaf' LIMIT 1`,
    ],
    [
      'the way to them',
      `SELECT pageno FROM dbstat WHERE name = 'sqlite_autoindex_log_1' AND pagetype = 'internal' LIMIT 1`,
    ],
  ])('finds a torn page of %s', (_, which) => {
    longLog()
    const db = openEncrypted(file, key)
    db.pragma('wal_checkpoint(TRUNCATE)')
    const page = Number(db.prepare(which).pluck().get())
    db.close()
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(7, (page - 1) * 4096, page * 4096))
    const { problem } = review(open())
    expect(problem?.kind).toBe('database-corrupt')
    close()
    expect(openProblem()?.kind).toBe('database-corrupt')
  })

  it('leaves the end of the log to the start, whatever the checkpoint says', () => {
    longLog()
    alter(`UPDATE log SET entry = replace(entry, 'number ${length}"', 'number 8"') WHERE seq = ${length}`)
    expect(openProblem()).toMatchObject({
      kind: 'chain-broken',
      message: expect.stringContaining(`entry ${length}: wrong-hash`),
    })
  })
})
