import fs from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { handlerFor } from './protocol-handlers.ts'
import { notImplemented, strictModule } from './refuse.ts'

const MIME_TYPE_BY_EXTENSION: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.txt': 'text/plain',
}

function fetchFile(url: string): Response {
  const file = fileURLToPath(url.replace(/[?#].*$/, ''))
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile()) throw new Error('net::ERR_FILE_NOT_FOUND')
  const type = MIME_TYPE_BY_EXTENSION[path.extname(file).toLowerCase()] ?? 'application/octet-stream'
  return new Response(Readable.toWeb(fs.createReadStream(file)) as unknown as BodyInit, {
    headers: { 'content-type': type, 'content-length': String(stat.size) },
  })
}

type FetchInit = RequestInit & { readonly bypassCustomProtocolHandlers?: boolean }

/** `net.fetch` for files, the app's own schemes and http; Node's certificates, not the browser's. */
async function netFetch(input: string | Request, init: FetchInit = {}): Promise<Response> {
  const url = typeof input === 'string' ? input : input.url
  const { bypassCustomProtocolHandlers = false, ...rest } = init
  if (url.startsWith('file:')) return fetchFile(url)
  if (/^https?:/.test(url)) return fetch(input, rest)
  const handler = bypassCustomProtocolHandlers ? undefined : handlerFor(url)
  return handler ? handler(new Request(input, rest)) : notImplemented(`net.fetch of ${url}`)
}

export const net = strictModule('net', { fetch: netFetch })
