// A process with the guard on: it works for a second, stands still for so long, goes on, and stands still while it ends.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { guardAgainstHang } from '../../src/platform/node/hang-guard.ts'

const [folder = '', standsStillMs = '0'] = process.argv.slice(2)
if (process.env.GUARDED_AGAIN !== undefined) {
  writeFileSync(join(folder, 'started-again'), JSON.stringify(process.argv.slice(2)))
  process.exit(0)
}

const guard = guardAgainstHang(
  join(import.meta.dirname, '../../src/platform/node/hang-guard-worker.ts'),
  {
    hungAfterMs: 1500,
    command: process.execPath,
    args: process.argv.slice(1),
    cwd: process.cwd(),
    env: { GUARDED_AGAIN: '1' },
    logFile: join(folder, 'app.log'),
  },
  (error) => {
    throw error
  },
)
const standStill = (ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

const beating = setInterval(guard.beat, 100)
setTimeout(() => standStill(Number(standsStillMs)), 1000)
setTimeout(() => {
  clearInterval(beating)
  guard.stop()
  standStill(3000)
  writeFileSync(join(folder, 'ended'), '')
}, 3000)
