import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { showProgress } from '../../tools/setup/say.mjs'
import { append } from './append.ts'
import { readArguments, usage } from './arguments.ts'
import type { Benchmark, Measured, Run } from './benchmark.ts'
import { bundleSize } from './bundle-size.ts'
import { catchUp } from './catch-up.ts'
import { ingest } from './ingest.ts'
import { describeMachine, loadAverage } from './machine.ts'
import { pressToAlarm } from './press-to-alarm.ts'
import { pressToLocal } from './press-to-local.ts'
import { pressToLocalAlone } from './press-to-local-alone.ts'
import { pressToPicture } from './press-to-picture.ts'
import { recordForms } from './record.ts'
import { startUp } from './start-up.ts'
import { markdownTable, plainTable } from './table.ts'
import { verifyLog } from './verify-log.ts'

const benchmarks: readonly Benchmark[] = [
  pressToLocal,
  pressToLocalAlone,
  pressToAlarm,
  pressToPicture,
  append,
  startUp,
  catchUp,
  ingest,
  verifyLog,
  recordForms,
  bundleSize,
]
const output = join(import.meta.dirname, '..', '..', 'bench-output')

async function runOne(
  benchmark: Benchmark,
  { samples, entries }: Pick<Run, 'samples' | 'entries'>,
): Promise<readonly Measured[]> {
  let words = 'setting up'
  // The progress line shows where it is now, so it is made anew at each step.
  let finish = showProgress(`${benchmark.name}: ${words}`)
  try {
    return await benchmark.run({
      samples,
      entries,
      at: (now) => {
        words = now
        finish()
        finish = showProgress(`${benchmark.name}: ${words}`)
      },
    })
  } finally {
    finish()
  }
}

async function main(): Promise<number> {
  const choice = readArguments(process.argv.slice(2), benchmarks)
  if (choice.kind === 'help') {
    console.log(usage(benchmarks))
    return 0
  }
  if (choice.kind === 'wrong') {
    console.error(`${choice.message}\n\n${usage(benchmarks)}`)
    return 2
  }
  const machine = await describeMachine()
  const startedAt = new Date().toISOString()
  const loadBefore = loadAverage()
  console.log(`${startedAt} · ${machine.system} · ${machine.cores} × ${machine.processor}`)
  console.log(`The workstation runs on ${machine.runtime}. Load average ${loadBefore}.\n`)

  const all: Measured[] = []
  const failures: { readonly name: string; readonly message: string }[] = []
  for (const benchmark of choice.benchmarks) {
    const startedMs = performance.now()
    try {
      const samples = choice.samples ?? benchmark.samples
      const entries = choice.entries ?? benchmark.entries ?? 0
      const found = await runOne(benchmark, { samples, entries })
      all.push(...found)
      console.error(`${benchmark.name}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
    } catch (error) {
      failures.push({ name: benchmark.name, message: error instanceof Error ? error.message : String(error) })
      console.error(`${benchmark.name} failed: ${error instanceof Error ? error.stack : error}`)
    }
  }

  const rows = all.map(({ row }) => row)
  const run = { startedAt, machine, loadBefore, loadAfter: loadAverage(), failures, measured: all }
  mkdirSync(output, { recursive: true })
  writeFileSync(join(output, 'bench.json'), `${JSON.stringify(rows, null, 2)}\n`)
  writeFileSync(join(output, 'run.json'), `${JSON.stringify(run, null, 2)}\n`)
  writeFileSync(join(output, 'table.md'), `${markdownTable(rows)}\n`)
  if (rows.length > 0) console.log(`\n${plainTable(rows)}\n`)
  for (const { name, note } of rows) console.log(`  ${name}: ${note}`)
  console.log(`\nLoad average ${loadBefore} before, ${run.loadAfter} after. Kept in bench-output/.`)
  for (const { name, message } of failures) console.error(`FAILED ${name}: ${message.split('\n')[0]}`)
  // A target that is missed on a slow day is a number, not a failure.
  return failures.length === 0 ? 0 : 1
}

process.exitCode = await main()
