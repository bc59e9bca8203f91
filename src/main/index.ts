import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { app, dialog, Notification } from 'electron'
import { isoOf, systemClock } from '../platform/node/clock.ts'
import { openPolicyFile } from '../platform/node/policy-file.ts'
import { trustOperatingSystem } from '../platform/node/trust-store.ts'
import { errorFields, openAppLog } from './app-log.ts'
import { registerAppScheme, serveApp } from './electron/app-protocol.ts'
import { hostIpc } from './electron/ipc-host.ts'
import { guardNavigation, guardPermissions } from './electron/permissions.ts'
import { watchPower } from './electron/power.ts'
import { pdfPrinter } from './electron/print-pdf.ts'
import { systemSecretBox } from './electron/safe-storage.ts'
import { armHotkey, makeTray } from './electron/tray.ts'
import { createWindows } from './electron/windows.ts'
import { openGround } from './open-log.ts'
import { openPreferences } from './preferences.ts'
import { createWatchdog, type WatchdogAction } from './watchdog.ts'
import { createWorkstation } from './workstation.ts'
import type { Workstation } from './workstation-types.ts'

const defaultHotkey = 'CommandOrControl+Shift+F9'
const tickEveryMs = 250

app.commandLine.appendSwitch('autoplay-policy', 'no-user-gesture-required')
registerAppScheme()

if (app.requestSingleInstanceLock()) {
  // Not awaited here: `ready` waits until this module has been evaluated.
  void app.whenReady().then(start)
} else app.quit()

function start(): void {
  const clock = systemClock()
  const sinceProcessStartMs = () => Math.round(Date.now() - performance.timeOrigin)
  const data = app.getPath('userData')
  const log = openAppLog(
    join(data, 'logs', 'scanside.log'),
    process.env.SCANSIDE_DEBUG !== undefined,
    clock.nowMs,
  )
  const runtime =
    'standin' in process.versions
      ? `stand-in (Node ${process.versions.node}, Chromium ${process.versions.chrome}), not Electron`
      : `Electron ${process.versions.electron}`
  log('info', 'starting', { version: app.getVersion(), runtime, boot: clock.boot })
  // Whatever fails, the button must go on working for as long as this process can.
  process.on('uncaughtException', (error) => log('error', 'uncaught-exception', errorFields(error)))
  process.on('unhandledRejection', (error) => log('error', 'unhandled-rejection', errorFields(error)))

  let isQuitting = false
  let isConsented = false
  const preferences = openPreferences(join(data, 'preferences.json'))
  const ground = openGround(
    { identity: join(data, 'device.json'), log: join(data, 'log.sqlite') },
    systemSecretBox(() => log('warn', 'key-store-weak', { backend: 'basic_text' })),
  )
  if (ground.problem !== null) log('error', 'log-is-volatile', { ...ground.problem })

  guardPermissions()
  guardNavigation()
  const pages = serveApp(join(import.meta.dirname, '..', 'renderer'))

  const watchdog = createWatchdog({
    mono: clock.mono,
    act: ({ kind, window, reason }: WatchdogAction) => {
      log('warn', 'window-revived', { how: kind, window, reason })
      windows[kind](window)
    },
    onLost: (window, reason) => workstation.windowLost(window, reason),
    onRestored: (window, afterMs) => {
      log('info', 'window-restored', { window, afterMs: Math.round(afterMs) })
      workstation.windowRestored(window, Math.round(afterMs))
    },
  })
  const windows = createWindows({
    preload: join(import.meta.dirname, '..', 'preload', 'index.cjs'),
    layout: () => preferences.get().layout,
    watchdog,
    isQuitting: () => isQuitting,
    onHidden: () => sayHidden(workstation.openWork()),
    onGone: (window, reason) => watchdog.gone(window, reason),
  })
  const workstation: Workstation = createWorkstation({
    clock,
    newId: randomUUID,
    random: Math.random,
    identity: ground.identity,
    store: ground.store,
    policyFile: openPolicyFile(join(data, 'policy.json')),
    preferences,
    windows,
    printPdf: pdfPrinter(pages),
    recordsFolder: recordsFolder(data),
    hostname: hostname(),
    runtime,
    version: app.getVersion(),
    startNotices: [],
    log,
  })

  // ---- Armed before there is any window ----------------------------------------------------------------------

  const open = () => windows.raise('main')
  const tray = makeTray({ press: workstation.pressHelp, open, quit: () => app.quit() })
  const hotkey = process.env.SCANSIDE_HOTKEY ?? defaultHotkey
  if (!armHotkey(hotkey, workstation.pressHelp)) {
    const message = `The key ${hotkey} does not work as help button: another program has it, or it is no key. The button on the screen and in the tray works. Have your IT free it or set SCANSIDE_HOTKEY.`
    workstation.notice('hotkey', { kind: 'hotkey-taken', message })
  }
  log('info', 'armed', { sinceProcessStartMs: sinceProcessStartMs() })

  hostIpc({
    windowOf: windows.windowOf,
    dispatch: workstation.dispatch,
    snapshot: workstation.snapshot,
    log,
    report: (window, report) => {
      if (report.kind === 'alive') watchdog.alive(window)
      if (report.kind === 'usable') {
        log('info', 'usable', { window, sinceProcessStartMs: sinceProcessStartMs() })
        watchdog.usable(window)
      }
      workstation.report(window, report)
    },
  })
  windows.open('main')
  windows.open('help')
  const ticking = setInterval(() => {
    watchdog.tick()
    workstation.tick()
  }, tickEveryMs)

  const trust = trustOperatingSystem()
  log('info', 'trust', { ...trust })
  workstation.connect()

  // ---- From the desktop --------------------------------------------------------------------------------------

  watchPower({
    onSuspend: () => log('info', 'suspended'),
    onResume: () => {
      log('info', 'resumed')
      watchdog.forgive()
      workstation.networkHint()
    },
    onLockScreen: workstation.lockScreen,
    onShutdown: () => endNow('shutdown'),
  })
  app.on('second-instance', open)
  app.on('activate', open)
  // Closing windows only hides them; the process ends by `quit` alone.
  app.on('window-all-closed', () => undefined)
  app.on('before-quit', (event) => {
    const work = workstation.openWork()
    if (work === null || isConsented) {
      isQuitting = true
      return
    }
    event.preventDefault()
    void askToQuit(work).then((consents) => {
      if (consents) endNow('confirmed')
    })
  })
  app.on('will-quit', () => {
    clearInterval(ticking)
    log('info', 'ended', { at: isoOf(clock.nowMs()) })
    workstation.close()
    tray.destroy()
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => endNow(signal))

  /** The log has every line, and the next start resumes: without asking only where nobody can be asked. */
  function endNow(why: string): void {
    log('warn', 'ending', { why, openWork: workstation.openWork() })
    isConsented = true
    app.quit()
  }
}

/** An instance with a data folder of its own keeps everything in it. */
function recordsFolder(data: string): string {
  const parent = app.commandLine.hasSwitch('user-data-dir') ? data : app.getPath('documents')
  return join(parent, 'Scanside records')
}

function sayHidden(openWork: 'escalation' | 'session' | null): void {
  const body =
    openWork === null
      ? 'The help key and the tray work. Open it again from the tray.'
      : `The ${openWork === 'session' ? 'session' : 'call for help'} goes on. Open it again from the tray.`
  new Notification({ title: 'Scanside keeps running', body }).show()
}

async function askToQuit(work: 'escalation' | 'session'): Promise<boolean> {
  const what = work === 'session' ? 'A supervised session is open.' : 'A call for help is open.'
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message: `${what} Quit Scanside all the same?`,
    detail:
      'The physician will lose picture and sound of this room, and the help button will not work. What is recorded stays, and the next start goes on from here.',
    buttons: ['Keep Scanside running', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}
