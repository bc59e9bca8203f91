import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { findChromium } from './chromium.ts'
import { fuseWire } from './fuses.ts'

export interface Standin {
  /** The distribution: what ELECTRON_OVERRIDE_DIST_PATH and electron-builder's `electronDist` take. */
  readonly dir: string
  /** What Playwright's `executablePath` takes. */
  readonly executable: string
}

const SOURCE_DIR = import.meta.dirname
const PROJECT_DIR = path.join(SOURCE_DIR, '..', '..')
const CACHE_DIR = path.join(PROJECT_DIR, '.cache', 'electron-standin')

const LAUNCHER = `#!/bin/sh
# A stand-in for the Electron binary: Node and an installed Chromium.
self=$(readlink -f "$0")
here=\${self%/*}
if [ -n "$ELECTRON_RUN_AS_NODE" ]; then exec "$here/standin/node" "$@"; fi
export STANDIN_EXEC="$self"
exec "$here/standin/node" --unhandled-rejections=warn-with-error-code "$here/standin/boot.js" "$@"
`

function nodeBinary(): string {
  const installed = path.join(PROJECT_DIR, 'node_modules', 'node', 'bin', 'node')
  return fs.realpathSync(fs.existsSync(installed) ? installed : process.execPath)
}

function electronVersion(): string {
  const manifest = path.join(PROJECT_DIR, 'node_modules', 'electron', 'package.json')
  const { version } = JSON.parse(fs.readFileSync(manifest, 'utf8')) as { version: string }
  return version
}

/** Changes when anything that goes into the distribution does. */
function fingerprint(node: string, version: string): string {
  const hash = createHash('sha256')
  for (const name of fs.readdirSync(SOURCE_DIR).sort()) {
    if (name.endsWith('.ts')) hash.update(`${name}\n`).update(fs.readFileSync(path.join(SOURCE_DIR, name)))
  }
  const { size, mtimeMs } = fs.statSync(node)
  return hash.update(`${node}\n${size}\n${mtimeMs}\n${version}`).digest('hex').slice(0, 16)
}

function linkOrCopy(from: string, to: string): void {
  try {
    fs.linkSync(from, to)
  } catch {
    // Another file system, or one without hard links.
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE)
  }
}

async function bundle(into: string): Promise<void> {
  // Loaded only here: a distribution that is up to date costs milliseconds.
  const { rolldown } = await import('rolldown')
  const build = await rolldown({ input: path.join(SOURCE_DIR, 'boot.ts'), platform: 'node' })
  await build.write({ file: path.join(into, 'boot.js'), format: 'esm' })
  await build.close()
}

async function assemble(dir: string, node: string, version: string): Promise<void> {
  const inner = path.join(dir, 'standin')
  for (const folder of [inner, path.join(dir, 'resources'), path.join(dir, 'locales')]) {
    fs.mkdirSync(folder, { recursive: true })
  }
  await bundle(inner)
  linkOrCopy(node, path.join(inner, 'node'))
  const files = {
    'standin/package.json': '{ "type": "module" }\n',
    version,
    LICENSE: fs.readFileSync(path.join(PROJECT_DIR, 'LICENSE'), 'utf8'),
    'LICENSES.chromium.html': '<p>This is a stand-in for Electron; it uses an installed Chromium.</p>\n',
    // electron-builder sorts the languages of a distribution, which must have some.
    'locales/en-US.pak': '',
    electron: LAUNCHER + fuseWire(),
  }
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), text)
  fs.chmodSync(path.join(dir, 'electron'), 0o755)
}

/** Builds the distribution, or finds it built; throws one line when Chromium is missing. */
export async function buildStandin(): Promise<Standin> {
  if (process.platform === 'win32') {
    throw new Error(
      'stand-in: it needs a POSIX shell; on Windows install Electron itself (npm rebuild electron)',
    )
  }
  findChromium()
  const node = nodeBinary()
  const version = electronVersion()
  const name = fingerprint(node, version)
  const dir = path.join(CACHE_DIR, name)
  const standin = { dir, executable: path.join(dir, 'electron') }
  if (fs.existsSync(standin.executable)) return standin
  fs.mkdirSync(CACHE_DIR, { recursive: true })
  const fresh = fs.mkdtempSync(path.join(CACHE_DIR, 'new-'))
  try {
    await assemble(fresh, node, version)
    fs.renameSync(fresh, dir)
  } catch (error) {
    fs.rmSync(fresh, { recursive: true, force: true })
    // Two processes may build at once; the one that comes second takes the first one's.
    if (!fs.existsSync(standin.executable)) throw error
  }
  removeOthers(name)
  return standin
}

const KEEP_MS = 60 * 60 * 1000

/** Older builds go, except recent ones: an app may be running from them. */
function removeOthers(current: string): void {
  for (const name of fs.readdirSync(CACHE_DIR)) {
    const dir = path.join(CACHE_DIR, name)
    const age = Date.now() - (fs.statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (name !== current && age > KEEP_MS) fs.rmSync(dir, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  try {
    const { dir } = await buildStandin()
    console.log(dir)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
