// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { runHidden, say } from './say.mjs'

/** @param {string} root */
const stampFile = (root) => join(root, 'node_modules', '.scanside-stamp')

/**
 * The Node 24 that comes with the lock file: better-sqlite3 and the TypeScript files need it.
 * @param {string} root the repository's root
 */
export function nodeOf(root) {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/**
 * Whether `node_modules` is what package-lock.json says. A tree that npm completed without this script counts:
 * it is compared with the lock file instead of being installed again.
 * @param {string} root
 * @returns {{ kind: 'fresh' } | { kind: 'unstamped' } | { kind: 'missing' } | { kind: 'stale', why: string }}
 */
export function inspectPackages(root) {
  if (!existsSync(join(root, 'node_modules'))) return { kind: 'missing' }
  if (!existsSync(nodeOf(root))) return { kind: 'stale', why: 'the package "node" (Node 24) is incomplete' }
  if (read(stampFile(root)) === stampOf(root)) return { kind: 'fresh' }
  const installed = read(join(root, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return { kind: 'stale', why: 'npm did not finish installing it' }
  const why = firstDifference(readFileSync(join(root, 'package-lock.json'), 'utf8'), installed, (path) =>
    existsSync(join(root, path)),
  )
  return why === undefined ? { kind: 'unstamped' } : { kind: 'stale', why }
}

/**
 * @param {string} wantedLock text of package-lock.json
 * @param {string} installedLock text of node_modules/.package-lock.json, which npm writes last
 * @param {(path: string) => boolean} exists whether a package's folder is there
 * @returns {string | undefined} what differs, in words; optional packages may be absent (other platforms' binaries)
 */
export function firstDifference(wantedLock, installedLock, exists) {
  const wanted = packagesOf(wantedLock)
  const installed = packagesOf(installedLock)
  if (wanted === undefined || installed === undefined) return 'a lock file cannot be read'
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue
    const found = installed[path]
    if (found === undefined) {
      if (entry.optional === true || entry.devOptional === true || entry.peer === true) continue
      return `${path} is missing`
    }
    if (found.version !== entry.version || found.integrity !== entry.integrity) {
      return `${path} is ${found.version}, the lock file says ${entry.version}`
    }
    if (!exists(path)) return `${path} is missing`
  }
  return undefined
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }} Entry
 * @param {string} lock
 * @returns {Record<string, Entry> | undefined}
 */
function packagesOf(lock) {
  try {
    return JSON.parse(lock).packages
  } catch {
    return undefined
  }
}

/**
 * Installs when needed.
 * @param {string} root
 * @returns {Promise<{ ok: true } | { ok: false, message: string }>}
 */
export async function ensurePackages(root) {
  const found = inspectPackages(root)
  if (found.kind === 'fresh') return { ok: true }
  if (found.kind === 'unstamped') {
    stamp(root)
    return { ok: true }
  }
  say(
    found.kind === 'missing'
      ? 'installing packages from package-lock.json (the first time; about a minute)'
      : `installing packages again from package-lock.json: ${found.why}`,
  )
  let outcome = await runNpm(root, ['ci'])
  // npm ci is exact but refuses a lock file that lacks a package; npm install then finds the rest by itself.
  if (!outcome.ok && outcome.output.includes('are in sync')) {
    say(
      'package-lock.json does not list everything that package.json asks for: using npm install instead of npm ci',
    )
    outcome = await runNpm(root, ['install', '--no-save'])
  }
  if (!outcome.ok) {
    return {
      ok: false,
      message: [
        `npm could not install the packages (${outcome.reason}). Its last lines:`,
        ...outcome.tail.map((line) => `  | ${line}`),
        'What to do: check that this machine reaches the npm registry (npm ping; behind a proxy:',
        '  npm config set proxy http://HOST:PORT, npm config set cafile FILE), then run the same command again.',
      ].join('\n'),
    }
  }
  if (!existsSync(nodeOf(root))) {
    return {
      ok: false,
      message:
        'npm finished, but the package "node" has no Node 24 in it: its install script did not run.\n' +
        'What to do: npm rebuild node --ignore-scripts=false --foreground-scripts, and read what it says.',
    }
  }
  stamp(root)
  say(`packages installed in ${outcome.seconds.toFixed(0)} s`)
  return { ok: true }
}

/**
 * Starts npm without a shell where possible: on Windows `npm` is a script that only a shell can start.
 * @param {string} root
 * @param {readonly string[]} verb
 */
function runNpm(root, verb) {
  // A Windows process cannot delete the executable it runs from, and `npm ci` deletes node_modules first.
  const runsFromTree =
    process.platform === 'win32' && process.execPath.startsWith(resolve(root, 'node_modules') + sep)
  const args = [
    ...(runsFromTree ? ['install', '--no-save'] : verb),
    ...['--no-audit', '--no-fund', '--include=dev', '--ignore-scripts=false', '--loglevel=error'],
  ]
  // It would switch off most of what the lock file says to install.
  const { NODE_ENV: _, ...env } = process.env
  const options = { what: 'installing packages', cwd: root, env }
  const cli = npmCli()
  return cli === undefined
    ? runHidden('npm', args, { ...options, shell: process.platform === 'win32' })
    : runHidden(cli.node, [cli.script, ...args], options)
}

/** The npm that started this script, else the one that lies beside Node. */
function npmCli() {
  const running = process.env.npm_execpath
  const node = process.env.npm_node_execpath ?? process.execPath
  if (running !== undefined && basename(running) === 'npm-cli.js') {
    return existsSync(running) && existsSync(node) ? { node, script: running } : undefined
  }
  const here = dirname(process.execPath)
  const beside = [join(here, 'node_modules'), join(here, '..', 'lib', 'node_modules')]
    .map((folder) => join(folder, 'npm', 'bin', 'npm-cli.js'))
    .find((file) => existsSync(file))
  return beside === undefined ? undefined : { node: process.execPath, script: beside }
}

/** @param {string} root */
function stampOf(root) {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  return `${hash} ${process.platform}-${process.arch}\n`
}

/** @param {string} root */
function stamp(root) {
  writeFileSync(stampFile(root), stampOf(root))
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
