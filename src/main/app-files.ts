import { extname, join, normalize, sep } from 'node:path'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'

/** The origin of our pages. Nothing else is loaded, and nobody else may speak to the main process. */
export const appOrigin = 'app://scanside'

/** Our own files and nothing else; media and peers need no entry here. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const typeByExtension: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.woff2': 'font/woff2',
}

export type AppFile = { readonly path: string; readonly type: string }

/** The file behind an `app://scanside/…` address, or why there is none. Never a path outside of `root`. */
export function resolveAppFile(
  root: string,
  address: string,
): Result<AppFile, Problem<'not-ours' | 'not-served'>> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || `${url.protocol}//${url.host}` !== appOrigin) {
    return fail('not-ours', `${address} is not of ${appOrigin}`)
  }
  let name: string
  try {
    name = decodeURIComponent(url.pathname)
  } catch {
    return fail('not-served', `${address} is not properly encoded`)
  }
  const path = normalize(join(root, name))
  const type = typeByExtension[extname(path)]
  const isInside = path.startsWith(normalize(root) + sep)
  if (!isInside || name.includes('\0') || name.includes('\\')) {
    return fail('not-served', `${address} lies outside of the app`)
  }
  if (type === undefined) return fail('not-served', `${address} is of no type that the app has`)
  return ok({ path, type })
}

/** Whether an address (of a frame, of a navigation) is one of our pages. */
export function isAppAddress(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url !== undefined && `${url.protocol}//${url.host}` === appOrigin
}
