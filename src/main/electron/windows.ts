import { BrowserWindow, screen } from 'electron'
import { ipcChannels } from '../../contract/ipc-channels.ts'
import { appOrigin } from '../app-files.ts'
import { type WindowName, type Windows, windowNames } from '../ports.ts'
import type { Watchdog } from '../watchdog.ts'

export type WindowsOptions = {
  readonly preload: string
  readonly layout: () => 'full' | 'strip'
  readonly watchdog: Watchdog
  /** The person closes the main window; it only hides. */
  readonly onHidden: () => void
  readonly isQuitting: () => boolean
  readonly onGone: (window: WindowName, reason: string) => void
}

/** The two windows, and what may be done to them from outside. */
export type ElectronWindows = Windows & {
  readonly windowOf: (contentsId: number) => WindowName | undefined
  readonly open: (window: WindowName) => void
  readonly kill: (window: WindowName) => void
  readonly reload: (window: WindowName) => void
  readonly recreate: (window: WindowName) => void
}

const full = { width: 1280, height: 800 }
const stripWidth = 360
const background = '#0f1419'

export function createWindows(options: WindowsOptions): ElectronWindows {
  const { watchdog } = options
  const open = new Map<WindowName, BrowserWindow>()

  const make = (name: WindowName): BrowserWindow => {
    const window = new BrowserWindow({
      ...(name === 'main' ? mainBounds(options.layout()) : helpBounds),
      show: false,
      backgroundColor: background,
      autoHideMenuBar: true,
      title: name === 'main' ? 'Scanside' : 'Scanside — help',
      webPreferences: {
        preload: options.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        // Alarms, heartbeats and timers go on in windows that nobody looks at.
        backgroundThrottling: false,
        spellcheck: false,
      },
    })
    window.removeMenu()
    if (name === 'main') {
      window.setAlwaysOnTop(options.layout() === 'strip')
      window.once('ready-to-show', () => window.show())
    }
    window.on('close', (event) => {
      if (options.isQuitting()) return
      event.preventDefault()
      window.hide()
      if (name === 'main') options.onHidden()
    })
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (open.get(name) === window) options.onGone(name, reason)
    })
    open.set(name, window)
    load(name, window)
    return window
  }
  const load = (name: WindowName, window: BrowserWindow) => {
    watchdog.loading(name)
    // A load that fails shows as a page that does not become usable: the watchdog's case.
    window.loadURL(`${appOrigin}/${name === 'main' ? 'index' : 'help'}.html`).catch(() => undefined)
  }
  const withWindow = (name: WindowName, use: (window: BrowserWindow) => void) => {
    const window = open.get(name)
    if (window !== undefined && !window.isDestroyed()) use(window)
  }
  const send = (name: WindowName, channel: string, value: unknown) =>
    withWindow(name, ({ webContents }) => {
      if (!webContents.isCrashed()) webContents.send(channel, value)
    })

  return {
    show: (name, snapshot) => send(name, ipcChannels.state, snapshot),
    push: (push) => send('main', ipcChannels.push, push),
    isAlive: watchdog.isAlive,
    raise: (name) =>
      withWindow(name, (window) => {
        if (window.isMinimized()) window.restore()
        window.show()
        window.moveTop()
        window.focus()
      }),
    hideHelp: () => withWindow('help', (window) => window.hide()),
    setLayout: (layout) =>
      withWindow('main', (window) => {
        window.setAlwaysOnTop(layout === 'strip')
        window.setBounds(boundsFor(layout))
      }),
    windowOf: (contentsId) =>
      windowNames.find((name) => {
        const window = open.get(name)
        return window !== undefined && !window.isDestroyed() && window.webContents.id === contentsId
      }),
    open: make,
    kill: (name) => withWindow(name, ({ webContents }) => webContents.forcefullyCrashRenderer()),
    reload: (name) =>
      withWindow(name, (window) => {
        watchdog.loading(name)
        window.webContents.reload()
      }),
    recreate: (name) => {
      const before = open.get(name)
      const wasVisible = before !== undefined && !before.isDestroyed() && before.isVisible()
      const window = make(name)
      if (wasVisible) window.once('ready-to-show', () => window.show())
      // Only now, so that the app is never without a window.
      if (before !== undefined && !before.isDestroyed()) before.destroy()
    },
  }
}

const helpBounds = {
  width: 560,
  height: 760,
  minWidth: 360,
  minHeight: 480,
  alwaysOnTop: true,
  skipTaskbar: true,
}

function mainBounds(layout: 'full' | 'strip') {
  // The strip is narrower than the full screen may be, so the lower bound is the strip's.
  return { ...boundsFor(layout), minWidth: stripWidth, minHeight: 600 }
}

/** Full: centred. Strip: docked to the right edge, the whole height. */
function boundsFor(layout: 'full' | 'strip') {
  const { x, y, width, height } = screen.getPrimaryDisplay().workArea
  if (layout === 'strip') return { x: x + width - stripWidth, y, width: stripWidth, height }
  return {
    x: x + Math.max(0, Math.round((width - full.width) / 2)),
    y: y + Math.max(0, Math.round((height - full.height) / 2)),
    ...full,
  }
}
