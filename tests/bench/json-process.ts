import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { z } from 'zod'

/** A Node process of its own that writes lines of JSON. */
export type JsonProcess<T> = {
  readonly pid: number
  /** What it says, until it ends; throws if it ends with a failure. */
  readonly lines: AsyncGenerator<T, void>
  readonly stop: () => Promise<void>
}

export function startJson<T>(script: string, args: readonly string[], line: z.ZodType<T>): JsonProcess<T> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(-10_000)
  })
  const ended = once(child, 'close')
  const lines = async function* () {
    for await (const text of createInterface({ input: child.stdout })) yield line.parse(JSON.parse(text))
    const [code] = await ended
    if (code !== 0) throw new Error(`${script} ended with ${code}:\n${errors}`)
  }
  return {
    pid: child.pid ?? 0,
    lines: lines(),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
    },
  }
}

/** The next line of a process that has more to say. */
export async function nextOf<T>(process: JsonProcess<T>): Promise<T> {
  const { value, done } = await process.lines.next()
  if (done) throw new Error('it ended without a word')
  return value
}
