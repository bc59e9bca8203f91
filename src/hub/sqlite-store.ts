import type BetterSqlite3 from 'better-sqlite3'
import { canonicalJson, type Json } from '../domain/log/canonical.ts'
import type { IssuedContent } from '../domain/policy/policy.ts'
import { ok, type Result } from '../domain/result.ts'
import { sha256Hex } from '../platform/node/ed25519.ts'
import { sqliteMailbox, sqlitePages } from './sqlite/calls.ts'
import { sqliteLog } from './sqlite/log.ts'
import { openDatabase } from './sqlite/open.ts'
import { sqlitePagerEndings, sqlitePushSubscriptions } from './sqlite/pagers.ts'
import { sqlitePhysicians } from './sqlite/people.ts'
import { sqliteQuarantine } from './sqlite/quarantine.ts'
import { sqliteRetention } from './sqlite/retention.ts'
import { sqliteDevices, sqliteEnrolment } from './sqlite/rooms.ts'
import type { HubStore, MetaStore, PolicyStore, StoredPolicy } from './store.ts'
import type { StoreProblem } from './store-problem.ts'

/** The hub's store in one SQLite file in `directory`. Other processes may use it at the same time (WAL). */
export function openSqliteStore(directory: string): Result<HubStore, StoreProblem> {
  const opened = openDatabase(directory)
  if (!opened.ok) return opened
  const db = opened.value
  const probe = db.prepare('SELECT count(*) FROM meta')
  return ok({
    meta: sqliteMeta(db),
    policies: sqlitePolicies(db),
    enrolment: sqliteEnrolment(db),
    devices: sqliteDevices(db),
    physicians: sqlitePhysicians(db),
    log: sqliteLog(db),
    retention: sqliteRetention(db),
    quarantine: sqliteQuarantine(db),
    pages: sqlitePages(db),
    mailbox: sqliteMailbox(db),
    pushSubscriptions: sqlitePushSubscriptions(db),
    pagerEndings: sqlitePagerEndings(db),
    once: null,
    leases: null,
    exchange: null,
    check: async () => void probe.get(),
    close: async () => void db.close(),
  })
}

function sqliteMeta(db: BetterSqlite3.Database): MetaStore {
  const get = db.prepare<[string], string>('SELECT value FROM meta WHERE name = ?').pluck()
  const set = db.prepare<[string, string]>(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  const getOrMake = db.transaction((name: string, make: () => string) => {
    const there = get.get(name)
    if (there !== undefined) return there
    const made = make()
    set.run(name, made)
    return made
  })
  return {
    get: async (name) => get.get(name) ?? null,
    set: async (name, value) => void set.run(name, value),
    getOrMake: async (name, make) => getOrMake.immediate(name, make),
  }
}

function sqlitePolicies(db: BetterSqlite3.Database): PolicyStore {
  const current = db.prepare<[], Omit<StoredPolicy, 'content'> & { content: string }>(
    `SELECT version, issued_at AS issuedAt, content, signature
     FROM policies JOIN site_contents ON hash = content_hash ORDER BY version DESC LIMIT 1`,
  )
  const addContent = db.prepare<[string, string]>(
    'INSERT INTO site_contents (hash, content) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const addPolicy = db.prepare<[number, string, string, string]>(
    `INSERT INTO policies (version, issued_at, content_hash, signature) VALUES (?, ?, ?, ?)
     ON CONFLICT (version) DO NOTHING`,
  )
  const version = db.prepare<[], number | null>('SELECT max(version) FROM policies').pluck()
  const add = db.transaction((policy: StoredPolicy) => {
    const content = canonicalJson(policy.content as unknown as Json)
    const hash = sha256Hex(content)
    addContent.run(hash, content)
    return addPolicy.run(policy.version, policy.issuedAt, hash, policy.signature).changes > 0
  })
  return {
    async current() {
      const row = current.get()
      // Written by `add` alone.
      return row ? { ...row, content: JSON.parse(row.content) as IssuedContent } : null
    },
    version: async () => version.get() ?? 0,
    add: async (policy) => add.immediate(policy),
  }
}
