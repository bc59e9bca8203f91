import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { app } from './app.ts'
import { INITIAL_URL, startAppServer } from './app-server.ts'
import { Chromium } from './cdp.ts'
import { chromiumArgs, findChromium } from './chromium.ts'
import { context } from './context.ts'
import { setDisplay } from './display.ts'
import { customSchemes } from './protocol-handlers.ts'
import { contentsOfTarget } from './web-contents.ts'
import { BrowserWindow } from './window.ts'

/** Granted by Chromium itself: the app's own permission handlers decide, in the page's main world. */
const GRANTED = ['camera', 'microphone', 'display-capture']
const DENIED = ['geolocation', 'notifications', 'clipboard-read']

/** Starts Chromium for the app that is loaded by now, and connects its windows to it. */
export async function launchChromium(): Promise<void> {
  const executable = findChromium()
  const appPort = await startAppServer()
  context.headless = context.switches.has('headless') || !(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
  const profileDir = profileIn(app.getPath('sessionData'))
  const args = chromiumArgs(context.switches, {
    profileDir,
    headless: context.headless,
    asRoot: process.getuid?.() === 0,
    appPort,
    schemes: ['standin', ...customSchemes()],
    appWindowUrl: context.headless ? undefined : INITIAL_URL,
  })
  const forwardLog =
    process.env.ELECTRON_ENABLE_LOGGING !== undefined || context.switches.has('enable-logging')
  const browser = new Chromium(executable, args, { forwardLog })
  context.chromium = browser
  browser.once('exit', (why) => {
    if (app.isQuitting) return
    console.error(`stand-in: Chromium ended by itself: ${why}`)
    process.exit(1)
  })
  const { product } = await browser.root.send('Browser.getVersion')
  const chrome = product.split('/')[1] ?? product
  Object.assign(process.versions, { chrome })
  console.error(
    `Scanside runs on the Electron stand-in (Node ${process.versions.node}, Chromium ${chrome}), not on Electron`,
  )
  for (const name of GRANTED) {
    browser.root.post('Browser.setPermission', { permission: { name }, setting: 'granted' })
  }
  for (const name of DENIED) {
    browser.root.post('Browser.setPermission', { permission: { name }, setting: 'denied' })
  }
  followTargets(browser)
  const spare = context.headless ? undefined : spareWindow(browser)
  await browser.root.send('Target.setDiscoverTargets', { discover: true })
  await spare
}

/** Two Electrons may share a folder, and Chromium keeps a profile to one process: a second has another for its time. */
function profileIn(sessionData: string): string {
  const own = path.join(sessionData, 'standin-chromium')
  fs.mkdirSync(own, { recursive: true })
  if (!isInUse(own)) return own
  const other = fs.mkdtempSync(path.join(os.tmpdir(), 'standin-chromium-'))
  process.once('exit', () => fs.rmSync(other, { recursive: true, force: true, maxRetries: 3 }))
  return other
}

/** The lock is a link that names computer and process; it outlives a process that was killed. */
function isInUse(profileDir: string): boolean {
  try {
    const pid = Number(fs.readlinkSync(path.join(profileDir, 'SingletonLock')).split('-').at(-1))
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function followTargets({ root }: Chromium): void {
  const windowOf = (targetId: string) => {
    const contents = contentsOfTarget(targetId)
    return contents && BrowserWindow.fromWebContents(contents)
  }
  root.on('Target.targetDestroyed', ({ targetId }) => windowOf(targetId)?.targetGone())
  root.on('Target.targetCrashed', ({ targetId, status, errorCode }) =>
    contentsOfTarget(targetId)?.crashed(status, errorCode),
  )
  root.on('Target.targetInfoChanged', ({ targetInfo }) => {
    const contents = contentsOfTarget(targetInfo.targetId)
    // The initial document and error pages have their address for a title.
    if (contents && !targetInfo.url.includes(targetInfo.title)) contents.setTitle(targetInfo.title)
  })
}

/** Waits for the tabless window that a headed Chromium opened by itself, and learns the screen from it. */
async function spareWindow(browser: Chromium): Promise<void> {
  const targetId = await new Promise<string>((resolve) => {
    browser.root.on('Target.targetCreated', ({ targetInfo }) => {
      if (targetInfo.type === 'page') resolve(targetInfo.targetId)
    })
  })
  context.spareTargetId = targetId
  const { sessionId } = await browser.root.send('Target.attachToTarget', { targetId, flatten: true })
  const { result } = await browser.session(sessionId).send('Runtime.evaluate', {
    expression:
      '[screen.width, screen.height, screen.availLeft, screen.availTop, screen.availWidth, screen.availHeight]',
    returnByValue: true,
  })
  await browser.root.send('Target.detachFromTarget', { sessionId })
  const [width = 0, height = 0, x = 0, y = 0, availWidth = 0, availHeight = 0] = result.value as number[]
  setDisplay({ x: 0, y: 0, width, height }, { x, y, width: availWidth, height: availHeight })
}
