import type { BrowserWindowConstructorOptions, WebPreferences } from 'electron'
import { notImplemented } from './refuse.ts'

/** Obeyed by window.ts. */
const OBEYED = [
  'x',
  'y',
  'width',
  'height',
  'minWidth',
  'minHeight',
  'show',
  'title',
  'alwaysOnTop',
  'fullscreen',
  'webPreferences',
]

/** Looks only: a Chromium window has its own, and nothing that the app can ask about changes. */
const COSMETIC = [
  'autoHideMenuBar',
  'backgroundColor',
  'center',
  'frame',
  'fullscreenable',
  'icon',
  'maximizable',
  'maxHeight',
  'maxWidth',
  'minimizable',
  'movable',
  'paintWhenInitiallyHidden',
  'resizable',
  'skipTaskbar',
  'titleBarStyle',
  'useContentSize',
  'darkTheme',
  'acceptFirstMouse',
  'roundedCorners',
  'hasShadow',
]

/** A preference is fine when it asks for what the stand-in does anyway. */
const PREFERENCES: { readonly [K in keyof WebPreferences]?: (value: WebPreferences[K]) => boolean } = {
  preload: () => true,
  additionalArguments: () => true,
  spellcheck: () => true,
  devTools: () => true,
  disableDialogs: () => true,
  safeDialogs: () => true,
  sandbox: (value) => value === true,
  contextIsolation: (value) => value === true,
  nodeIntegration: (value) => value === false,
  nodeIntegrationInWorker: (value) => value === false,
  nodeIntegrationInSubFrames: (value) => value === false,
  webSecurity: (value) => value === true,
  allowRunningInsecureContent: (value) => value === false,
  webviewTag: (value) => value === false,
  navigateOnDragDrop: (value) => value === false,
  backgroundThrottling: (value) => value === false,
  autoplayPolicy: (value) => value === 'no-user-gesture-required',
}

/** Throws on an option that would be ignored though it has an effect in Electron. */
export function checkWindowOptions(options: BrowserWindowConstructorOptions): void {
  const known = new Set([...OBEYED, ...COSMETIC])
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !known.has(name)) notImplemented(`BrowserWindow option ${name}`)
  }
  for (const [name, value] of Object.entries(options.webPreferences ?? {})) {
    const accepts = PREFERENCES[name as keyof WebPreferences] as ((value: unknown) => boolean) | undefined
    if (value === undefined || accepts?.(value)) continue
    notImplemented(`webPreferences.${name} = ${JSON.stringify(value)}`)
  }
}
