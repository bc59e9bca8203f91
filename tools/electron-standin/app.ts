import { EventEmitter } from 'node:events'
import path from 'node:path'
import { defaultPath } from './app-paths.ts'
import { appendSwitch, context } from './context.ts'
import { preventable } from './events.ts'
import { strictClass, strictModule } from './refuse.ts'
import { acquireInstanceLock, type InstanceLock } from './single-instance.ts'

type Phase = 'starting' | 'ready' | 'quitting'

class App extends EventEmitter {
  readonly commandLine = strictModule('app.commandLine', {
    appendSwitch: (name: string, value = '') => appendSwitch(name, value),
    hasSwitch: (name: string) => context.switches.has(name),
    getSwitchValue: (name: string) => context.switches.get(name) ?? '',
    removeSwitch: (name: string) => {
      context.switches.delete(name)
    },
  })
  readonly #whenReady = Promise.withResolvers<void>()
  readonly #pathByName = new Map<string, string>()
  #phase: Phase = 'starting'
  #isReady = false
  #name: string | undefined
  #lock: InstanceLock | undefined
  #closeWindows: () => Promise<boolean> = async () => true

  get name(): string {
    return this.#name ?? context.manifest.productName ?? context.manifest.name ?? 'Electron'
  }

  set name(name: string) {
    this.#name = name
  }

  getName(): string {
    return this.name
  }

  setName(name: string): void {
    this.name = name
  }

  getVersion(): string {
    return context.manifest.version ?? process.versions.electron ?? ''
  }

  /** Electron's own rule: renamed executables are packaged apps. */
  get isPackaged(): boolean {
    return path.basename(context.execPath) !== 'electron'
  }

  getAppPath(): string {
    return context.appPath
  }

  getPath(name: string): string {
    const facts = {
      appName: this.name,
      execPath: context.execPath,
      userDataSwitch: context.switches.get('user-data-dir'),
      platform: process.platform,
      env: process.env,
    }
    const found = this.#pathByName.get(name) ?? defaultPath(name, facts, (other) => this.getPath(other))
    if (found === undefined) throw new Error(`Failed to get '${name}' path`)
    return found
  }

  setPath(name: string, directory: string): void {
    if (!path.isAbsolute(directory)) throw new Error('Path must be absolute')
    this.#pathByName.set(name, directory)
  }

  /** Windows alone groups its task bar by this. */
  setAppUserModelId(_id: string): void {}

  getLocale(): string {
    return 'en-US'
  }

  isReady(): boolean {
    return this.#isReady
  }

  whenReady(): Promise<void> {
    return this.#whenReady.promise
  }

  requestSingleInstanceLock(data?: Record<string, unknown>): boolean {
    this.#lock ??= acquireInstanceLock(this.getPath('userData'), {
      data,
      onSecond: (second) =>
        this.emit('second-instance', preventable({}), second.argv, second.cwd, second.data),
    })
    return this.#lock !== undefined
  }

  hasSingleInstanceLock(): boolean {
    return this.#lock !== undefined
  }

  releaseSingleInstanceLock(): void {
    this.#lock?.release()
    this.#lock = undefined
  }

  quit(): void {
    this.#quit().catch((error: unknown) => {
      console.error(error)
      process.exit(1)
    })
  }

  exit(code = 0): void {
    this.#phase = 'quitting'
    this.emit('quit', preventable({}), code)
    const closed = context.chromium?.close() ?? Promise.resolve()
    void closed.finally(() => process.exit(code))
  }

  /** Boot's side of the start: Chromium is up. */
  becomeReady(closeWindows: () => Promise<boolean>): void {
    this.#closeWindows = closeWindows
    this.#isReady = true
    this.#phase = 'ready'
    this.emit('will-finish-launching')
    // Through `this.emit` as it is now: Playwright's loader replaces it to hold the app back.
    this.emit('ready', preventable({}), {})
    this.#whenReady.resolve()
  }

  get isQuitting(): boolean {
    return this.#phase === 'quitting'
  }

  windowClosed(left: number): void {
    if (left > 0 || this.isQuitting) return
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed')
    else this.quit()
  }

  async #quit(): Promise<void> {
    if (this.isQuitting) return
    const before = preventable({})
    this.emit('before-quit', before)
    if (before.defaultPrevented) return
    const phase = this.#phase
    this.#phase = 'quitting'
    const closed = await this.#closeWindows()
    const will = preventable({})
    if (closed) this.emit('will-quit', will)
    if (closed && !will.defaultPrevented) this.exit(0)
    else this.#phase = phase
  }
}

export const app = new App()
strictClass('app', App)
