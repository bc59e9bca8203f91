import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** The checks that take seconds, in the order in which they are cheapest. */
const steps = [
  ['biome', 'check', '.'],
  ['tsc', '--noEmit'],
  ['vitest', 'run', '--project', 'architecture'],
] as const

const bin = join(import.meta.dirname, '..', 'node_modules', '.bin')
const suffix = process.platform === 'win32' ? '.cmd' : ''
for (const [program, ...args] of steps) {
  const { status } = spawnSync(join(bin, `${program}${suffix}`), args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    process.exitCode = status ?? 1
    break
  }
}
