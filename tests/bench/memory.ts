import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { type Measured, measured } from './benchmark.ts'
import { median } from './stats.ts'

const lookEveryMs = 100
const limitMb = 200

/** Whether a process takes more and more: what it had in the first quarter of the time, and in the last, MB. */
export type Course = { readonly maxMb: number; readonly firstMb: number; readonly lastMb: number }

/** @param samplesMb taken at equal intervals */
export function courseOf(samplesMb: readonly number[]): Course {
  const quarter = Math.max(1, Math.floor(samplesMb.length / 4))
  return {
    maxMb: Math.max(...samplesMb),
    firstMb: median(samplesMb.slice(0, quarter)),
    lastMb: median(samplesMb.slice(-quarter)),
  }
}

export type MemoryWatch = {
  /** Ends the watch: a row. */
  readonly row: (name: string, what: string) => Measured
}

/** Looks at what the operating system keeps in memory for a process, until it is asked for the row. */
export function watchMemory(pid: number): MemoryWatch {
  const samplesMb = [residentMb(pid)]
  const looking = setInterval(() => {
    try {
      samplesMb.push(residentMb(pid))
    } catch {
      // It has ended.
      clearInterval(looking)
    }
  }, lookEveryMs)
  return {
    row: (name, what) => {
      clearInterval(looking)
      const { maxMb, firstMb, lastMb } = courseOf(samplesMb)
      return measured({
        name,
        unit: 'MB',
        samples: [maxMb],
        note: `${what}: resident memory, the most of ${samplesMb.length} looks; median of the first quarter ${firstMb.toFixed(0)} MB, of the last ${lastMb.toFixed(0)} MB`,
        target: { words: `≤ ${limitMb} MB`, isMet: ({ value }) => value <= limitMb },
      })
    },
  }
}

/** @throws if there is no such process */
export function residentMb(pid: number): number {
  const kilobytes = existsSync('/proc/self/status')
    ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  if (kilobytes === undefined) throw new Error(`process ${pid} has ended`)
  return (Number(kilobytes) * 1024) / 1e6
}
