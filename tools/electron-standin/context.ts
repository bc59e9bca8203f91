import type { Chromium } from './cdp.ts'

/** The parts of an app's package.json that Electron reads. */
export interface Manifest {
  readonly name?: string
  readonly productName?: string
  readonly version?: string
  readonly main?: string
  readonly type?: string
}

/** What boot.ts found out about this process; one process runs one app. */
export const context: {
  execPath: string
  /** The Node that runs all this, hidden from the app behind `execPath`. */
  nodePath: string
  distDir: string
  appPath: string
  manifest: Manifest
  headless: boolean
  chromium: Chromium | undefined
  /** The window that Chromium opened by itself without tabs, until the first BrowserWindow takes it. */
  spareTargetId: string | undefined
  readonly switches: Map<string, string>
} = {
  execPath: '',
  nodePath: '',
  distDir: '',
  appPath: '',
  manifest: {},
  headless: true,
  chromium: undefined,
  spareTargetId: undefined,
  switches: new Map(),
}

export function chromium(): Chromium {
  if (context.chromium === undefined) throw new Error('stand-in: Chromium is not running yet')
  return context.chromium
}

/** Records a switch for Chromium; feature lists add up instead of replacing one another. */
export function appendSwitch(name: string, value: string): void {
  const key = name.replace(/^--/, '')
  const known = context.switches.get(key)
  const merges = /^(?:en|dis)able-features$/.test(key) && known !== undefined && known !== ''
  context.switches.set(key, merges ? `${known},${value}` : value)
}
