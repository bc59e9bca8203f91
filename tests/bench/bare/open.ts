import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import type {} from './page.ts'

/** Two pages and a bare Socket.IO server in a process of its own: what the product is measured beside. */
export type Bare = {
  /** To the server and back, ms. */
  readonly echo: () => Promise<number>
  /** From a click on one page to a red sheet painted on the other, ms. */
  readonly press: () => Promise<number>
  /** To the first picture presented at the other page: from closed cameras, and from the call itself, ms. */
  readonly call: () => Promise<{ readonly fromNothingMs: number; readonly fromCallMs: number }>
  readonly close: () => Promise<void>
}

export async function openBare(browser: Browser): Promise<Bare> {
  const server = spawn(process.execPath, [fileURLToPath(new URL('server.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // Each in a window of its own: of two tabs in one, only that in front paints.
  const contexts: BrowserContext[] = []
  const close = async () => {
    for (const context of contexts) await context.close().catch(() => undefined)
    await end(server)
  }
  try {
    const origin = `http://localhost:${await portOf(server)}/`
    const [first, second] = [await open(origin), await open(origin)]
    return {
      echo: () => first.evaluate(() => window.bare.echo()),
      press: async () => {
        await first.getByRole('button').click()
        const paintedAtMs = await second.evaluate(() => window.bare.paintedAtMs())
        const clickedAtMs = await first.evaluate(() => window.bare.clickedAtMs())
        await second.evaluate(() => window.bare.calm())
        return paintedAtMs - clickedAtMs
      },
      call: async () => {
        const pages = [first, second]
        const beganAtMs = await first.evaluate(() => window.bare.now())
        await Promise.all(pages.map((page) => page.evaluate(() => window.bare.openCamera())))
        const calledAtMs = await first.evaluate(() => window.bare.call())
        const presentedAtMs = await second.evaluate(() => window.bare.presentedAtMs())
        for (const page of pages) await page.evaluate(() => window.bare.hangUp())
        // An open camera costs time that is not to be taken from what is measured next.
        for (const page of pages) await page.evaluate(() => window.bare.closeCamera())
        return { fromNothingMs: presentedAtMs - beganAtMs, fromCallMs: presentedAtMs - calledAtMs }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }

  async function open(origin: string): Promise<Page> {
    const context = await browser.newContext({ permissions: ['camera', 'microphone'] })
    contexts.push(context)
    const page = await context.newPage()
    await page.goto(origin)
    await page.evaluate(() => window.bare.connected())
    return page
  }
}

function portOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    server.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const found = /listening on (\d+)/.exec(text)
      if (found) resolve(Number(found[1]))
    })
    server.once('exit', (code) => reject(new Error(`the bare server ended with ${code}`)))
  })
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGTERM')
  await exited
}
