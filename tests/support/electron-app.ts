import { type ChildProcess, execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { chromium, type ElectronApplication, _electron as electron, type Page, test } from '@playwright/test'
import { logKeySchema } from '../../src/platform/node/encrypted-database.ts'
import { findElectron } from '../../tools/electron-runtime.ts'
import { rememberLogKey } from './log-keys.ts'

/** What the app's window sees and hears instead of a camera and a microphone; files are looped. */
export interface SyntheticMedia {
  /** A y4m or mjpeg file. */
  readonly video?: string
  /** A wav file. */
  readonly audio?: string
}

export interface LaunchOptions {
  /** A fresh temporary folder unless given; a given one is kept, so that the app can be started again. */
  readonly userDataDir?: string
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  readonly camera?: SyntheticMedia
  /** Another app than Scanside, by folder. */
  readonly appDir?: string
  /** A packaged app, whatever `E2E_APP` says. */
  readonly executable?: string
}

export interface Workstation {
  readonly app: ElectronApplication
  readonly userDataDir: string
  /** Asked from the running app. */
  readonly engine: Engine
  /**
   * The window that shows an address containing this text, once it does: with several windows the
   * first to appear is not always the same one.
   */
  windowAt(urlPart: string): Promise<Page>
  /** Ends the app, by force if it will not go, and removes a temporary folder. */
  close(): Promise<void>
}

export interface Engine {
  readonly kind: 'electron' | 'standin'
  readonly describe: string
}

const PROJECT_DIR = path.join(import.meta.dirname, '..', '..')
const CLOSE_TIMEOUT_MS = 10_000
const WINDOW_TIMEOUT_MS = 15_000

function mediaSwitches(camera: SyntheticMedia | undefined): string[] {
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
    ...(camera?.video === undefined ? [] : [`--use-file-for-fake-video-capture=${camera.video}`]),
    ...(camera?.audio === undefined ? [] : [`--use-file-for-fake-audio-capture=${camera.audio}`]),
  ]
}

/** The packaged app that `E2E_APP` names, else the built one on real Electron or the stand-in. */
async function findProgram(options: LaunchOptions): Promise<{ executable: string; appArgs: string[] }> {
  const { appDir } = options
  const packaged = options.executable ?? process.env.E2E_APP
  if (appDir === undefined && packaged !== undefined && packaged !== '') {
    return { executable: path.resolve(packaged), appArgs: [] }
  }
  if (appDir === undefined && !existsSync(path.join(PROJECT_DIR, 'out', 'main', 'index.js'))) {
    throw new Error('The app is not built. Run: npm run build')
  }
  const { executable } = await findElectron()
  return { executable, appArgs: [appDir ?? PROJECT_DIR] }
}

async function engineOf(app: ElectronApplication): Promise<Engine> {
  const versions = await app.evaluate(() => ({ ...process.versions }))
  const kind = 'standin' in versions ? 'standin' : 'electron'
  const name = kind === 'standin' ? 'stand-in for Electron' : 'Electron'
  return {
    kind,
    describe: `${name} ${versions.electron} (Node ${versions.node}, Chromium ${versions.chrome})`,
  }
}

async function findWindow(app: ElectronApplication, urlPart: string): Promise<Page> {
  const { promise, resolve, reject } = Promise.withResolvers<Page>()
  const consider = (page: Page) => {
    const shown = page.waitForURL((url) => url.href.includes(urlPart), {
      timeout: WINDOW_TIMEOUT_MS,
      waitUntil: 'commit',
    })
    shown.then(() => resolve(page)).catch(() => {})
  }
  const expiry = setTimeout(() => {
    const seen = app.windows().map((page) => page.url())
    reject(new Error(`No window showed ${urlPart} within ${WINDOW_TIMEOUT_MS} ms, only: ${seen.join(', ')}`))
  }, WINDOW_TIMEOUT_MS)
  app.on('window', consider)
  app.windows().forEach(consider)
  try {
    return await promise
  } finally {
    clearTimeout(expiry)
    app.off('window', consider)
  }
}

async function closeApp(app: ElectronApplication, child: ChildProcess, userDataDir: string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const impatience = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS)
  // An app with an open session asks before it quits, and nobody answers: a signal ends it in good order.
  if (process.platform !== 'win32') child.kill('SIGTERM')
  const closed = app.close().catch(() => {})
  await exited
  clearTimeout(impatience)
  // Where its browser hangs, nothing would tell Playwright of the end, and the browser would stay.
  await Promise.race([closed, pause(2000)])
  if (process.platform !== 'win32') await killProcessesWith(userDataDir)
}

/** So that a test can read the log: the key store of the account that the app runs in gives the key. */
async function learnLogKey(app: ElectronApplication, userDataDir: string): Promise<void> {
  const file = path.join(userDataDir, 'log.key')
  await app.evaluate((module) => module.app.whenReady())
  // A start whose files cannot be used makes no key, or has one that cannot be read.
  if (!existsSync(file)) return
  const sealed: unknown = JSON.parse(readFileSync(file, 'utf8')).encryptedKey
  const key = await app
    .evaluate(
      ({ safeStorage }, text) => safeStorage.decryptString(Buffer.from(text, 'base64')),
      String(sealed),
    )
    .catch(() => undefined)
  if (key !== undefined) rememberLogKey(userDataDir, logKeySchema.parse(key))
}

/** Starts an app under Playwright; for scripts. Tests take the `launchWorkstation` fixture below. */
export async function launchWorkstation(options: LaunchOptions = {}): Promise<Workstation> {
  const { executable, appArgs } = await findProgram(options)
  const userDataDir = options.userDataDir ?? mkdtempSync(path.join(os.tmpdir(), 'scanside-e2e-'))
  const { ELECTRON_RUN_AS_NODE: _, ...inherited } = process.env
  const app = await electron.launch({
    executablePath: executable,
    args: [
      ...appArgs,
      `--user-data-dir=${userDataDir}`,
      ...mediaSwitches(options.camera),
      ...(options.args ?? []),
    ],
    env: { ...(inherited as Record<string, string>), ...options.env },
    cwd: PROJECT_DIR,
  })
  if (options.appDir === undefined) await learnLogKey(app, userDataDir)
  // Playwright forgets the process once the app is closed.
  const child = app.process()
  return {
    app,
    userDataDir,
    engine: await engineOf(app),
    windowAt: (urlPart) => findWindow(app, urlPart),
    async close() {
      await closeApp(app, child, userDataDir)
      if (options.userDataDir === undefined)
        rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/**
 * A fresh handle on a window whose renderer had been killed: Playwright's own stays "crashed" for
 * good, though the app has revived the page.
 * @param urlPart picks the window by its address
 */
export async function revivedPage(
  workstation: Workstation,
  urlPart: string,
): Promise<{ page: Page; release: () => Promise<void> }> {
  const places = [workstation.userDataDir, path.join(workstation.userDataDir, 'standin-chromium')]
  const file = places.map((dir) => path.join(dir, 'DevToolsActivePort')).find(existsSync)
  if (file === undefined) throw new Error(`No DevToolsActivePort under ${workstation.userDataDir}`)
  const [port] = readFileSync(file, 'utf8').split('\n')
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true })
  const pages = browser.contexts().flatMap((context) => context.pages())
  const page = pages.find((candidate) => candidate.url().includes(urlPart))
  if (page === undefined) {
    await browser.close()
    throw new Error(`No window shows ${urlPart}, only ${pages.map((each) => each.url()).join(', ')}`)
  }
  return { page, release: () => browser.close() }
}

/**
 * Presses a global shortcut that the app has registered. No automation can press one on real
 * Electron without a desktop: ask `workstation.engine.kind` first and skip with a reason.
 */
export async function pressGlobalShortcut({ app }: Workstation, accelerator: string): Promise<void> {
  const pressed = await app.evaluate(({ globalShortcut }, key) => {
    const press: unknown = Reflect.get(globalShortcut, Symbol.for('standin.pressShortcut'))
    return typeof press === 'function' ? Boolean(press(key)) : undefined
  }, accelerator)
  if (pressed === undefined) throw new Error('Global shortcuts can be pressed on the stand-in alone')
  if (!pressed) throw new Error(`The app has registered no global shortcut ${accelerator}`)
}

/** Clicks an entry of the app's tray menu by its id; on the stand-in alone, as above. */
export async function clickTrayItem({ app }: Workstation, id: string): Promise<void> {
  const clicked = await app.evaluate(({ Tray }, itemId) => {
    const trays = Reflect.get(Tray, Symbol.for('standin.trays')) as readonly object[] | undefined
    if (trays === undefined) return undefined
    for (const tray of trays) {
      const { menu } = Reflect.get(tray, Symbol.for('standin.tray')) as { menu: Electron.Menu | null }
      const item = menu?.getMenuItemById(itemId)
      if (!item) continue
      item.click()
      return true
    }
    return false
  }, id)
  if (clicked === undefined) throw new Error('Tray menus can be clicked on the stand-in alone')
  if (!clicked) throw new Error(`No tray menu of the app has an entry ${id}`)
}

/** Command lines of living processes that mention a text, such as a user-data folder; not on Windows. */
export async function processesWith(text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'stat,args'], { maxBuffer: 16 * 1024 * 1024 })
  // Zombies wait for whoever reaps them; they run nothing.
  return stdout.split('\n').filter((line) => line.includes(text) && !line.startsWith('Z'))
}

/** SIGKILL to every process with this text in its command line, those that nobody here has started too. */
export async function killProcessesWith(text: string): Promise<void> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,args'], { maxBuffer: 16 * 1024 * 1024 })
  for (const line of stdout.split('\n').filter((shown) => shown.includes(text))) {
    try {
      process.kill(Number.parseInt(line, 10), 'SIGKILL')
    } catch {
      // It has ended with another of them.
    }
  }
  while ((await processesWith(text)).length > 0) await pause(50)
}

interface Fixtures {
  readonly launchWorkstation: (options?: LaunchOptions) => Promise<Workstation>
}

/** Playwright's `test` with `launchWorkstation`: what a test launches is closed after it. */
export const workstationTest = test.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
  launchWorkstation: async ({}, use, testInfo) => {
    const launched: Workstation[] = []
    await use(async (options) => {
      const workstation = await launchWorkstation(options)
      launched.push(workstation)
      const { describe } = workstation.engine
      if (!testInfo.annotations.some(({ type }) => type === 'engine')) {
        testInfo.annotations.push({ type: 'engine', description: describe })
      }
      return workstation
    })
    for (const workstation of launched.reverse()) await workstation.close()
  },
})
