import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commands } from '../../tools/setup/commands.mjs'
import { type Benchmark, type Measured, measured } from './benchmark.ts'
import { type MemoryWatch, watchMemory } from './memory.ts'
import { makeLongLog, writeLines } from './screenless.ts'

const verifier = join(import.meta.dirname, '..', '..', 'tools', 'verify.ts')
const bareHash = join(import.meta.dirname, 'bare', 'hash-lines.mjs')

export const verifyLog: Benchmark = {
  name: 'verify',
  what: 'npm run verify of an exported log, beside a program that only hashes its lines',
  samples: 3,
  entries: 1_000_000,
  run: async (run) => {
    const folder = mkdtempSync(join(tmpdir(), 'scanside-bench-verify-'))
    try {
      const room = join(folder, 'room')
      await makeLongLog(run, room)
      const file = join(folder, 'log.jsonl')
      const bytes = writeLines(room, run.entries, file)
      const rate = (tookMs: number) => (run.entries * 1000) / tookMs
      const ours: number[] = []
      const bare: number[] = []
      let memory: Measured | undefined
      for (let count = 1; count <= run.samples; count += 1) {
        run.at(`verifying, ${count} of ${run.samples}`)
        const verified = await runNode(
          [...(commands.verify?.node ?? []), verifier, file],
          `${run.entries} entries`,
        )
        ours.push(rate(verified.tookMs))
        memory = verified.watch.row('  memory', `npm run verify, ${count} of ${run.samples}`)
        run.at(`hashing, ${count} of ${run.samples}`)
        bare.push(rate((await runNode([bareHash, file], String(run.entries))).tookMs))
      }
      const size = `${run.entries.toLocaleString('en-US')} entries, ${(bytes / 1e6).toFixed(0)} MB of JSON Lines`
      return [
        measured({
          name: 'verify',
          unit: 'entries/s',
          samples: ours,
          percentiles: false,
          peer: { name: 'SHA-256 of each line', samples: bare },
          note: `${size}, whole process from its start: form, canonical form, hash, chain and signatures of each entry; the peer reads the same file and hashes each line`,
        }),
        ...(memory === undefined ? [] : [memory]),
      ]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** @param expected words that show that it has done its work */
async function runNode(
  args: readonly string[],
  expected: string,
): Promise<{ readonly tookMs: number; readonly watch: MemoryWatch }> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const watch = watchMemory(child.pid ?? 0)
  const [code] = await once(child, 'close')
  const tookMs = performance.now() - startedMs
  if (code !== 0 || !said.includes(expected)) throw new Error(`${args.join(' ')} ended with ${code}: ${said}`)
  return { tookMs, watch }
}
