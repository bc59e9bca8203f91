import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

type Running = { readonly pid: number; readonly parent: number; readonly line: string }

/** Living processes with this text in their command line, and all that they have started; not on Windows. */
export async function processTree(text: string): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,ppid,stat,args'], {
    maxBuffer: 16 * 1024 * 1024,
  })
  const all = stdout.split('\n').flatMap((line): Running[] => {
    const [pid, parent, state] = line.trim().split(/\s+/)
    return state === undefined || state.startsWith('Z')
      ? []
      : [{ pid: Number(pid), parent: Number(parent), line }]
  })
  const found = new Set(all.filter(({ line }) => line.includes(text)).map(({ pid }) => pid))
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
  }
  return [...found]
}

/** One that has ended meanwhile needs no signal. */
export function signalAll(pids: readonly number[], signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
