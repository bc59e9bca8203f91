import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { handlerFor, urls } from './protocol-handlers.ts'

/**
 * A new window opens on this address, which answers 204: the page stays on its initial empty
 * document, so that there is no history entry, and Playwright reports the window at its first
 * real navigation, as with Electron.
 */
export const INITIAL_URL = 'http://init.standin.localhost/'
const INITIAL_HOST = new URL(INITIAL_URL).host

/** Headers that belong to the loopback hop, not to the app's request. */
const HOP_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'])

function requestFrom(incoming: IncomingMessage, url: string): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value === undefined || HOP_HEADERS.has(name)) continue
    const text = String(value)
    headers.set(name, name === 'origin' || name === 'referer' ? urls.fromLoopback(text) : text)
  }
  const method = incoming.method ?? 'GET'
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers })
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>
  return new Request(url, { method, headers, body: body as BodyInit, duplex: 'half' } as RequestInit)
}

function headersOf(response: Response): Record<string, string> {
  const headers = Object.fromEntries(response.headers)
  // The body is already decoded.
  delete headers['content-encoding']
  const policy = headers['content-security-policy']
  if (policy !== undefined) headers['content-security-policy'] = urls.rewritePolicy(policy)
  const origin = headers['access-control-allow-origin']
  if (origin !== undefined)
    headers['access-control-allow-origin'] = urls.toLoopback(origin).replace(/\/$/, '')
  return headers
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { host = '' } = incoming.headers
  if (host === INITIAL_HOST) {
    outgoing.writeHead(204).end()
    return
  }
  const url = urls.fromLoopback(`http://${host}${incoming.url ?? '/'}`)
  const handler = handlerFor(url)
  // Chromium asks for an icon only because the page seems to be http; the app must not see that.
  if (handler === undefined || incoming.url === '/favicon.ico') {
    outgoing.writeHead(404).end()
    return
  }
  const response = await handler(requestFrom(incoming, url))
  outgoing.writeHead(response.status, headersOf(response))
  if (response.body === null) {
    outgoing.end()
    return
  }
  Readable.fromWeb(response.body as ReadableStream<Uint8Array>)
    .on('error', () => outgoing.destroy())
    .pipe(outgoing)
}

/** Serves what `protocol.handle` handles, on a loopback port that only host-resolver-rules know. */
export async function startAppServer(): Promise<number> {
  const server = http.createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      console.error(error)
      if (!outgoing.headersSent) outgoing.writeHead(500)
      outgoing.end()
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return (server.address() as AddressInfo).port
}
