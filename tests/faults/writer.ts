import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** What a writing process does until it is killed; `close` and `drain` end by themselves. */
export type Work = 'append' | 'group' | 'checkpoint' | 'full' | 'power' | 'close' | 'sync' | 'drain'

export type Writer = {
  /** Resolves when it has said this; rejects when it ends before. */
  readonly said: (word: string) => Promise<void>
  /** SIGKILL; resolves when the process is gone and everything that it said is read. */
  readonly kill: () => Promise<void>
  /** The exit code, null after a signal. */
  readonly ended: Promise<number | null>
  /** How often entries were acknowledged so far. */
  readonly acknowledged: () => number
}

/** What was acknowledged of a log, by anyone who ever wrote it: sequence and hash. */
export type Acknowledged = Map<number, string>

/** Compiled once: a start of the same program is then a quarter of a second shorter. */
export const compileCache = join(tmpdir(), 'scanside-faults-compiled')

/**
 * @param acknowledged takes what this process acknowledges; one that acknowledges another entry is a failure
 * @param environment what is different for this process alone
 */
export function startWriter(
  folder: string,
  work: Work,
  acknowledged: Acknowledged,
  environment: NodeJS.ProcessEnv = {},
): Writer {
  const program = join(import.meta.dirname, 'writing-room.ts')
  const child = spawn(process.execPath, [program, folder, work], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...environment },
  })
  const words = new Set<string>()
  const waiting = new Map<string, () => void>()
  let problem: Error | undefined
  let stderr = ''
  let rest = ''
  let count = 0
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.length < 10_000) stderr += chunk.toString()
  })
  const take = (line: string) => {
    const [what = '', seq = '', hash = ''] = line.split(' ')
    if (what !== 'entry') {
      words.add(line).add(what)
      for (const word of [line, what]) waiting.get(word)?.()
      return
    }
    count += 1
    const before = acknowledged.get(Number(seq))
    if (before !== undefined && before !== hash) {
      problem = new Error(`entry ${seq} was acknowledged as ${before} and then as ${hash}`)
    }
    acknowledged.set(Number(seq), hash)
  }
  const saying = child.stdio[3] as Readable
  saying.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(take)
  })
  const ended = once(child, 'close').then(([code]: (number | null)[]) => {
    if (problem !== undefined) throw problem
    if (code !== null && code !== undefined && code !== 0) {
      throw new Error(`the writer (${work}) ended with ${code}: ${stderr}`)
    }
    return code ?? null
  })
  // Whoever waits for it hears of it; nobody may, before it is killed.
  ended.catch(() => undefined)
  return {
    said: (word) =>
      words.has(word)
        ? Promise.resolve()
        : Promise.race([
            new Promise<void>((resolve) => waiting.set(word, resolve)),
            ended.then(() => {
              if (!words.has(word)) throw new Error(`the writer (${work}) ended without "${word}": ${stderr}`)
            }),
          ]),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    ended,
    acknowledged: () => count,
  }
}
