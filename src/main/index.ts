import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { app, dialog, Notification } from 'electron'
import type { Durability } from '../contract/ipc.ts'
import { isoOf, systemClock } from '../platform/node/clock.ts'
import { dicomFileAside } from '../platform/node/dicom-aside.ts'
import { guardAgainstHang } from '../platform/node/hang-guard.ts'
import { openLogCopies } from '../platform/node/log-copies.ts'
import { openPolicyFile } from '../platform/node/policy-file.ts'
import { trustOperatingSystem } from '../platform/node/trust-store.ts'
import { errorFields, openAppLog } from './app-log.ts'
import { changeKey, changeKeySwitch, isRunningWords } from './change-log-key.ts'
import { registerAppScheme, serveApp } from './electron/app-protocol.ts'
import { hostIpc } from './electron/ipc-host.ts'
import { guardNavigation, guardPermissions } from './electron/permissions.ts'
import { watchPower } from './electron/power.ts'
import { pdfPrinter } from './electron/print-pdf.ts'
import { systemSecretBox } from './electron/safe-storage.ts'
import { armHotkey, makeTray } from './electron/tray.ts'
import { createWindows } from './electron/windows.ts'
import { exportLog, exportSwitches } from './export-log.ts'
import { groundFilesIn, openGround } from './open-log.ts'
import { openPreferences } from './preferences.ts'
import { quitWords } from './quit-words.ts'
import { createWatchdog, type WatchdogAction } from './watchdog.ts'
import { createWorkstation } from './workstation.ts'
import type { Workstation } from './workstation-types.ts'

/** Longer than anything that is done in one turn, on the slowest computer that we know. */
const hungAfterMs = 10_000
/** Started again for that, it is more patient: what held it up may still be there. */
const hungAgainAfterMs = 60_000
const afterHang = 'SCANSIDE_AFTER_HANG'
const isAfterHang = process.env[afterHang] !== undefined
delete process.env[afterHang]

const endWithinMs = 4000

const defaultHotkey = 'CommandOrControl+Shift+F9'
const tickEveryMs = 250
/** The hub is called even if the window does not come. */
const reachOutWithinMs = 2500

app.commandLine.appendSwitch('autoplay-policy', 'no-user-gesture-required')
registerAppScheme()

// The helper processes of the one that was ended hold its files for a moment.
if (isAfterHang) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)

const changesKey = app.commandLine.hasSwitch(changeKeySwitch)
if (app.commandLine.hasSwitch(exportSwitches.folder)) {
  // It only reads, and works beside a Scanside that runs.
  void app.whenReady().then(exportLogAndEnd)
} else if (app.requestSingleInstanceLock()) {
  // Not awaited here: `ready` waits until this module has been evaluated.
  void app.whenReady().then(changesKey ? changeKeyAndEnd : start)
} else if (changesKey) {
  process.stderr.write(`${isRunningWords}\n`)
  app.exit(1)
} else app.quit()

const logFileIn = (data: string) => join(data, 'logs', 'scanside.log')
const builtBeside = (name: string) => join(import.meta.dirname, name)

const appLogIn = (data: string, nowMs: () => number) =>
  openAppLog(logFileIn(data), process.env.SCANSIDE_DEBUG !== undefined, nowMs)

const startedAgain = {
  kind: 'started-again',
  message:
    'Scanside had stopped responding and was started again by itself. Session and call go on as they were. Tell your IT.',
}

function changeKeyAndEnd(): void {
  const data = app.getPath('userData')
  const log = appLogIn(data, Date.now)
  const { code, words } = changeKey(
    groundFilesIn(data),
    systemSecretBox(() => undefined),
    log,
  )
  const out = code === 0 ? process.stdout : process.stderr
  out.write(`${words}\n`, () => app.exit(code))
}

async function exportLogAndEnd(): Promise<void> {
  const data = app.getPath('userData')
  const asked = (name: keyof typeof exportSwitches) => app.commandLine.getSwitchValue(exportSwitches[name])
  const { code, words } = await exportLog(
    groundFilesIn(data),
    systemSecretBox(() => undefined),
    { folder: asked('folder'), from: asked('from'), to: asked('to') },
    isoOf(Date.now()),
    appLogIn(data, Date.now),
  )
  const out = code === 0 ? process.stdout : process.stderr
  out.write(`${words}\n`, () => app.exit(code))
}

function start(): void {
  const clock = systemClock()
  const sinceProcessStartMs = () => Math.round(Date.now() - performance.timeOrigin)
  const data = app.getPath('userData')
  const log = appLogIn(data, clock.nowMs)
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
  const box = systemSecretBox(() => log('warn', 'key-store-weak', { backend: 'basic_text' }))
  const files = groundFilesIn(data)
  const ground = openGround(files, box, (step) => log('info', step), {
    worker: join(import.meta.dirname, 'wal-worker.js'),
    onMissing: (message) => log('warn', 'wal-worker-missing', { message }),
  })
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
    salvage: ground.salvage,
    stranded: ground.stranded,
    copies: ground.copied && openLogCopies(ground.copied, files.key, builtBeside('log-copy-worker.js')),
    policyFile: openPolicyFile(join(data, 'policy.json'), box),
    preferences,
    windows,
    printPdf: pdfPrinter(pages),
    writeDicom: (dataset) => dicomFileAside(dataset, builtBeside('dicom-worker.js')),
    recordsFolder: recordsFolder(data),
    hostname: hostname(),
    runtime,
    version: app.getVersion(),
    startNotices: isAfterHang ? [startedAgain] : [],
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
  const guard = guardAgainstHang(
    builtBeside('hang-guard-worker.js'),
    {
      hungAfterMs: isAfterHang ? hungAgainAfterMs : hungAfterMs,
      command: process.execPath,
      args: process.argv.slice(1),
      cwd: process.cwd(),
      env: { [afterHang]: '1' },
      logFile: logFileIn(data),
    },
    (error) => log('warn', 'hang-guard-failed', errorFields(error)),
  )
  log('info', 'armed', { sinceProcessStartMs: sinceProcessStartMs() })

  hostIpc({
    windowOf: windows.windowOf,
    dispatch: workstation.dispatch,
    snapshot: workstation.snapshot,
    log,
    report: (window, report) => {
      // Whatever it says, its event loop turns.
      watchdog.alive(window)
      if (report.kind === 'usable') {
        log('info', 'usable', { window, sinceProcessStartMs: sinceProcessStartMs() })
        watchdog.usable(window)
      }
      workstation.report(window, report)
      if (report.kind === 'usable' && window === 'main') reachOut()
    },
  })
  windows.open('main')
  windows.open('help')
  const ticking = setInterval(() => {
    guard.beat()
    watchdog.tick()
    workstation.tick()
  }, tickEveryMs)

  let isReachingOut = false
  /** Reading the system's certificates holds everything up for a moment, so the window is drawn before. */
  function reachOut(): void {
    if (isReachingOut) return
    isReachingOut = true
    log('info', 'trust', { ...trustOperatingSystem() })
    workstation.connect()
  }
  const impatience = setTimeout(reachOut, reachOutWithinMs)

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
      // A page that hangs does not close, and must not keep the process.
      setTimeout(() => {
        end()
        app.exit()
      }, endWithinMs)
      return
    }
    event.preventDefault()
    void askToQuit(work, workstation.snapshot('main').durability).then((consents) => {
      if (consents) endNow('confirmed')
    })
  })
  app.on('will-quit', end)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => endNow(signal))

  let hasEnded = false
  function end(): void {
    if (hasEnded) return
    hasEnded = true
    guard.stop()
    clearInterval(ticking)
    clearTimeout(impatience)
    log('info', 'ended', { at: isoOf(clock.nowMs()) })
    workstation.close()
    tray.destroy()
  }

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

async function askToQuit(work: 'escalation' | 'session', durability: Durability): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    ...quitWords(work, durability),
    buttons: ['Keep Scanside running', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}
