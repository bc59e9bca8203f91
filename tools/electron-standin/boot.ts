import fs from 'node:fs'
import inspector from 'node:inspector'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from './app.ts'
import { unpackAsar } from './asar.ts'
import { type CommandLine, parseCommandLine } from './command-line.ts'
import { appendSwitch, context, type Manifest } from './context.ts'
import { type FuseName, readFuse } from './fuses.ts'
import { launchChromium } from './launch.ts'
import { installElectronModule } from './module-hooks.ts'
import { closeAllWindows } from './window.ts'

/** Plays Electron's browser process: finds the app, loads it, then starts Chromium and says "ready". */

interface AppToRun {
  readonly main: string
  readonly isModule: boolean
  readonly packaged: boolean
}

function becomeElectron(args: readonly string[]): void {
  const execPath = process.env.STANDIN_EXEC ?? process.execPath
  delete process.env.STANDIN_EXEC
  context.nodePath = process.execPath
  context.execPath = execPath
  context.distDir = path.dirname(execPath)
  const electron = fs.readFileSync(path.join(context.distDir, 'version'), 'utf8').trim().replace(/^v/, '')
  // Known for certain once Chromium is up; the name must exist before.
  Object.assign(process.versions, { electron, chrome: '0', standin: '1' })
  const facts = {
    execPath,
    type: 'browser',
    resourcesPath: path.join(context.distDir, 'resources'),
    sandboxed: false,
  }
  for (const [name, value] of Object.entries(facts)) {
    Object.defineProperty(process, name, { value, configurable: true, writable: true, enumerable: true })
  }
  process.argv = [execPath, ...args]
  process.execArgv = []
}

/** As Electron does, loads a native module of the archive from the real file beside it. */
function loadNativeModulesFrom(unpackedDir: string, archiveDir: string): void {
  const { dlopen } = process
  process.dlopen = (module, filename, ...flags) => {
    const inside = path.relative(archiveDir, filename)
    const outside = path.join(unpackedDir, inside)
    const redirect = !inside.startsWith('..') && fs.existsSync(outside)
    dlopen.call(process, module, redirect ? outside : filename, ...flags)
  }
}

function findApp(target: string | undefined, onlyArchive: boolean): AppToRun {
  const resources = path.join(context.distDir, 'resources')
  const candidates = onlyArchive ? ['app.asar'] : ['app.asar', 'app']
  const packed = candidates.map((name) => path.join(resources, name)).find((file) => fs.existsSync(file))
  if (packed === undefined && target === undefined) {
    console.error('stand-in: name the folder of an app, as in: electron .')
    process.exit(1)
  }
  const given = packed ?? path.resolve(target ?? '.')
  const isArchive = given.endsWith('.asar') && fs.statSync(given).isFile()
  const root = isArchive ? unpackAsar(given) : given
  if (isArchive) loadNativeModulesFrom(`${given}.unpacked`, root)
  const isFolder = fs.statSync(root).isDirectory()
  context.appPath = isFolder ? root : path.dirname(root)
  if (isFolder) {
    context.manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest
  }
  const main = isFolder
    ? createRequire(path.join(root, 'package.json')).resolve(
        path.join(root, context.manifest.main ?? 'index.js'),
      )
    : root
  const isModule = main.endsWith('.mjs') || (!main.endsWith('.cjs') && context.manifest.type === 'module')
  return { main, isModule, packaged: packed !== undefined }
}

function openInspector(commandLine: CommandLine, fuse: (name: FuseName) => boolean): void {
  const { inspect } = commandLine
  if (inspect !== undefined && fuse('nodeCliInspect'))
    inspector.open(inspect.port, inspect.host, inspect.wait)
}

async function run(args: readonly string[]): Promise<void> {
  becomeElectron(args)
  const commandLine = parseCommandLine(args)
  if (commandLine.printVersion) {
    console.log(`v${process.versions.electron}`)
    return
  }
  const executable = fs.readFileSync(context.execPath)
  const fuse = (name: FuseName) => readFuse(executable, name) ?? true
  // No wire means the stand-in's own launcher was replaced; then nothing restricts where the app is.
  const onlyArchive = readFuse(executable, 'onlyLoadAppFromAsar') ?? false
  for (const [name, value] of commandLine.switches) appendSwitch(name, value)
  openInspector(commandLine, fuse)
  const load = installElectronModule()
  const { main, isModule, packaged } = findApp(commandLine.target, onlyArchive)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
  process.on('uncaughtException', (error) => {
    if (process.listenerCount('uncaughtException') > 1) return
    console.error('A JavaScript error occurred in the main process\nUncaught Exception:\n', error)
  })
  if (!packaged) {
    Object.defineProperty(process, 'defaultApp', { value: true })
    for (const preload of commandLine.preloads) load(path.resolve(preload), false)
  }
  try {
    if (isModule) await import(pathToFileURL(main).href)
    else load(main, true)
  } catch (error) {
    // Electron shows a dialog and waits; without a desktop that would be a silent hang.
    console.error("stand-in: the app's main script failed:", error)
    process.exit(1)
  }
  if (app.isQuitting) return
  // Last of all: until now the app may have named switches, paths and schemes.
  await launchChromium()
  app.becomeReady(closeAllWindows)
}

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error && error.message.startsWith('stand-in:') ? error.message : error)
  process.exit(1)
})
