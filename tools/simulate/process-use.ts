import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { residentMb } from '../../tests/bench/memory.ts'

const lookEveryMs = 500
/** Linux counts processor time in these, whatever the kernel's own clock is. */
const ticksPerS = 100

/** What a process needed while it was watched. */
export type Use = {
  readonly maxMb: number
  /** Seconds of processor time for each second: 1 is one core. */
  readonly cores: number
}

export function watchProcess(pid: number): () => Use {
  const startedMs = performance.now()
  const startedCpuS = processorS(pid)
  let maxMb = residentMb(pid)
  const looking = setInterval(() => {
    maxMb = Math.max(maxMb, residentMb(pid))
  }, lookEveryMs)
  return () => {
    clearInterval(looking)
    const cores = (processorS(pid) - startedCpuS) / ((performance.now() - startedMs) / 1000)
    return { maxMb: Math.max(maxMb, residentMb(pid)), cores }
  }
}

/** Of all its threads, since it began. @throws if there is no such process */
function processorS(pid: number): number {
  const file = `/proc/${pid}/stat`
  if (existsSync('/proc/self/stat')) {
    // The name of the program is in parentheses, and may have spaces in it.
    const [, rest = ''] = /\) (.*)$/s.exec(readFileSync(file, 'utf8')) ?? []
    const fields = rest.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerS
  }
  const text = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  return text.split(/[-:]/).reduce((seconds, part, index, parts) => {
    const unitS = [1, 60, 3600, 86_400][parts.length - 1 - index] ?? 0
    return seconds + Number(part) * unitS
  }, 0)
}
