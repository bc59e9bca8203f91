import type { CustomScheme, Privileges } from 'electron'
import { type AppUrls, appUrls } from './app-urls.ts'
import { notImplemented, strictModule } from './refuse.ts'

export type ProtocolHandler = (request: Request) => Response | Promise<Response>

const privilegesByScheme = new Map<string, Privileges>()
const handlerByScheme = new Map<string, ProtocolHandler>()

export const urls: AppUrls = appUrls((scheme) => privilegesByScheme.has(scheme))

export function customSchemes(): string[] {
  return [...privilegesByScheme.keys()]
}

export function handlerFor(url: string): ProtocolHandler | undefined {
  return handlerByScheme.get(url.slice(0, url.indexOf(':')))
}

export const protocol = strictModule('protocol', {
  registerSchemesAsPrivileged(schemes: CustomScheme[]): void {
    for (const { scheme, privileges } of schemes) privilegesByScheme.set(scheme, privileges ?? {})
  },

  handle(scheme: string, handler: ProtocolHandler): void {
    if (!privilegesByScheme.has(scheme)) notImplemented(`protocol.handle('${scheme}') without privileges`)
    if (handlerByScheme.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
    handlerByScheme.set(scheme, handler)
  },

  unhandle(scheme: string): void {
    handlerByScheme.delete(scheme)
  },

  isProtocolHandled(scheme: string): boolean {
    return handlerByScheme.has(scheme)
  },
} satisfies Partial<Electron.Protocol>)
