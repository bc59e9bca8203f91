import { execFileSync } from 'node:child_process'
import { SimulationProblem } from './arguments.ts'

/** Beside its sockets a process has a database, libraries, pipes, and connections that are on their way. */
const besides = 300

/** How many files a process may open here; Node raises its soft limit to the hard one by itself. */
export function openFilesLimit(): number {
  if (process.platform === 'win32') return Number.POSITIVE_INFINITY
  const said = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  return said === 'unlimited' ? Number.POSITIVE_INFINITY : Number(said)
}

/** @throws {SimulationProblem} if a process would run out of files in the middle, where it cannot be told any more */
export function assertEnoughFiles(sockets: number, limit: number): void {
  const needed = sockets + besides
  if (needed <= limit) return
  throw new SimulationProblem(
    `A process may open ${limit} files here, and ${sockets} connections need ${needed}. Allow more and run it again: ` +
      `\`ulimit -n ${needed}\` in a shell of an administrator, LimitNOFILE=${needed} for a systemd unit, ` +
      `\`--ulimit nofile=${needed}\` for a container; or simulate fewer rooms, for example ` +
      `--rooms ${Math.max(1, Math.floor((limit - besides) * 0.9))}.`,
  )
}
