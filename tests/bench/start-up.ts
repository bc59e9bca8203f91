import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findElectron } from '../../tools/electron-runtime.ts'
import { samplePins, sampleSite } from '../../tools/sample-site.ts'
import { startHubProcess } from '../support/hub-process.ts'
import { type Benchmark, measured, type Run } from './benchmark.ts'
import { fillLog } from './long-log.ts'
import { openRoom } from './room.ts'
import { until } from './until.ts'

type Start = { readonly armedMs: number; readonly usableMs: number }

const root = join(import.meta.dirname, '..', '..')
const blank = join(import.meta.dirname, 'blank-app')
const longLogEntries = 20_000
const startWithinMs = 30_000

/** Starts outside of Playwright, as a person's are: nothing listens in, no debugger. */
export const startUp: Benchmark = {
  name: 'start-up',
  what: 'process start → help button armed, → main window usable, beside an app with one blank window',
  samples: 7,
  run: async (run) => {
    const { executable } = await findElectron()
    const folder = mkdtempSync(join(tmpdir(), 'scanside-bench-start-'))
    const hub = await startHubProcess({ site: sampleSite(new Date(), samplePins) })
    try {
      run.at('enrolling a workstation')
      const userDataDir = join(folder, 'ct-2')
      const room = await openRoom({ hub, userDataDir })
      await room.close()

      const start = () => startApp(executable, root, userDataDir, appLogOf(userDataDir))
      const startBlank = () => startApp(executable, blank, join(folder, 'blank'), null)
      const { ours, bare } = await inTurns(run, 'a new log', start, startBlank)
      run.at(`filling its log with ${longLogEntries} entries`)
      const entries = fillLog(userDataDir, longLogEntries)
      // Away now, so that sending all this does not compete with starting.
      await hub.stop()
      const long = await inTurns(run, 'a long log', start, null)

      const peer = (name: string, samples: readonly number[]) => ({ name, samples })
      const armed = bare.map(({ armedMs }) => armedMs)
      const usable = bare.map(({ usableMs }) => usableMs)
      return [
        measured({
          name: 'start → armed',
          unit: 'ms',
          samples: ours.map(({ armedMs }) => armedMs),
          peer: peer('blank app ready', armed),
          note: 'process start to tray and hotkey armed, by the app’s own log; enrolled, hub there, few entries',
          target: { words: '≤ 1,500 ms', isMet: ({ value }) => value <= 1500 },
        }),
        measured({
          name: 'start → usable',
          unit: 'ms',
          samples: ours.map(({ usableMs }) => usableMs),
          peer: peer('blank window painted', usable),
          note: 'process start to the main window’s first painted snapshot; at the same time the help window starts',
          target: { words: '≤ 2,500 ms', isMet: ({ value }) => value <= 2500 },
        }),
        measured({
          name: 'start → armed, long log',
          unit: 'ms',
          samples: long.ours.map(({ armedMs }) => armedMs),
          peer: peer('blank app ready', armed),
          note: `the same with ${entries.toLocaleString('en-US')} entries in the log and no hub: each is read and its hash checked before the first is written`,
          target: { words: '≤ 1,500 ms', isMet: ({ value }) => value <= 1500 },
        }),
      ]
    } finally {
      await hub.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  },
}

async function inTurns(
  run: Run,
  what: string,
  start: () => Promise<Start>,
  startBare: (() => Promise<Start>) | null,
): Promise<{ readonly ours: readonly Start[]; readonly bare: readonly Start[] }> {
  const ours: Start[] = []
  const bare: Start[] = []
  for (let turn = 0; turn <= run.samples; turn += 1) {
    run.at(`${what}, start ${turn} of ${run.samples}`)
    const one = await start()
    const other = await startBare?.()
    // The first of each fills the caches of the disk and of Chromium.
    if (turn === 0) continue
    ours.push(one)
    if (other !== undefined) bare.push(other)
  }
  return { ours, bare }
}

const appLogOf = (userDataDir: string): string => join(userDataDir, 'logs', 'scanside.log')

/** @param log where the app writes what has happened; null: to its standard output */
async function startApp(
  executable: string,
  app: string,
  userDataDir: string,
  log: string | null,
): Promise<Start> {
  const before = log === null ? 0 : statSync(log).size
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const args = [
    app,
    `--user-data-dir=${userDataDir}`,
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
  ]
  const child = spawn(executable, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const said = () => (log === null ? output : readFileSync(log).subarray(before).toString())
  try {
    return await until(`${app} to be usable`, startWithinMs, () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${errors}`)
      const armedMs = momentOf('armed', said())
      const usableMs = momentOf('usable', said())
      return armedMs === undefined || usableMs === undefined ? undefined : { armedMs, usableMs }
    })
  } finally {
    await end(child)
  }
}

/** When something happened, from lines of JSON; the help window's own `usable` does not count. */
function momentOf(event: string, text: string): number | undefined {
  for (const line of text.split('\n')) {
    if (!line.startsWith('{') || !line.endsWith('}')) continue
    const said: { event?: unknown; window?: unknown; sinceProcessStartMs?: unknown } = JSON.parse(line)
    if (said.event !== event || said.window === 'help') continue
    if (typeof said.sinceProcessStartMs === 'number') return said.sinceProcessStartMs
  }
  return undefined
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await exited
  clearTimeout(impatience)
}
