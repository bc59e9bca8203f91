import type { StorePlace } from '../../src/hub/open-store.ts'
import { samplePins, sampleSite } from '../../tools/sample-site.ts'
import { type HubProcess, startHubProcess } from '../support/hub-process.ts'
import { findPostgres, startPostgres } from '../support/postgres-server.ts'
import { type Benchmark, type Measured, measured, type Run } from './benchmark.ts'
import { type Load, makeSenders, type Shape, send } from './ingest-load.ts'
import { rounded, summarize } from './stats.ts'

const names = ['postgres', 'sqlite'] as const
type Name = (typeof names)[number]
type Side = { readonly hub: HubProcess; readonly place: StorePlace }

const entriesABatch = { catchingUp: 500, day: 10 } as const
const devices = 50

export const ingest: Benchmark = {
  name: 'ingest',
  what: 'what a hub on PostgreSQL takes of logs, beside one on SQLite with the same devices',
  samples: 3,
  entries: 50_000,
  run: async (run) => {
    const bin = findPostgres()
    if (bin === null)
      throw new Error('no PostgreSQL server is here: run npm ci, or apt-get install postgresql')
    run.at('starting PostgreSQL and two hubs')
    const server = await startPostgres(bin, 'durable')
    try {
      const site = sampleSite(new Date(), samplePins)
      const onPostgres = await startHubProcess({ site, database: server.url })
      try {
        const onSqlite = await startHubProcess({ site })
        try {
          const sides: Readonly<Record<Name, Side>> = {
            postgres: { hub: onPostgres, place: { kind: 'postgres', address: server.url } },
            sqlite: { hub: onSqlite, place: { kind: 'sqlite', directory: onSqlite.dataDir } },
          }
          const batches = (entries: number) => Math.max(1, Math.ceil(run.entries / entries))
          const one = entriesABatch.catchingUp
          const few = entriesABatch.day
          return [
            ...(await compare(run, sides, `one device, ${one} a batch`, {
              devices: 1,
              batches: batches(one),
              entriesABatch: one,
            })),
            ...(await compare(run, sides, `${devices} devices, ${few} a batch`, {
              devices,
              batches: batches(few * devices),
              entriesABatch: few,
            })),
          ]
        } finally {
          await onSqlite.stop()
        }
      } finally {
        await onPostgres.stop()
      }
    } finally {
      await server.stop()
    }
  },
}

/** In turns, and the one that begins changes. */
async function compare(
  run: Run,
  sides: Readonly<Record<Name, Side>>,
  what: string,
  shape: Shape,
): Promise<readonly Measured[]> {
  const loads: Record<Name, Load[]> = { postgres: [], sqlite: [] }
  for (let round = 0; round <= run.samples; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      run.at(`${what}, round ${round} of ${run.samples}, ${name}`)
      const { hub, place } = sides[name]
      const load = await send(hub.url, await makeSenders(place, hub.url, shape))
      // The first round warms both up.
      if (round > 0) loads[name].push(load)
    }
  }
  const rates = (name: Name) => loads[name].map(({ entriesPerS }) => entriesPerS)
  const replies = (name: Name) => loads[name].flatMap(({ repliesMs }) => repliesMs)
  const p99 = rounded(summarize(replies('sqlite')).p99)
  const entries = shape.devices * shape.batches * shape.entriesABatch
  return [
    measured({
      name: `ingest, ${what}`,
      unit: 'entries/s',
      samples: rates('postgres'),
      percentiles: false,
      peer: { name: 'hub on SQLite', samples: rates('sqlite') },
      note: `n rounds of ${entries.toLocaleString('en-US')} entries of new devices, each with one batch under way; hub and PostgreSQL are processes of their own and durable (fsync), all on this machine`,
    }),
    measured({
      name: '  reply to a batch',
      unit: 'ms',
      samples: replies('postgres'),
      peer: { name: 'hub on SQLite', samples: replies('sqlite') },
      note: `from sending a batch to the receipt for it; p99 on SQLite ${p99} ms`,
    }),
  ]
}
