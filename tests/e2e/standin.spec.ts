import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, type Page } from '@playwright/test'
import {
  processesWith,
  revivedPage,
  workstationTest as test,
  type Workstation,
} from '../support/electron-app.ts'

// What Scanside relies on in Electron, shown with a tiny app on whichever engine runs here.

declare global {
  var facts: {
    gone: { reason: string; exitCode: number }[]
    secondArgv: string[]
    permissions: string[][]
    opened: string[]
    blocked: string[]
    console: string[]
  }
  var grantMedia: boolean | undefined
  var leaked: boolean | undefined
  var api: {
    echo: (value: unknown) => Promise<{ value: unknown; from: string }>
    fail: () => Promise<never>
    ask: (value: number) => void
    onAnswer: (listener: (value: number) => void) => () => void
    add: (a: number, b: number) => number
    throwing: () => never
  }
}

const TINY_APP = path.join(import.meta.dirname, '..', 'support', 'tiny-app')

test.describe.configure({ mode: 'serial' })

async function mainWindow(workstation: Workstation): Promise<Page> {
  const help = await workstation.windowAt('/help.html')
  const page = await workstation.windowAt('/index.html')
  await expect(help.locator('h1')).toHaveText('Help')
  await expect(page.locator('h1')).toHaveText('Tiny')
  return page
}

/** Runs in the page by way of the main process: Playwright's page stays crashed after a crash. */
function inPage({ app }: Workstation, code: string): Promise<unknown> {
  return app.evaluate(async ({ BrowserWindow }, text) => {
    const window = BrowserWindow.getAllWindows().find((each) => each.isVisible())
    return window?.webContents.executeJavaScript(text)
  }, code)
}

function gone({ app }: Workstation): Promise<string[]> {
  return app.evaluate(() => globalThis.facts.gone.map(({ reason }) => reason))
}

async function expectRevived(workstation: Workstation): Promise<void> {
  const headingAndApi = "[document.querySelector('h1')?.textContent, typeof globalThis.api?.add].join(' ')"
  await expect.poll(() => inPage(workstation, headingAndApi).catch(String)).toBe('Tiny function')
}

test('ipc, isolation and two windows with the same preload', async ({ launchWorkstation }) => {
  const workstation = await launchWorkstation({ appDir: TINY_APP })
  const page = await mainWindow(workstation)

  const seen = await page.evaluate(async () => {
    const api = globalThis.api
    const { value, from } = await api.echo({
      date: new Date(5),
      map: new Map([['a', 1n]]),
      bytes: new Uint8Array([1, 2]),
      nothing: undefined,
    })
    const back = value as { date: Date; map: Map<string, bigint>; bytes: Uint8Array; nothing: undefined }
    const answered = new Promise<number>((resolve) => api.onAnswer(resolve))
    api.ask(21)
    const message = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : '')
    let thrown = ''
    try {
      api.throwing()
    } catch (error) {
      thrown = message(error)
    }
    return {
      from,
      date: back.date.getTime(),
      map: String(back.map.get('a')),
      bytes: [...back.bytes],
      hasNothing: 'nothing' in back,
      answer: await answered,
      sum: api.add(2, 3),
      thrown,
      failed: await api.fail().catch(message),
      leaked: [typeof globalThis.leaked, typeof Reflect.get(globalThis, 'require')],
      secure: isSecureContext,
      policy: await fetch('https://example.com/').catch(() => 'refused'),
    }
  })

  expect(seen).toEqual({
    from: 'app://bundle/index.html',
    date: 5,
    map: '1',
    bytes: [1, 2],
    hasNothing: true,
    answer: 42,
    sum: 5,
    thrown: 'TypeError: in the preload',
    failed: "Error: Error invoking remote method 'fail': RangeError: on purpose",
    leaked: ['undefined', 'undefined'],
    secure: true,
    policy: 'refused',
  })
  const help = workstation.app.windows().find((each) => each !== page)
  expect(await help?.evaluate(() => globalThis.api.add(1, 1))).toBe(2)
  const windows = await workstation.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((each) => [each.getTitle(), each.isVisible(), each.isAlwaysOnTop()]),
  )
  expect(windows).toEqual([
    ['Tiny', true, false],
    ['Help', false, true],
  ])
})

test('media is refused and granted by the app; navigation and new windows are stopped', async ({
  launchWorkstation,
}) => {
  const workstation = await launchWorkstation({ appDir: TINY_APP })
  const page = await mainWindow(workstation)
  const camera = () =>
    page.evaluate(() =>
      navigator.mediaDevices.getUserMedia({ audio: true, video: true }).then(
        (stream) => stream.getTracks().map(({ kind }) => kind),
        (error: Error) => error.name,
      ),
    )

  expect(await camera()).toBe('NotAllowedError')
  await workstation.app.evaluate(() => {
    globalThis.grantMedia = true
  })
  expect(await camera()).toEqual(['audio', 'video'])
  await page.click('#external')
  await page.evaluate(() => window.open('https://example.com/popup'))
  await page.click('#internal')

  const facts = () => workstation.app.evaluate(() => globalThis.facts)
  await expect.poll(async () => (await facts()).blocked).toEqual(['https://example.com/away'])
  const { opened, permissions } = await facts()
  expect(opened).toEqual(['https://example.com/out', 'https://example.com/popup'])
  expect(permissions).toEqual([
    ['media', 'audio', 'video'],
    ['media', 'audio', 'video'],
  ])
  expect(await page.locator('h1').textContent()).toBe('Tiny')
})

test('a renderer that crashes, is killed, hangs or stops comes back, and main stays free', async ({
  launchWorkstation,
}) => {
  const workstation = await launchWorkstation({ appDir: TINY_APP })
  await mainWindow(workstation)
  const { app } = workstation
  const crash = () =>
    app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()
        .find((each) => each.isVisible())
        ?.webContents.forcefullyCrashRenderer()
    })
  const processId = () =>
    app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((each) => each.isVisible())
        ?.webContents.getOSProcessId(),
    )
  const signal = async (name: 'SIGKILL' | 'SIGSTOP') => {
    // The id is asked from Chromium after each load, so it may come a moment later.
    await expect.poll(() => processId().catch(() => 0)).toBeGreaterThan(0)
    process.kill((await processId()) ?? 0, name)
  }

  await crash()
  await expect.poll(() => gone(workstation)).toEqual(['crashed'])
  await expectRevived(workstation)

  await signal('SIGKILL')
  await expect.poll(() => gone(workstation)).toEqual(['crashed', 'killed'])
  await expectRevived(workstation)

  const hung = inPage(workstation, 'for (;;) {}').catch(() => 'ended')
  // Main answers while the page is busy, and can replace it.
  expect(await app.evaluate(({ app: main }) => main.getVersion())).toBe('1.2.3')
  await crash()
  expect(await hung).toBe('ended')
  await expect.poll(async () => (await gone(workstation)).length).toBe(3)
  await expectRevived(workstation)

  await signal('SIGSTOP')
  await crash()
  await expect.poll(async () => (await gone(workstation)).length).toBe(4)
  await expectRevived(workstation)

  const { page, release } = await revivedPage(workstation, 'index.html')
  expect(await page.evaluate(() => globalThis.api.add(20, 22))).toBe(42)
  await release()
})

test('a second instance hands over and leaves; a hidden window prints; an unknown name throws', async ({
  launchWorkstation,
}) => {
  const workstation = await launchWorkstation({ appDir: TINY_APP })
  await mainWindow(workstation)
  const { app, userDataDir } = workstation

  const executable = await app.evaluate(() => process.execPath)
  const args = [TINY_APP, `--user-data-dir=${userDataDir}`, '--no-sandbox', '--second=yes']
  await promisify(execFile)(executable, args)
  await expect.poll(() => app.evaluate(() => globalThis.facts.secondArgv)).toEqual(['--second=yes'])

  const pdf = await app.evaluate(async ({ BrowserWindow }) => {
    const help = BrowserWindow.getAllWindows().find((each) => !each.isVisible())
    const bytes = await help?.webContents.printToPDF({ pageSize: 'A4', printBackground: true })
    return bytes?.toString('latin1', 0, 5)
  })
  expect(pdf).toBe('%PDF-')

  const refusal = await app.evaluate(({ BrowserWindow }) => {
    try {
      return String(Reflect.get(BrowserWindow.getAllWindows()[0] ?? {}, 'noSuchMember'))
    } catch (error) {
      return String(error)
    }
  })
  const expected = {
    standin: 'Error: stand-in: BrowserWindow.noSuchMember is not implemented',
    electron: 'undefined',
  }
  expect(refusal).toBe(expected[workstation.engine.kind])
})

test('no process stays behind', async ({ launchWorkstation }) => {
  test.skip(process.platform === 'win32', 'processes are listed with ps')
  const workstation = await launchWorkstation({ appDir: TINY_APP })
  await mainWindow(workstation)
  await workstation.close()

  await expect.poll(() => processesWith(workstation.userDataDir)).toEqual([])
})
