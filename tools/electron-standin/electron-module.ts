import { app } from './app.ts'
import { dialog, globalShortcut, Notification, powerMonitor, powerSaveBlocker, shell } from './desktop.ts'
import { nativeTheme, screen } from './display.ts'
import { ipcMain } from './ipc-main.ts'
import { Menu, MenuItem, Tray } from './menu.ts'
import { nativeImage } from './native-image.ts'
import { net } from './net.ts'
import { protocol } from './protocol-handlers.ts'
import { absentExport, strictModule } from './refuse.ts'
import { safeStorage } from './safe-storage.ts'
import { session } from './session.ts'
import { webContents } from './web-contents.ts'
import { BrowserWindow } from './window.ts'

export const implemented = {
  app,
  BrowserWindow,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  MenuItem,
  nativeImage,
  nativeTheme,
  net,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  webContents,
}

/** Electron's other exports: a missing name would be a syntax error in an ES module's import. */
const ABSENT = [
  'autoUpdater',
  'BaseWindow',
  'BrowserView',
  'clipboard',
  'contentTracing',
  'crashReporter',
  'desktopCapturer',
  'ImageView',
  'inAppPurchase',
  'MessageChannelMain',
  'netLog',
  'pushNotifications',
  'ServiceWorkerMain',
  'ShareMenu',
  'sharedTexture',
  'systemPreferences',
  'TouchBar',
  'utilityProcess',
  'View',
  'webFrameMain',
  'WebContentsView',
]

const members: Record<string, unknown> = {
  ...implemented,
  ...Object.fromEntries(ABSENT.map((name) => [name, absentExport(name)])),
}
members.default = members

export const exportNames: readonly string[] = Object.keys(members).filter((name) => name !== 'default')

/** What `require('electron')` and `import … from 'electron'` give the app. */
export const electron = strictModule('electron', members)
