import { existsSync } from 'node:fs'

/** Chromium's own features that cost start-up time or show things that no Electron window has. */
const UNWANTED_FEATURES = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'Translate',
  'MediaRouter',
  'OptimizationHints',
  'AimEnabled',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'GlobalMediaControls',
  'WebRtcHideLocalIpsWithMdns',
]

const ALWAYS = [
  'remote-debugging-pipe',
  'no-first-run',
  'no-default-browser-check',
  'disable-extensions',
  'disable-sync',
  'disable-component-update',
  'disable-background-networking',
  'disable-default-apps',
  'disable-breakpad',
  'disable-component-extensions-with-background-pages',
  'disable-search-engine-choice-screen',
  'disable-infobars',
  'disable-popup-blocking',
  'disable-hang-monitor',
  'disable-quic',
  // Pages are never throttled, as in a window with backgroundThrottling off.
  'disable-background-timer-throttling',
  'disable-backgrounding-occluded-windows',
  'disable-renderer-backgrounding',
  'use-mock-keychain',
]

export interface ChromiumSetup {
  readonly profileDir: string
  readonly headless: boolean
  readonly asRoot: boolean
  readonly appPort: number
  /** Privileged schemes, each served by the loopback server under `*.<scheme>.localhost`. */
  readonly schemes: readonly string[]
  /** Address of the first window, opened without tabs or address bar; undefined opens none. */
  readonly appWindowUrl: string | undefined
}

function mergedFeatures(given: string | undefined, more: readonly string[]): string {
  return [...new Set([...(given ?? '').split(',').filter((name) => name !== ''), ...more])].join(',')
}

/** Chromium's command line: the app's own switches, plus what makes it behave as Electron's half. */
export function chromiumArgs(appSwitches: ReadonlyMap<string, string>, setup: ChromiumSetup): string[] {
  const switches = new Map(appSwitches)
  for (const name of ALWAYS) switches.set(name, '')
  switches.set('password-store', 'basic')
  switches.set('user-data-dir', setup.profileDir)
  // Electron's default for every window.
  if (!switches.has('autoplay-policy')) switches.set('autoplay-policy', 'no-user-gesture-required')
  // Chromium heeds only the last such flag, so what the app and Playwright ask for is merged here.
  switches.set('disable-features', mergedFeatures(switches.get('disable-features'), UNWANTED_FEATURES))
  const mappings = setup.schemes.map((scheme) => `MAP *.${scheme}.localhost 127.0.0.1:${setup.appPort}`)
  const rules = [switches.get('host-resolver-rules') ?? '', ...mappings].filter((rule) => rule !== '')
  switches.set('host-resolver-rules', rules.join(','))
  if (setup.headless) for (const name of ['headless', 'disable-gpu', 'mute-audio']) switches.set(name, '')
  if (setup.asRoot) switches.set('no-sandbox', '')
  if (setup.appWindowUrl === undefined) switches.set('no-startup-window', '')
  else {
    switches.set('app', setup.appWindowUrl)
    // Hides the warning bar that --no-sandbox would put on top of the window.
    switches.set('test-type', '')
  }
  return [...switches].map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`))
}

const USUAL_PLACES = [
  // Debian's wrapper at /usr/bin/chromium costs a shell; the binary behind it does not.
  '/usr/lib/chromium/chromium',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The Chromium to run: `STANDIN_CHROMIUM`, else the first of the usual places that exists. */
export function findChromium(
  env: NodeJS.ProcessEnv = process.env,
  exists: (file: string) => boolean = existsSync,
): string {
  const named = env.STANDIN_CHROMIUM
  if (named !== undefined && named !== '') {
    if (exists(named)) return named
    throw new Error(`stand-in: STANDIN_CHROMIUM names ${named}, which does not exist`)
  }
  const found = USUAL_PLACES.find(exists)
  if (found !== undefined) return found
  throw new Error(
    'stand-in: no Chromium found. Install it (Debian, Ubuntu: apt-get install chromium) or set STANDIN_CHROMIUM to its executable.',
  )
}
