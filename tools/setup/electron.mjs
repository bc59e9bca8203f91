// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeOf } from './packages.mjs'
import { runHidden, say } from './say.mjs'

const timeoutMs = 60_000

/**
 * Whether the Electron binary of the installed version lies in node_modules, as its own installer checks it.
 * @param {string} root
 */
export function electronIsHere(root) {
  const folder = join(root, 'node_modules', 'electron')
  const version = read(join(folder, 'dist', 'version'))
    ?.trim()
    .replace(/^v/, '')
  const executable = read(join(folder, 'path.txt'))?.trim()
  return (
    version !== undefined &&
    version === versionOf(folder) &&
    executable !== undefined &&
    existsSync(join(folder, 'dist', executable))
  )
}

/**
 * Downloads Electron's binary, once: where the network is closed the stand-in takes its place, and the answer is
 * remembered until the packages are installed anew.
 * @param {string} root
 * @returns {Promise<boolean>} whether real Electron is there
 */
export async function tryElectron(root) {
  if (electronIsHere(root)) return true
  const folder = join(root, 'node_modules', 'electron')
  const memory = join(root, 'node_modules', '.scanside-electron.json')
  const version = versionOf(folder)
  if (version === undefined || remembers(memory, version)) return false
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD !== undefined) {
    say('Electron is not downloaded (ELECTRON_SKIP_BINARY_DOWNLOAD is set): the stand-in runs instead')
    return false
  }
  say(`downloading Electron ${version} (about 120 MB, tried once, ${timeoutMs / 1000} s at most)`)
  const outcome = await runHidden(nodeOf(root), [join(folder, 'install.js')], {
    what: 'downloading Electron',
    cwd: root,
    timeoutMs,
    // Node's fetch heeds HTTPS_PROXY only when told to.
    env: { ...process.env, NODE_USE_ENV_PROXY: '1' },
  })
  if (outcome.ok && electronIsHere(root)) {
    say(`Electron ${version} downloaded in ${outcome.seconds.toFixed(0)} s`)
    return true
  }
  const reason = outcome.ok ? 'its installer left no executable' : (errorLine(outcome.tail) ?? outcome.reason)
  writeFileSync(memory, JSON.stringify({ version, reason }))
  say(`Electron could not be downloaded (${reason}): the stand-in runs instead`)
  say('  To try again without a time limit: node node_modules/electron/install.js')
  return false
}

/** @param {string} file @param {string} version */
function remembers(file, version) {
  const text = read(file)
  if (text === undefined) return false
  try {
    return JSON.parse(text).version === version
  } catch {
    return false
  }
}

/**
 * The line of a stack that says what went wrong.
 * @param {readonly string[]} tail
 */
function errorLine(tail) {
  return tail
    .find((line) => /^\w*Error\b/.test(line))
    ?.replace(/^\w*Error:\s*/, '')
    .trim()
}

/** @param {string} folder */
function versionOf(folder) {
  const text = read(join(folder, 'package.json'))
  return text === undefined ? undefined : String(JSON.parse(text).version)
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
