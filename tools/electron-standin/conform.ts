// Nothing runs here: the compiler compares what the stand-in offers with Electron's own declarations.
import type { app } from './app.ts'
import type { implemented } from './electron-module.ts'
import type { MainFrame } from './main-frame.ts'
import type { Menu, MenuItem, Tray } from './menu.ts'
import type { NativeImage } from './native-image.ts'
import type { Session } from './session.ts'
import type { WebContents } from './web-contents.ts'
import type { BrowserWindow } from './window.ts'

/**
 * Names of members whose own type Electron would not accept in their place. Members that take or
 * give our own classes are compared by name only, since those lack most of Electron's members.
 */
type Differing<Mine, Real, Exempt extends keyof Mine = never> = {
  [Key in Exclude<keyof Mine & keyof Real, Exempt>]: Mine[Key] extends Real[Key] ? never : Key
}[Exclude<keyof Mine & keyof Real, Exempt>]

/** Names that Electron does not have at all, symbols aside. */
type Invented<Mine, Real, Internal extends keyof Mine = never> = Exclude<
  Extract<keyof Mine, string>,
  Extract<keyof Real, string> | Internal
>

/** Electron types these by event name. */
type Emitter =
  | 'on'
  | 'once'
  | 'off'
  | 'addListener'
  | 'removeListener'
  | 'prependListener'
  | 'prependOnceListener'
  | 'removeAllListeners'
  | 'setMaxListeners'

type Checked = [
  Differing<typeof app, Electron.App, Emitter | 'commandLine'>,
  Differing<(typeof app)['commandLine'], Electron.CommandLine>,
  Differing<BrowserWindow, Electron.BrowserWindow, Emitter | 'webContents' | 'capturePage'>,
  Differing<WebContents, Electron.WebContents, Emitter | 'session' | 'ipc' | 'mainFrame' | 'capturePage'>,
  Differing<
    Session,
    Electron.Session,
    Emitter | 'protocol' | 'setPermissionRequestHandler' | 'setPermissionCheckHandler'
  >,
  Differing<MainFrame, Electron.WebFrameMain, 'top'>,
  Differing<NativeImage, Electron.NativeImage>,
  Differing<Tray, Electron.Tray, Emitter | 'setContextMenu' | 'setImage'>,
  Differing<Menu, Electron.Menu, Emitter | 'items' | 'append' | 'getMenuItemById'>,
  Differing<MenuItem, Electron.MenuItem, 'submenu' | 'type' | 'role'>,
  Differing<typeof implemented.globalShortcut, Electron.GlobalShortcut>,
  Differing<typeof implemented.shell, Electron.Shell>,
  Differing<typeof implemented.net, Electron.Net>,
  Differing<typeof implemented.dialog, Electron.Dialog>,
  Differing<typeof implemented.nativeTheme, Electron.NativeTheme, Emitter>,
  Differing<
    typeof implemented.screen,
    Electron.Screen,
    Emitter | 'getPrimaryDisplay' | 'getAllDisplays' | 'getDisplayMatching'
  >,
  Invented<typeof app, Electron.App, 'becomeReady' | 'isQuitting' | 'windowClosed'>,
  Invented<BrowserWindow, Electron.BrowserWindow, 'closeAndTell' | 'targetGone'>,
  Invented<
    WebContents,
    Electron.WebContents,
    'prepared' | 'targetId' | 'emulateColorScheme' | 'setTitle' | 'crashed' | 'destroy'
  >,
  Invented<Session, Electron.Session, 'decide'>,
  Invented<typeof implemented, typeof Electron>,
]

/** Fails to compile, naming the member, when anything above is not `never`. */
export const conforms: [Checked[number]] extends [never] ? true : Checked[number] = true
