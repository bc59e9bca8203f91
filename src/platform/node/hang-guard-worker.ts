import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import type { GuardOrder } from './hang-guard.ts'

/** Runs on a thread of its own; see `hang-guard.ts`. */

const lookEveryMs = 250
/** This thread stood still as well: the computer slept, or has no time for anybody. */
const stalledAfterMs = 1000

const { beats, hungAfterMs, command, args, cwd, env, logFile }: GuardOrder = workerData
const counter = new Int32Array(beats)
let lastBeat = Atomics.load(counter, 0)
let lookedAtMs = performance.now()
let aliveAtMs = lookedAtMs

const looking = setInterval(() => {
  const now = performance.now()
  const beat = Atomics.load(counter, 0)
  if (beat !== lastBeat || now - lookedAtMs > stalledAfterMs) aliveAtMs = now
  lastBeat = beat
  lookedAtMs = now
  if (now - aliveAtMs < hungAfterMs) return
  clearInterval(looking)
  const at = new Date().toISOString()
  const fields = { at, level: 'error', event: 'main-hung', forMs: Math.round(now - aliveAtMs) }
  try {
    appendFileSync(logFile, `${JSON.stringify(fields)}\n`, { mode: 0o600 })
  } catch {
    // A full disk must not keep the help button away.
  }
  // Started first, for nothing runs here after the end; it waits a moment for the files that are let go of.
  spawn(command, args, { cwd, detached: true, stdio: 'ignore', env: { ...process.env, ...env } }).unref()
  process.kill(process.pid, 'SIGKILL')
}, lookEveryMs)
