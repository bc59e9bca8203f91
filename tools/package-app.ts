import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './build.ts'
import { findElectron } from './electron-runtime.ts'

/** The unpacked app of this machine's platform. */
export interface PackedApp {
  readonly dir: string
  readonly executable: string
  /** What it runs on, for a person. */
  readonly runtime: string
}

export const PROJECT_DIR = path.join(import.meta.dirname, '..')

function executableIn(output: string): string {
  const [dir] = readdirSync(output).filter((name) => /unpacked$|^mac/.test(name))
  if (dir === undefined) throw new Error(`electron-builder left no unpacked app in ${output}`)
  const root = path.join(output, dir)
  const candidates = [
    path.join(root, 'scanside'),
    path.join(root, 'Scanside.exe'),
    path.join(root, 'Scanside.app', 'Contents', 'MacOS', 'Scanside'),
  ]
  const executable = candidates.find((file) => existsSync(file))
  if (executable === undefined) throw new Error(`electron-builder left no executable in ${root}`)
  return executable
}

/**
 * Packs `out/` for this platform, unpacked and unsigned, on real Electron or the stand-in.
 * @param inspectable leaves Node's inspector on, which Playwright needs; such a build is never released
 */
export async function packageApp(inspectable: boolean): Promise<PackedApp> {
  const built = await ensureBuilt()
  if (!built.ok) throw new Error([built.error.message, ...built.error.tail].join('\n'))
  const runtime = await findElectron()
  const output = path.join(PROJECT_DIR, 'dist', inspectable ? 'inspectable' : '.')
  const { build, Platform } = await import('electron-builder')
  await build({
    projectDir: PROJECT_DIR,
    targets: Platform.current().createTarget('dir'),
    publish: 'never',
    // Laid over electron-builder.yml.
    config: {
      electronDist: electronDistOf(runtime.executable),
      directories: { output },
      ...(inspectable && { electronFuses: { enableNodeCliInspectArguments: true } }),
    },
  })
  const executable = executableIn(output)
  return { dir: path.dirname(executable), executable, runtime: runtime.describe }
}

/** On a Mac the executable lies inside Electron.app. */
export function electronDistOf(executable: string): string {
  const bundle = executable.indexOf(`${path.sep}Electron.app${path.sep}`)
  return bundle < 0 ? path.dirname(executable) : executable.slice(0, bundle)
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { inspectable: { type: 'boolean', default: false } } })
  try {
    const { executable, runtime } = await packageApp(values.inspectable)
    console.log(`Packed with ${runtime}:`)
    console.log(executable)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
