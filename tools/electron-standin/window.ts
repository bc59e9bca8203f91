import { EventEmitter } from 'node:events'
import type { BrowserWindowConstructorOptions, Rectangle, RenderProcessGoneDetails } from 'electron'
import { app } from './app.ts'
import type { ContentsOwner } from './contents-owner.ts'
import { chromium, context } from './context.ts'
import { preventable } from './events.ts'
import type { NativeImage } from './native-image.ts'
import type { Page } from './page.ts'
import { readPreload } from './page-scripts.ts'
import { sayOnce, strictClass } from './refuse.ts'
import { WebContents } from './web-contents.ts'
import { checkWindowOptions } from './window-options.ts'

type WindowState = 'normal' | 'minimized' | 'maximized' | 'fullscreen'

const windows = new Set<BrowserWindow>()
let focused: BrowserWindow | null = null

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents
  readonly id: number
  readonly #minimum: { readonly width: number; readonly height: number }
  #bounds: Rectangle
  #visible: boolean
  #state: WindowState
  #alwaysOnTop: boolean
  #title: string | undefined
  #page: Page | undefined
  #painted = false
  #destroyed = false
  #closing: Promise<boolean> | undefined

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    checkWindowOptions(options)
    const { x = 0, y = 0, width = 800, height = 600, minWidth = 0, minHeight = 0 } = options
    this.#minimum = { width: minWidth, height: minHeight }
    this.#bounds = { x, y, width: Math.max(width, minWidth), height: Math.max(height, minHeight) }
    this.#visible = options.show !== false
    this.#state = options.fullscreen ? 'fullscreen' : 'normal'
    this.#alwaysOnTop = options.alwaysOnTop ?? false
    this.#title = options.title
    this.webContents = new WebContents(this.#asOwner(), {
      shown: this.#visible,
      width: this.#bounds.width,
      height: this.#bounds.height,
      preload: readPreload(options.webPreferences?.preload),
      additionalArguments: options.webPreferences?.additionalArguments ?? [],
    })
    this.id = this.webContents.id
    windows.add(this)
    app.emit('web-contents-created', preventable({}), this.webContents)
    app.emit('browser-window-created', preventable({}), this)
    if (this.#visible) this.focus()
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows]
  }

  static getFocusedWindow(): BrowserWindow | null {
    return focused
  }

  static fromWebContents(webContents: WebContents): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.webContents === webContents) ?? null
  }

  static fromId(id: number): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.id === id) ?? null
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url)
  }

  reload(): void {
    this.webContents.reload()
  }

  capturePage(rect?: Rectangle): Promise<NativeImage> {
    return this.webContents.capturePage(rect)
  }

  show(): void {
    this.showInactive()
    this.focus()
  }

  showInactive(): void {
    if (this.isVisible()) return
    this.#visible = true
    if (this.#state === 'minimized') this.#state = 'normal'
    this.#apply()
    this.emit('show')
  }

  hide(): void {
    if (!this.#visible) return
    this.#visible = false
    this.blur()
    this.#apply()
    this.emit('hide')
  }

  focus(): void {
    if (focused === this || !this.#visible) return
    focused?.blur()
    focused = this
    this.#page?.bringToFront()
    this.emit('focus')
    app.emit('browser-window-focus', preventable({}), this)
  }

  blur(): void {
    if (focused !== this) return
    focused = null
    this.emit('blur')
    app.emit('browser-window-blur', preventable({}), this)
  }

  moveTop(): void {
    this.#page?.bringToFront()
  }

  minimize(): void {
    this.#enter('minimized', 'minimize')
    this.blur()
  }

  maximize(): void {
    this.#enter('maximized', 'maximize')
  }

  unmaximize(): void {
    if (this.#state === 'maximized') this.#enter('normal', 'unmaximize')
  }

  restore(): void {
    if (this.#state !== 'normal') this.#enter('normal', 'restore')
  }

  setFullScreen(on: boolean): void {
    this.#enter(on ? 'fullscreen' : 'normal', on ? 'enter-full-screen' : 'leave-full-screen')
  }

  isVisible(): boolean {
    return this.#visible && this.#state !== 'minimized'
  }

  isMinimized(): boolean {
    return this.#state === 'minimized'
  }

  isMaximized(): boolean {
    return this.#state === 'maximized'
  }

  isFullScreen(): boolean {
    return this.#state === 'fullscreen'
  }

  isFocused(): boolean {
    return focused === this
  }

  isDestroyed(): boolean {
    return this.#destroyed
  }

  setAlwaysOnTop(on: boolean, _level?: string, _relativeLevel?: number): void {
    if (on && !context.headless) sayOnce('alwaysOnTop is remembered but has no effect')
    this.#alwaysOnTop = on
    this.emit('always-on-top-changed', preventable({}), on)
  }

  isAlwaysOnTop(): boolean {
    return this.#alwaysOnTop
  }

  flashFrame(on: boolean): void {
    if (on && !context.headless) sayOnce('flashFrame has no effect')
  }

  getBounds(): Rectangle {
    return { ...this.#bounds }
  }

  getContentBounds(): Rectangle {
    return this.getBounds()
  }

  getSize(): number[] {
    return [this.#bounds.width, this.#bounds.height]
  }

  getPosition(): number[] {
    return [this.#bounds.x, this.#bounds.y]
  }

  setBounds(bounds: Partial<Rectangle>, _animate?: boolean): void {
    const before = this.#bounds
    const next = { ...before, ...bounds }
    this.#bounds = {
      ...next,
      width: Math.max(next.width, this.#minimum.width),
      height: Math.max(next.height, this.#minimum.height),
    }
    this.#apply()
    const { x, y, width, height } = this.#bounds
    if (x !== before.x || y !== before.y) this.emit('move')
    if (width !== before.width || height !== before.height) this.emit('resize')
  }

  setSize(width: number, height: number): void {
    this.setBounds({ width, height })
  }

  setPosition(x: number, y: number): void {
    this.setBounds({ x, y })
  }

  getTitle(): string {
    return this.#title ?? this.webContents.getTitle()
  }

  setTitle(title: string): void {
    this.#title = title
  }

  /** There is no menu bar to show or hide. */
  setMenuBarVisibility(_visible: boolean): void {}

  removeMenu(): void {}

  close(): void {
    void this.closeAndTell()
  }

  destroy(): void {
    void this.#end()
  }

  /** Closes as `close` does; false when a listener kept the window open. */
  closeAndTell(): Promise<boolean> {
    this.#closing ??= this.#askAndClose().finally(() => {
      this.#closing = undefined
    })
    return this.#closing
  }

  /** The page behind this window is gone, whoever closed it. */
  targetGone(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.blur()
    this.webContents.destroy()
    windows.delete(this)
    this.emit('closed')
    app.windowClosed(windows.size)
  }

  async #askAndClose(): Promise<boolean> {
    if (this.#destroyed) return true
    const event = preventable({})
    this.emit('close', event)
    if (event.defaultPrevented) return false
    await this.#end()
    return true
  }

  async #end(): Promise<void> {
    const page = await this.webContents.prepared.catch(() => undefined)
    if (this.#destroyed) return
    // Not awaited: a page that hangs would hold up the window's end.
    if (page !== undefined) chromium().root.post('Target.closeTarget', { targetId: page.targetId })
    this.targetGone()
  }

  #asOwner(): ContentsOwner {
    return {
      contentsReady: async (page) => {
        this.#page = page
        await this.#applyNow(page)
        if (focused === this) page.bringToFront()
      },
      firstPaint: () => {
        if (this.#painted) return
        this.#painted = true
        this.emit('ready-to-show')
      },
      focus: () => this.focus(),
      close: () => this.close(),
      isFocused: () => this.isFocused(),
      titleChanged: (title) => {
        const event = preventable({})
        this.emit('page-title-updated', event, title, true)
        if (!event.defaultPrevented && title !== '') this.#title = title
      },
      rendererGone: (details: RenderProcessGoneDetails) => {
        app.emit('render-process-gone', preventable({}), this.webContents, details)
      },
      openChild: (options, url) => {
        const child = new BrowserWindow(options)
        child.loadURL(url).catch((error: unknown) => console.error(error))
        this.webContents.emit('did-create-window', child, { url })
      },
    }
  }

  #enter(state: WindowState, event: string): void {
    this.#state = state
    this.#apply()
    this.emit(event)
  }

  #apply(): void {
    const page = this.#page
    if (page !== undefined && !this.#destroyed) this.#applyNow(page).catch(() => {})
  }

  /** Makes the real window match; headless Chromium knows sizes only. */
  async #applyNow(page: Page): Promise<void> {
    const { root } = chromium()
    const { windowId } = await root.send('Browser.getWindowForTarget', { targetId: page.targetId })
    const state = this.#visible ? this.#state : 'minimized'
    const { x: left, y: top, width, height } = this.#bounds
    if (!context.headless) {
      await root.send('Browser.setWindowBounds', { windowId, bounds: { windowState: state } })
    }
    if (!context.headless && state !== 'normal') return
    if (!context.headless) await root.send('Browser.setWindowBounds', { windowId, bounds: { left, top } })
    await root
      .send('Browser.setContentsSize', { windowId, width, height })
      .catch(() => root.send('Browser.setWindowBounds', { windowId, bounds: { width, height } }))
  }
}
strictClass('BrowserWindow', BrowserWindow)

/** Closes every window as the end of the app does; false when one of them refused. */
export async function closeAllWindows(): Promise<boolean> {
  const closed = await Promise.all([...windows].map((window) => window.closeAndTell()))
  return !closed.includes(false)
}
