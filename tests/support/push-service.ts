import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from '@playwright/test'
import { selfSigned } from './certificate.ts'
import { pushBrowser } from './push-browser.ts'

/** The push service of a browser's maker, on this computer: the hub reaches it over TLS and is told of it in its file. */
export type FakePushService = {
  readonly pagersFile: string
  /** Pages that are opened from now on get their subscription here; all else of the browser stays its own. */
  readonly standInFor: (context: BrowserContext) => Promise<void>
  /** The next message, as the browser reads it. */
  readonly next: () => Promise<unknown>
  readonly close: () => Promise<void>
}

export async function fakePushService(): Promise<FakePushService> {
  const folder = mkdtempSync(join(tmpdir(), 'scanside-push-'))
  const files = selfSigned(folder)
  const [cert, key] = [readFileSync(files.cert, 'utf8'), readFileSync(files.key, 'utf8')]
  const browser = pushBrowser()
  const taken: unknown[] = []
  const waiting: ((message: unknown) => void)[] = []
  const server = createServer({ cert, key }, (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      response.writeHead(201).end()
      const message = browser.read(Buffer.concat(parts))
      const wake = waiting.shift()
      if (wake === undefined) taken.push(message)
      else wake(message)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `localhost:${(server.address() as AddressInfo).port}`
  const pagersFile = join(folder, 'pagers.json')
  writeFileSync(pagersFile, JSON.stringify({ webPush: { services: [host], ca: cert } }), { mode: 0o600 })
  return {
    pagersFile,
    standInFor: async (context) => {
      await context.addInitScript(installSubscriptions, {
        endpoint: `https://${host}/one`,
        keys: browser.keys,
      })
    },
    next: async () => taken.shift() ?? new Promise((resolve) => waiting.push(resolve)),
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs in the page. What is subscribed outlives a reload, as in a browser. */
function installSubscriptions(given: {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
}): void {
  const place = 'test.push-key'
  const bytesOf = (text: string) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)).buffer
  const now = () => {
    const key = localStorage.getItem(place)
    if (key === null) return null
    return {
      ...given,
      options: { userVisibleOnly: true, applicationServerKey: bytesOf(key) },
      toJSON: () => given,
      unsubscribe: async () => {
        localStorage.removeItem(place)
        return true
      },
    }
  }
  Object.assign(PushManager.prototype, {
    getSubscription: async () => now(),
    subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
      localStorage.setItem(place, applicationServerKey)
      return now()
    },
  })
}
