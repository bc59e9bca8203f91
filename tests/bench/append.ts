import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openLogStore } from '../../src/platform/node/log-store.ts'
import type { Draft } from '../../src/platform/node/log-store-types.ts'
import { type Benchmark, measured } from './benchmark.ts'

const onesABlock = 150
const groupsABlock = 20
const eventsAGroup = 200

type Side = {
  /** Each event committed by itself. */
  readonly ones: (drafts: readonly Draft[]) => void
  /** All of them in one commit. */
  readonly group: (drafts: readonly Draft[]) => void
  readonly close: () => void
}

/**
 * The two take turns, block by block, and the one that begins changes, so that a disk that is slow for a while is
 * slow for both.
 */
export const append: Benchmark = {
  name: 'append',
  what: 'durable appends to the log, one at a time and grouped, beside bare better-sqlite3',
  samples: 15,
  run: async ({ samples, at }) => {
    const folder = mkdtempSync(join(tmpdir(), 'scanside-bench-append-'))
    const log = openLog(join(folder, 'log.sqlite'))
    const bare = openBare(join(folder, 'bare.sqlite'))
    try {
      const ones = { log: [] as number[], bare: [] as number[] }
      const groups = { log: [] as number[], bare: [] as number[] }
      for (let block = 0; block <= samples; block += 1) {
        at(`block ${block} of ${samples}`)
        const turns: readonly (readonly ['log' | 'bare', Side])[] = [
          ['log', log],
          ['bare', bare],
        ]
        for (const [name, side] of block % 2 === 0 ? turns : turns.toReversed()) {
          const onePerS = await timed(onesABlock, () => side.ones(drafts(onesABlock)))
          const groupPerS = await timed(groupsABlock * eventsAGroup, () => {
            for (let group = 0; group < groupsABlock; group += 1) side.group(drafts(eventsAGroup))
          })
          // The first block warms both up.
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
          note: `n blocks of ${onesABlock}: sealed into the chain, one commit each, WAL, synchronous=FULL; the peer inserts the same columns without seal, chain or triggers`,
          target: { words: '≥ 0.8 × bare', isMet: ({ ratio }) => (ratio ?? 0) >= 0.8 },
        }),
        measured({
          name: 'append, grouped',
          unit: 'events/s',
          samples: groups.log,
          percentiles: false,
          peer: { name: 'bare better-sqlite3', samples: groups.bare },
          note: `n blocks of ${groupsABlock} commits with ${eventsAGroup} events each`,
          target: { words: '≥ 20,000/s', isMet: ({ value }) => value >= 20_000 },
        }),
      ]
    } finally {
      log.close()
      bare.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** Events a second. */
async function timed(events: number, run: () => void): Promise<number> {
  const startedMs = performance.now()
  run()
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
  const opened = openLogStore(file)
  if (!opened.ok) throw new Error(opened.error.message)
  const store = opened.value
  const group = (all: readonly Draft[]) => {
    const appended = store.append(all)
    if (!appended.ok) throw new Error(appended.error.message)
  }
  return {
    ones: (all) => {
      for (const draft of all) group([draft])
    },
    group,
    close: store.close,
  }
}

/** What somebody would write who only wants the same rows to be on the disk. */
function openBare(file: string): Side {
  const db = new Database(file)
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
    close: () => db.close(),
  }
}
