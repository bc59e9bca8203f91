import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { samplePins, sampleSite } from '../../tools/sample-site.ts'
import { startHubProcess } from '../support/hub-process.ts'
import { type Benchmark, type Measured, measured, type Run } from './benchmark.ts'
import { startJson } from './json-process.ts'
import { watchMemory } from './memory.ts'
import { installPouchDb, pouchDbRate } from './pouchdb/peer.ts'
import { type Progress, steadyRate } from './rate.ts'
import { makeLongLog, writeLines } from './screenless.ts'

/** PouchDB would take a quarter of an hour for a million. */
const peerDocuments = 20_000
/** What PouchDB takes unless told otherwise, and what was fastest here (100, 500, 1,000 and 2,000 were tried). */
const peerBatches = { usual: 100, fastest: 1000 } as const
export const progressSchema = z.object({ done: z.number(), afterMs: z.number() })

export const catchUp: Benchmark = {
  name: 'catch-up',
  what: 'a workstation’s whole log to a hub over loopback, beside PouchDB replicating to express-pouchdb',
  samples: 1,
  entries: 1_000_000,
  run: async (run) => {
    run.at('installing the peer')
    await installPouchDb()
    const folder = mkdtempSync(join(tmpdir(), 'scanside-bench-catch-up-'))
    try {
      const room = join(folder, 'room')
      await makeLongLog(run, room)
      const file = join(folder, 'documents.jsonl')
      const documents = Math.min(peerDocuments, run.entries)
      writeLines(room, documents, file)
      const usual = await peer(run, folder, file, peerBatches.usual)
      const fastest = await peer(run, folder, file, peerBatches.fastest)
      const { rate, seconds, memory } = await ours(run, room)
      const taken = `${run.entries.toLocaleString('en-US')} entries from the encrypted log to the hub’s receipt for the last of them took ${seconds.toFixed(1)} s; hub (SQLite) and workstation without its screen are processes of their own`
      const sample = `PouchDB, LevelDB at both ends, replicates ${documents.toLocaleString('en-US')} of the same as documents, the last three quarters of them measured`
      return [
        measured({
          name: 'catch-up',
          unit: 'entries/s',
          samples: [rate],
          peer: { name: 'PouchDB', samples: usual },
          note: `${taken}; ${sample}, with its own batches of ${peerBatches.usual}`,
          target: { words: '≥ 20 × PouchDB', isMet: ({ ratio }) => (ratio ?? 0) >= 20 },
        }),
        measured({
          name: '  PouchDB at its fastest',
          unit: 'entries/s',
          samples: [rate],
          peer: { name: `PouchDB, ${peerBatches.fastest} a batch`, samples: fastest },
          note: `${sample}, with batches of ${peerBatches.fastest}, its fastest here`,
        }),
        ...memory,
      ]
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  },
}

async function peer(run: Run, folder: string, file: string, batchSize: number): Promise<readonly number[]> {
  const rates: number[] = []
  for (let count = 1; count <= run.samples; count += 1) {
    run.at(`PouchDB, ${batchSize} a batch, ${count} of ${run.samples}`)
    const place = join(folder, `pouchdb-${batchSize}-${count}`)
    mkdirSync(place)
    rates.push(await pouchDbRate(place, file, batchSize))
  }
  return rates
}

async function ours(
  run: Run,
  folder: string,
): Promise<{ readonly rate: number; readonly seconds: number; readonly memory: readonly Measured[] }> {
  const hub = await startHubProcess({ site: sampleSite(new Date(), samplePins) })
  try {
    const code = await hub.issueEnrolmentCode('ct-2')
    const script = join(import.meta.dirname, 'catching-up.ts')
    const room = startJson(script, [folder, hub.url, code], progressSchema)
    try {
      const progress: Progress[] = []
      let watches: Readonly<Record<'room' | 'hub', ReturnType<typeof watchMemory>>> | undefined
      for await (const step of room.lines) {
        watches ??= { room: watchMemory(room.pid), hub: watchMemory(hub.pid()) }
        progress.push(step)
        run.at(`entry ${step.done.toLocaleString('en-US')} of ${run.entries.toLocaleString('en-US')}`)
      }
      const last = progress.at(-1)
      if (last?.done !== run.entries) throw new Error(`the hub has ${last?.done} of ${run.entries} entries`)
      const what = `while ${run.entries.toLocaleString('en-US')} entries go to the hub`
      return {
        rate: steadyRate(progress, 0),
        seconds: last.afterMs / 1000,
        memory: [
          watches?.room.row('  memory, workstation', what),
          watches?.hub.row('  memory, hub', what),
        ].filter((row) => row !== undefined),
      }
    } finally {
      await room.stop()
    }
  } finally {
    await hub.stop()
  }
}
