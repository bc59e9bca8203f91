import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { AppLog } from './ports.ts'

/** Older lines move to `.1`, then `.2`; what was there before is gone. */
const maxFileBytes = 4 * 1024 * 1024
const maxFieldCharacters = 2000

/**
 * One JSON object a line. Levels: `error` somebody must act, `warn` it goes on with less, `info` one line for each
 * change of state, `debug` only where asked for. This is not the record: it may be deleted.
 * @param echo also writes to stderr, for people who debug
 */
export function openAppLog(file: string, echo: boolean, nowMs: () => number): AppLog {
  let size = 0
  try {
    mkdirSync(dirname(file), { recursive: true })
    size = sizeOf(file)
  } catch {
    // As below: without this log the help button is armed all the same.
  }
  return (level, event, fields = {}) => {
    if (level === 'debug' && !echo) return
    const shown = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, maxFieldCharacters) : value,
    ])
    const at = new Date(nowMs()).toISOString()
    const line = `${JSON.stringify({ at, level, event, ...Object.fromEntries(shown) })}\n`
    if (echo) process.stderr.write(line)
    try {
      if (size + line.length > maxFileBytes) {
        rotate(file)
        size = 0
      }
      appendFileSync(file, line, { mode: 0o600 })
      size += Buffer.byteLength(line)
    } catch {
      // A full disk must not take the help button down; the workstation says by itself that the disk is full.
    }
  }
}

function rotate(file: string): void {
  for (const [from, to] of [
    [`${file}.1`, `${file}.2`],
    [file, `${file}.1`],
  ] as const) {
    if (sizeOf(from) > 0) renameSync(from, to)
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** What an unexpected error says in the application log: its message and stack, without what it carried. */
export function errorFields(error: unknown): { readonly message: string; readonly stack?: string } {
  if (!(error instanceof Error)) return { message: String(error) }
  return { message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) }
}
