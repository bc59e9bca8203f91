import { EventEmitter } from 'node:events'
import type { HandlerDetails, PrintToPDFOptions, Rectangle, WindowOpenHandlerResponse } from 'electron'
import type { ContentsOwner } from './contents-owner.ts'
import { preventable } from './events.ts'
import { answerInvoke, type IpcEvent, IpcHub, ipcMain, replyCloned } from './ipc-main.ts'
import { MainFrame } from './main-frame.ts'
import { NativeImage } from './native-image.ts'
import { Page, type PageOptions } from './page.ts'
import type { PreloadSource } from './page-scripts.ts'
import type { FromPage } from './page-worlds.ts'
import { printParameters } from './print.ts'
import { urls } from './protocol-handlers.ts'
import { notImplemented, strictClass, strictModule } from './refuse.ts'
import { defaultSession } from './session.ts'

interface LoadWaiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const contentsById = new Map<number, WebContents>()
let lastId = 0
let colorScheme: 'light' | 'dark' | '' = ''

export class WebContents extends EventEmitter {
  readonly id: number
  readonly session = defaultSession
  readonly ipc = new IpcHub()
  readonly mainFrame: MainFrame = new MainFrame(this)
  /** Settled once the page can navigate. */
  readonly prepared: Promise<Page>
  readonly #owner: ContentsOwner
  #page: Page | undefined
  #url = ''
  #title = ''
  #loading = false
  #crashed = false
  #destroyed = false
  #ownNavigation = ''
  #waiters: LoadWaiter[] = []
  #openHandler: ((details: HandlerDetails) => WindowOpenHandlerResponse) | undefined

  constructor(owner: ContentsOwner, options: PageOptions) {
    super()
    lastId += 1
    this.id = lastId
    this.#owner = owner
    contentsById.set(this.id, this)
    this.on('newListener', (event) => {
      if (event === 'will-navigate')
        void this.prepared.then((page) => this.#watchNavigation(page)).catch(() => {})
    })
    this.prepared = this.#prepare(options)
    this.prepared.catch((error: unknown) => {
      if (!this.#destroyed) console.error(error)
    })
    this.#reportBrokenPreload(options.preload)
  }

  get targetId(): string | undefined {
    return this.#page?.targetId
  }

  async loadURL(url: string): Promise<void> {
    const page = await this.prepared
    this.#ownNavigation = url
    const loaded = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }))
    loaded.catch(() => {})
    await page.navigate(url)
    return loaded
  }

  reload(): void {
    this.#reload(false)
  }

  reloadIgnoringCache(): void {
    this.#reload(true)
  }

  stop(): void {
    this.#page?.stop()
  }

  send(channel: string, ...args: unknown[]): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed')
    if (!this.#crashed) this.#page?.deliver({ kind: 'message', channel, args })
  }

  async executeJavaScript(code: string): Promise<unknown> {
    return (await this.prepared).evaluate(code)
  }

  async printToPDF(options: PrintToPDFOptions): Promise<Buffer> {
    return (await this.prepared).printToPdf(printParameters(options))
  }

  async capturePage(rect?: Rectangle): Promise<NativeImage> {
    const page = await this.prepared
    return new NativeImage(await page.screenshot(rect && { ...rect, scale: 1 }))
  }

  forcefullyCrashRenderer(): void {
    if (this.#crashed) return
    void this.prepared.then((page) => page.crash()).catch((error: unknown) => console.error(error))
  }

  setWindowOpenHandler(handler: (details: HandlerDetails) => WindowOpenHandlerResponse): void {
    this.#openHandler = handler
  }

  /** Throttling is off for every page here, so only that can be asked for. */
  setBackgroundThrottling(allowed: boolean): void {
    if (allowed) notImplemented('webContents.setBackgroundThrottling(true)')
  }

  getBackgroundThrottling(): boolean {
    return false
  }

  getURL(): string {
    return this.#url
  }

  getTitle(): string {
    return this.#title
  }

  isLoading(): boolean {
    return this.#loading
  }

  isCrashed(): boolean {
    return this.#crashed
  }

  isDestroyed(): boolean {
    return this.#destroyed
  }

  isFocused(): boolean {
    return this.#owner.isFocused()
  }

  /** Electron knows at once; here Chromium is asked a second after each load, or now. */
  getOSProcessId(): number {
    if (this.#crashed || this.#destroyed) return 0
    const known = this.#page?.processId
    if (known !== undefined) return known
    this.#page?.learnProcessId()
    throw new Error('stand-in: webContents.getOSProcessId is not known yet; ask again shortly')
  }

  focus(): void {
    this.#owner.focus()
  }

  close(): void {
    this.#owner.close()
  }

  emulateColorScheme(scheme: 'light' | 'dark' | ''): void {
    this.#page?.emulateColorScheme(scheme)
  }

  setTitle(title: string): void {
    if (title === this.#title) return
    this.#title = title
    this.emit('page-title-updated', preventable({}), title, true)
    this.#owner.titleChanged(title)
  }

  crashed(status: string, exitCode: number): void {
    this.#page?.targetCrashed(status, exitCode)
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    contentsById.delete(this.id)
    this.#rejectLoads('ERR_ABORTED', -3)
    this.emit('destroyed')
  }

  async #prepare(options: PageOptions): Promise<Page> {
    const page = await Page.open(options)
    this.#page = page
    page.on('message', (message, contextId) => void this.#receive(page, message, contextId))
    page.on('console', (entry) => {
      this.emit('console-message', preventable({ ...entry, frame: this.mainFrame }))
    })
    page.on('title', (title) => this.setTitle(title))
    page.on('loading', () => {
      this.#loading = true
      this.emit('did-start-loading')
    })
    page.on('navigated', (url) => {
      this.#arrived(url)
      this.emit('did-navigate', preventable({}), url, 200, 'OK')
    })
    page.on('navigated-in-page', (url) => {
      this.#url = url
      this.emit('did-navigate-in-page', preventable({}), url, true)
    })
    page.on('failed', (url, code) => {
      this.#arrived(url)
      this.emit('did-fail-load', preventable({}), -2, code, url, true)
      this.#rejectLoads(code, -2)
    })
    page.on('dom-ready', () => this.emit('dom-ready', preventable({})))
    page.on('loaded', () => this.#loaded())
    page.on('crashed', (details) => {
      this.#crashed = true
      this.#loading = false
      this.#rejectLoads('ERR_FAILED', -2)
      this.emit('render-process-gone', preventable({}), details)
      this.#owner.rendererGone(details)
    })
    await Promise.all([page.prepare(options), this.#owner.contentsReady(page)])
    if (colorScheme !== '') page.emulateColorScheme(colorScheme)
    return page
  }

  #arrived(url: string): void {
    this.#url = url
    this.#crashed = false
  }

  #loaded(): void {
    this.#loading = false
    this.emit('did-finish-load')
    this.emit('did-stop-loading')
    for (const { resolve } of this.#waiters.splice(0)) resolve()
    this.#owner.firstPaint()
  }

  #reload(ignoreCache: boolean): void {
    this.#ownNavigation = this.#url
    void this.prepared.then((page) => page.reload(ignoreCache)).catch(() => {})
  }

  #rejectLoads(code: string, errno: number): void {
    const url = this.#url
    for (const { reject } of this.#waiters.splice(0)) {
      reject(Object.assign(new Error(`${code} (${errno}) loading '${url}'`), { code, errno, url }))
    }
  }

  #reportBrokenPreload(preload: PreloadSource): void {
    if (preload.kind !== 'broken') return
    console.error(`Unable to load preload script: ${preload.path}\n${preload.error}`)
    queueMicrotask(() => this.emit('preload-error', preventable({}), preload.path, preload.error))
  }

  #watchNavigation(page: Page): Promise<void> {
    return page.watchNavigation((url) => {
      if (url === this.#ownNavigation) return true
      const event = preventable({
        url,
        isMainFrame: true,
        isSameDocument: false,
        frame: this.mainFrame,
        initiator: this.mainFrame,
      })
      this.emit('will-navigate', event, url)
      return !event.defaultPrevented
    })
  }

  async #receive(page: Page, message: FromPage, contextId: number): Promise<void> {
    const reply = (id: number, ok: boolean, value: unknown) =>
      page.deliver({ kind: 'reply', id, ok, value }, contextId)
    switch (message.kind) {
      case 'send': {
        const event = this.#ipcEvent()
        this.emit('ipc-message', event, message.channel, ...message.args)
        this.ipc.emit(message.channel, event, ...message.args)
        ipcMain.emit(message.channel, event, ...message.args)
        return
      }
      case 'invoke': {
        const event = this.#ipcEvent()
        const result = await answerInvoke([this.ipc, ipcMain], event, message.channel, message.args)
        return replyCloned(reply, message.id, result)
      }
      case 'permission':
        return reply(message.id, true, await this.session.decide(this, message.ask, this.#url))
      case 'open':
        return this.#open(message)
      case 'preload-error':
        this.emit('preload-error', preventable({}), message.path, message.error)
    }
  }

  #ipcEvent(): IpcEvent {
    return {
      type: 'frame',
      sender: this,
      senderFrame: this.mainFrame,
      processId: 1,
      frameId: 1,
      ports: [],
      reply: (channel, ...args) => this.send(channel, ...args),
    }
  }

  #open({ url, frameName, features }: Extract<FromPage, { kind: 'open' }>): void {
    const details: HandlerDetails = {
      url: urls.fromLoopback(url),
      frameName,
      features,
      disposition: features === '' ? 'foreground-tab' : 'new-window',
      referrer: { url: '', policy: 'strict-origin-when-cross-origin' },
    }
    const answer = this.#openHandler?.(details) ?? { action: 'allow' }
    if (answer.action !== 'allow') return
    if (answer.createWindow !== undefined) notImplemented('setWindowOpenHandler with createWindow')
    this.#owner.openChild(answer.overrideBrowserWindowOptions ?? {}, details.url)
  }
}
strictClass('webContents', WebContents)

/** Every page shows this scheme from now on, new ones too. */
export function applyColorScheme(scheme: 'light' | 'dark' | ''): void {
  colorScheme = scheme
  for (const contents of contentsById.values()) contents.emulateColorScheme(scheme)
}

export function contentsOfTarget(targetId: string): WebContents | undefined {
  return [...contentsById.values()].find((contents) => contents.targetId === targetId)
}

export const webContents = strictModule('webContents', {
  getAllWebContents: () => [...contentsById.values()],
  fromId: (id: number) => contentsById.get(id),
  fromDevToolsTargetId: contentsOfTarget,
})
