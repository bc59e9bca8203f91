import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openEncrypted } from '../../src/platform/node/encrypted-database.ts'
import { keepEntries } from '../../src/platform/node/keeping-log.ts'
import { makeLogKey } from '../../src/platform/node/log-key-file.ts'
import { openLogStore } from '../../src/platform/node/log-store.ts'
import type { Draft } from '../../src/platform/node/log-store-types.ts'
import { type Benchmark, measured } from './benchmark.ts'

const onesABlock = 150
const groupsABlock = 20
const eventsAGroup = 200

type Side = {
  /** Each event in a commit of its own. */
  readonly ones: (drafts: readonly Draft[]) => void
  /** All of them in one commit. */
  readonly group: (drafts: readonly Draft[]) => void
  /** Resolves once everything is durable. */
  readonly settled: () => Promise<void>
  readonly close: () => void
}

const sides = ['log', 'bare', 'encrypted'] as const
type Name = (typeof sides)[number]

/**
 * They take turns, block by block, and the one that begins changes, so that a disk that is slow for a while is slow
 * for all.
 */
export const append: Benchmark = {
  name: 'append',
  what: 'durable appends to the log, one at a time and grouped, beside bare better-sqlite3',
  samples: 15,
  run: async ({ samples, at }) => {
    const folder = mkdtempSync(join(tmpdir(), 'scanside-bench-append-'))
    const side: Readonly<Record<Name, Side>> = {
      log: openLog(join(folder, 'log.sqlite')),
      bare: openBare(new Database(join(folder, 'bare.sqlite'))),
      encrypted: openBare(openEncrypted(join(folder, 'encrypted.sqlite'), makeLogKey())),
    }
    try {
      const ones: Record<Name, number[]> = { log: [], bare: [], encrypted: [] }
      const groups: Record<Name, number[]> = { log: [], bare: [], encrypted: [] }
      for (let block = 0; block <= samples; block += 1) {
        at(`block ${block} of ${samples}`)
        for (const name of block % 2 === 0 ? sides : sides.toReversed()) {
          const { ones: appendOnes, group: appendGroup, settled } = side[name]
          const onePerS = await timed(onesABlock, settled, () => appendOnes(drafts(onesABlock)))
          const groupPerS = await timed(groupsABlock * eventsAGroup, settled, () => {
            for (let group = 0; group < groupsABlock; group += 1) appendGroup(drafts(eventsAGroup))
          })
          // The first block warms them up.
          if (block === 0) continue
          ones[name].push(onePerS)
          groups[name].push(groupPerS)
        }
      }
      return [
        measured({
          name: 'append, one at a time',
          unit: 'events/s',
          samples: ones.log,
          percentiles: false,
          peer: { name: 'bare better-sqlite3', samples: ones.bare },
          note: `n blocks of ${onesABlock}: sealed into the chain, encrypted, one commit each, all of them durable at the end of the block; the peer inserts the same columns without encryption, seal, chain or triggers, with synchronous=FULL, each durable before the next`,
          target: { words: '≥ 0.8 × bare', isMet: ({ ratio }) => (ratio ?? 0) >= 0.8 },
        }),
        measured({
          name: 'append, grouped',
          unit: 'events/s',
          samples: groups.log,
          percentiles: false,
          peer: { name: 'bare better-sqlite3', samples: groups.bare },
          note: `n blocks of ${groupsABlock} commits with ${eventsAGroup} events each, all of them durable at the end of the block`,
          target: { words: '≥ 20,000/s', isMet: ({ value }) => value >= 20_000 },
        }),
        ...(['one at a time', 'grouped'] as const).map((how) => {
          const { encrypted, bare } = how === 'grouped' ? groups : ones
          return measured({
            name: `  encryption alone, ${how}`,
            unit: 'events/s',
            samples: encrypted,
            percentiles: false,
            peer: { name: 'bare better-sqlite3', samples: bare },
            note: 'the bare insert into a database that is encrypted as the log is: what encryption costs by itself',
          })
        }),
      ]
    } finally {
      for (const name of sides) side[name].close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** Events a second. */
async function timed(events: number, settled: Side['settled'], run: () => void): Promise<number> {
  const startedMs = performance.now()
  run()
  await settled()
  const tookMs = performance.now() - startedMs
  // Lets the progress line move.
  await new Promise((resolve) => setImmediate(resolve))
  return (events * 1000) / tookMs
}

/** The commonest event of a session, at its usual size. */
function drafts(count: number): readonly Draft[] {
  return Array.from(
    { length: count },
    (_, index): Draft => ({
      device: 'd-0123456789abcdef',
      at: '2026-11-24T09:41:07.123Z',
      boot: 'b-7f1c5d1e-8f0a-4e0e-9d57-0c9a4a6b1f00',
      mono: 1000 + index,
      actor: { kind: 'system' },
      type: 'link-changed',
      session: 's-5b0f6a1c-2d3e-4f50-8a61-7b8c9d0e1f20',
      body: { physicianId: 'p-chen', link: { kind: 'partial', lacks: ['physician-does-not-hear-room'] } },
    }),
  )
}

function openLog(file: string): Side {
  const opened = openLogStore(file, makeLogKey())
  if (!opened.ok) throw new Error(opened.error.message)
  const store = opened.value
  const log = keepEntries(store, ({ message }) => {
    throw new Error(message)
  })
  return {
    ones: (all) => {
      for (const draft of all) log.append([draft])
    },
    group: log.append,
    settled: log.whenDurable,
    close: store.close,
  }
}

/** What somebody would write who only wants the same rows to be on the disk, for anybody to read. */
function openBare(db: Database.Database): Side {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(
    `CREATE TABLE log (
       seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, prev TEXT NOT NULL, type TEXT NOT NULL, session TEXT,
       once TEXT UNIQUE, entry TEXT NOT NULL
     ) STRICT`,
  )
  const insert = db.prepare<[number, string, string, string, string | null, null, string]>(
    'INSERT INTO log (seq, hash, prev, type, session, once, entry) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const hash = '5'.repeat(64)
  let seq = 0
  const one = (draft: Draft) => {
    seq += 1
    const entry = JSON.stringify({ v: 1, ...draft, seq, prev: hash, hash })
    insert.run(seq, hash, hash, draft.type, draft.session, null, entry)
  }
  const all = db.transaction((group: readonly Draft[]) => {
    for (const draft of group) one(draft)
  })
  return {
    ones: (group) => {
      for (const draft of group) one(draft)
    },
    group: (group) => all.immediate(group),
    settled: async () => undefined,
    close: () => db.close(),
  }
}
