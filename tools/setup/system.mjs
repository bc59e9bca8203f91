// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, hasApt, programs } from './programs.mjs'
import { runHidden, say } from './say.mjs'

const retryAfterMs = 24 * 60 * 60 * 1000

/** @typedef {import('./programs.mjs').ProgramId} ProgramId */

/**
 * Finds the programs that a command uses, installing them with apt-get on Debian as root.
 * @param {string} root
 * @param {string} command
 * @param {{ electronIsHere: boolean }} facts
 * @returns {Promise<{ ok: true, env: Record<string, string> } | { ok: false, message: string }>} `env` holds the
 *   path of each program found, under the name that programs.mjs gives it
 */
export async function ensurePrograms(root, command, { electronIsHere }) {
  const used = programIds().filter((id) => programs[id].usedBy.includes(command))
  const missing = used.filter((id) => !findProgram(id).ok && isUnset(id))
  if (missing.length > 0 && hasApt() && process.getuid?.() === 0) await installWithApt(root, missing, command)

  /** @type {Record<string, string>} */
  const env = {}
  for (const id of used) {
    const found = findProgram(id)
    if (found.ok) env[programs[id].env] = found.path
    // Electron brings its own Chromium, so the interactive start can do without another browser.
    else if (programs[id].neededBy.includes(command) && !(command === 'start' && electronIsHere)) {
      return { ok: false, message: found.message }
    } else say(`${found.message}. Until then, what needs it is skipped`)
  }
  return { ok: true, env }
}

/** @returns {ProgramId[]} */
function programIds() {
  return /** @type {ProgramId[]} */ (Object.keys(programs))
}

/** @param {ProgramId} id */
function isUnset(id) {
  return (process.env[programs[id].env] ?? '') === ''
}

/**
 * @param {string} root
 * @param {readonly ProgramId[]} missing
 * @param {string} command
 */
async function installWithApt(root, missing, command) {
  const memory = join(root, 'node_modules', '.scanside-apt.json')
  const failedAt = readFailures(memory)
  const wanted = missing.filter(
    (id) => programs[id].neededBy.includes(command) || Date.now() - (failedAt[id] ?? 0) > retryAfterMs,
  )
  if (wanted.length === 0) return
  const list = [...new Set(wanted.flatMap((id) => programs[id].debian))]
  say(`installing ${list.join(', ')} with apt-get, for:`)
  for (const id of wanted) say(`  ${programs[id].purpose} (${programs[id].names[0]})`)

  // A mirror that is partly out of reach still leaves packages to install, so a failure here is not the end.
  const updated = await apt(['update'], 'reading the package lists')
  let outcome = await apt(['install', ...list], `installing ${list.join(', ')}`)
  if (!outcome.ok && wanted.length > 1) {
    for (const id of wanted) outcome = await apt(['install', ...programs[id].debian], `installing ${id}`)
  }
  for (const id of wanted) {
    if (findProgram(id).ok) delete failedAt[id]
    else failedAt[id] = Date.now()
  }
  for (const id of wanted) {
    const { service } = programs[id]
    if (service !== undefined && findProgram(id).ok) await stopService(service)
  }
  const failed = wanted.filter((id) => !findProgram(id).ok)
  if (failed.length === 0) say(`apt-get was through in ${(updated.seconds + outcome.seconds).toFixed(0)} s`)
  if (failed.length > 0) {
    const tail = !outcome.ok ? outcome.tail : updated.ok ? [] : updated.tail
    say(`apt-get could not install ${failed.join(', ')}. Its last lines:`)
    for (const line of tail) say(`  | ${line}`)
  }
  writeFileSync(memory, JSON.stringify(failedAt))
}

/**
 * @param {readonly string[]} args
 * @param {string} what
 */
function apt([verb = '', ...packages], what) {
  const options = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']
  return runHidden('apt-get', [verb, ...options, ...packages], {
    what,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

/**
 * Debian starts a service that listens on every address as soon as its package is installed; tests start their own.
 * @param {string} service
 */
async function stopService(service) {
  if (!existsSync('/run/systemd/system')) return
  const outcome = await runHidden('systemctl', ['disable', '--now', service], { what: `stopping ${service}` })
  say(
    outcome.ok
      ? `${service} was switched off as a system service: the tests start their own`
      : `${service} may now run as a system service: systemctl disable --now ${service} switches it off`,
  )
}

/**
 * @param {string} file
 * @returns {Partial<Record<ProgramId, number>>} when installing failed last, in milliseconds since 1970
 */
function readFailures(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
