import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { appOrigin, contentSecurityPolicy, resolveAppFile } from '../app-files.ts'

/** Before the app is ready. A standard, secure scheme: pages get cameras, storage and a proper origin. */
export function registerAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }])
}

/** Pages to print are text of ours that holds patient data: served from memory, once, without scripts. */
const printPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"

export type AppProtocol = {
  /** Makes a page readable once, by the one who knows its address. */
  readonly offerOnce: (html: string) => string
}

/** Serves the built pages and nothing else. */
export function serveApp(root: string): AppProtocol {
  const offered = new Map<string, string>()

  protocol.handle('app', async (request) => {
    const once = offered.get(request.url)
    if (once !== undefined) {
      offered.delete(request.url)
      return answer(200, once, 'text/html; charset=utf-8', printPolicy)
    }
    const found = request.method === 'GET' ? resolveAppFile(root, request.url) : undefined
    if (!found?.ok) return answer(404, 'not found', 'text/plain')
    try {
      return answer(200, await readFile(found.value.path), found.value.type)
    } catch {
      return answer(404, 'not found', 'text/plain')
    }
  })

  return {
    offerOnce: (html) => {
      const address = `${appOrigin}/print/${randomUUID()}`
      offered.set(address, html)
      return address
    },
  }
}

function answer(
  status: number,
  body: string | Buffer<ArrayBuffer>,
  type: string,
  policy = contentSecurityPolicy,
): Response {
  return new Response(body, {
    status,
    headers: {
      'content-type': type,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  })
}
