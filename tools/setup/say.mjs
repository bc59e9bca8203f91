// @ts-check
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const quietMs = 2_000
const repeatMs = 10_000
const tailLines = 25

/**
 * One line to the person. On stderr: standard output belongs to the command's own script.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`scanside: ${line}\n`)
}

/**
 * Shows that something is still going on once it has taken more than two seconds.
 * @param {string} what
 * @returns {() => number} ends the showing, gives the seconds it took
 */
export function showProgress(what) {
  const startedAt = performance.now()
  const seconds = () => (performance.now() - startedAt) / 1000
  const onTerminal = process.stderr.isTTY === true
  let shown = false
  const tick = () => {
    const line = `scanside: … ${what}, ${seconds().toFixed(0)} s`
    process.stderr.write(onTerminal ? `\r\x1b[K${line}` : `${line}\n`)
    shown = true
  }
  /** @type {NodeJS.Timeout | undefined} */
  let every
  const first = setTimeout(() => {
    tick()
    every = setInterval(tick, onTerminal ? 1_000 : repeatMs)
  }, quietMs)
  return () => {
    clearTimeout(first)
    clearInterval(every)
    if (shown && onTerminal) process.stderr.write('\r\x1b[K')
    return seconds()
  }
}

/**
 * @typedef {{ ok: true, seconds: number }
 *   | { ok: false, seconds: number, reason: string, tail: string[], output: string }} Outcome
 */

/**
 * Runs a child whose output nobody wants to read unless it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ what: string, cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, timeoutMs?: number }} options
 * @returns {Promise<Outcome>} never rejects: a command that cannot be started is a failed outcome
 */
export function runHidden(command, args, { what, cwd, env, shell = false, timeoutMs }) {
  const finish = showProgress(what)
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell,
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
    })
    const keep = lastLines()
    child.stdout.on('data', keep.add)
    child.stderr.on('data', keep.add)
    let timedOut = false
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            child.kill('SIGKILL')
          }, timeoutMs)
    /** @type {NodeJS.Signals | undefined} */
    let interruptedBy
    const release = passSignals(child, (signal) => {
      interruptedBy = signal
    })
    /** @param {string | undefined} reason */
    const done = (reason) => {
      clearTimeout(timer)
      release()
      const seconds = finish()
      // Whoever interrupts one step of the set-up wants none of the following ones either.
      if (interruptedBy !== undefined) process.exit(exitCodeOf(null, interruptedBy))
      resolve(
        reason === undefined
          ? { ok: true, seconds }
          : { ok: false, seconds, reason, tail: keep.lines(), output: keep.all() },
      )
    }
    child.on('error', (error) => done(error.message))
    child.on('close', (code, signal) => {
      if (timedOut) done(`took longer than ${(timeoutMs ?? 0) / 1000} s`)
      else if (code === 0) done(undefined)
      else done(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`)
    })
  })
}

/** Keeps the last lines of a stream, so that a long output costs no memory. */
function lastLines() {
  let text = ''
  return {
    /** @param {Buffer} chunk */
    add: (chunk) => {
      text = (text + chunk.toString()).slice(-20_000)
    },
    all: () => text,
    lines: () => text.trimEnd().split(/\r?\n/).slice(-tailLines),
  }
}

/**
 * Hands SIGINT, SIGTERM and SIGHUP on to a child while it runs. The terminal itself sends Ctrl-C to the whole
 * foreground group, so there it is not sent a second time.
 * @param {import('node:child_process').ChildProcess} child
 * @param {(signal: NodeJS.Signals) => void} [onSignal]
 * @returns {() => void} stops handing on
 */
export function passSignals(child, onSignal) {
  const fromTerminal = process.stdin.isTTY === true || process.stderr.isTTY === true
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    onSignal?.(signal)
    if (!(signal === 'SIGINT' && fromTerminal)) child.kill(signal)
  }
  /** @type {readonly NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, pass)
  return () => {
    for (const signal of signals) process.off(signal, pass)
  }
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 * @returns {number} what a shell would report
 */
export function exitCodeOf(code, signal) {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal]
}
