// @ts-check
import { findProgram } from './programs.mjs'

/**
 * The Chromium, Chrome or Edge that the tests and the demo drive: the one that the set-up chose, else the first found.
 * @returns {string} path of its executable
 */
export function findBrowser() {
  const found = findProgram('browser')
  if (!found.ok) throw new Error(found.message)
  return found.path
}

/**
 * Command line switches for a browser that a test drives: no traffic of its own, and a synthetic camera and
 * microphone that need no permission.
 * @returns {string[]}
 */
export function browserArgs() {
  return [
    // Chromium's sandbox refuses to run as root, which is what containers are.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ]
}
