import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { runHidden } from './setup/say.mjs'

const root = join(import.meta.dirname, '..')

const sources = [
  'src',
  'assets',
  'electron.vite.config.ts',
  'vite.pages.config.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]

const steps = [
  { what: 'building the workstation', args: ['node_modules/electron-vite/bin/electron-vite.js', 'build'] },
  {
    what: "building the hub's pages",
    args: ['node_modules/vite/bin/vite.js', 'build', '--config', 'vite.pages.config.ts'],
  },
]

/** What a build did. `tail` holds the last lines of the builder's output. */
export type BuildOutcome =
  | { readonly ok: true; readonly built: boolean; readonly seconds: number }
  | { readonly ok: false; readonly error: { readonly message: string; readonly tail: readonly string[] } }

/**
 * Builds `out/` (workstation and pages) unless it already comes from the sources as they are now.
 * @param force build in any case
 */
export async function ensureBuilt(force = false): Promise<BuildOutcome> {
  const stampFile = join(root, 'out', '.stamp')
  const hash = hashOf(root, sources)
  if (!force && isCurrent(stampFile, hash)) return { ok: true, built: false, seconds: 0 }

  // A build that fails half way must not leave the stamp of the one before it.
  rmSync(stampFile, { force: true })
  let seconds = 0
  for (const { what, args } of steps) {
    const outcome = await runHidden(process.execPath, args, { what, cwd: root, env: environment() })
    if (!outcome.ok)
      return { ok: false, error: { message: `${what}: ${outcome.reason}`, tail: outcome.tail } }
    seconds += outcome.seconds
  }
  writeFileSync(stampFile, JSON.stringify({ hash, files: sizesOf(join(root, 'out')) }))
  return { ok: true, built: true, seconds }
}

/** Both builders take `production` when nothing else is set; a test runner sets something else. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, ...env } = process.env
  return env
}

/** One hash over the names and contents of all files under the given paths. */
export function hashOf(base: string, paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of paths.flatMap((path) => filesUnder(join(base, path)))) {
    const content = readFileSync(file)
    hash.update(`${relative(base, file).split(sep).join('/')}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** Whether the stamp is of these sources and every file that the build left is still there. */
function isCurrent(stampFile: string, hash: string): boolean {
  if (!existsSync(stampFile)) return false
  try {
    const stamp: { hash: string; files: Record<string, number> } = JSON.parse(readFileSync(stampFile, 'utf8'))
    if (stamp.hash !== hash) return false
    const found = sizesOf(join(root, 'out'))
    return Object.entries(stamp.files).every(([file, size]) => found[file] === size)
  } catch {
    // A stamp that cannot be read is no stamp.
    return false
  }
}

function sizesOf(folder: string): Record<string, number> {
  const files = filesUnder(folder).filter((file) => !file.endsWith('.stamp'))
  return Object.fromEntries(files.map((file) => [relative(folder, file), statSync(file).size]))
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
    .sort()
}

if (import.meta.main) {
  const outcome = await ensureBuilt(process.argv.includes('--force'))
  if (!outcome.ok) {
    console.error([outcome.error.message, ...outcome.error.tail.map((line) => `  | ${line}`)].join('\n'))
    process.exitCode = 1
  } else if (outcome.built) console.error(`scanside: built out/ in ${outcome.seconds.toFixed(1)} s`)
}
