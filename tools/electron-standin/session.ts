import { EventEmitter } from 'node:events'
import type {
  MediaAccessPermissionRequest,
  PermissionCheckHandlerHandlerDetails,
  PermissionRequest,
} from 'electron'
import type { PermissionAsk } from './page-worlds.ts'
import { protocol } from './protocol-handlers.ts'
import { notImplemented, strictClass, strictModule } from './refuse.ts'
import type { WebContents } from './web-contents.ts'

type RequestHandler = (
  webContents: WebContents,
  permission: PermissionAsk['permission'],
  callback: (granted: boolean) => void,
  details: PermissionRequest | MediaAccessPermissionRequest,
) => void

type CheckHandler = (
  webContents: WebContents | null,
  permission: 'media',
  requestingOrigin: string,
  details: PermissionCheckHandlerHandlerDetails,
) => boolean

function originOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0] ?? ''
}

/** Media permissions are decided by the app's handlers; Chromium itself grants them and refuses the rest. */
export class Session extends EventEmitter {
  readonly protocol = protocol
  #requestHandler: RequestHandler | null = null
  #checkHandler: CheckHandler | null = null

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.#requestHandler = handler
  }

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.#checkHandler = handler
  }

  /** Asks the app's handler; without one, Electron grants. */
  async decide(webContents: WebContents, ask: PermissionAsk, requestingUrl: string): Promise<boolean> {
    const securityOrigin = originOf(requestingUrl)
    if (ask.how === 'check') {
      const mediaType = ask.mediaTypes[0] ?? ('unknown' as const)
      const details = { requestingUrl, securityOrigin, isMainFrame: true, mediaType }
      return this.#checkHandler?.(webContents, 'media', securityOrigin, details) ?? true
    }
    const handler = this.#requestHandler
    if (handler === null) return true
    const details = {
      requestingUrl,
      isMainFrame: true,
      ...(ask.permission === 'media' && { securityOrigin, mediaTypes: [...ask.mediaTypes] }),
    }
    return new Promise((resolve) => handler(webContents, ask.permission, resolve, details))
  }
}
strictClass('Session', Session)

export const defaultSession = new Session()

export const session = strictModule('session', {
  defaultSession,
  fromPartition: (partition: string): never => notImplemented(`session.fromPartition('${partition}')`),
})
