import fs from 'node:fs'
import path from 'node:path'
import { buildStandin } from './electron-standin/build.ts'
import { findChromium } from './electron-standin/chromium.ts'
import { electronIsHere, tryElectron } from './setup/electron.mjs'
import { findProgram } from './setup/programs.mjs'

/** Which Electron runs the app on this machine. */
export interface ElectronRuntime {
  readonly kind: 'electron' | 'standin'
  readonly executable: string
  /** For a person: "Electron 45.4.1", or what the stand-in is made of. */
  readonly describe: string
}

const PROJECT_DIR = path.join(import.meta.dirname, '..')
const ELECTRON_DIR = path.join(PROJECT_DIR, 'node_modules', 'electron')

function electronVersion(): string {
  const manifest = fs.readFileSync(path.join(ELECTRON_DIR, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function realElectron(): ElectronRuntime {
  const relative = fs.readFileSync(path.join(ELECTRON_DIR, 'path.txt'), 'utf8').trim()
  const executable = path.join(ELECTRON_DIR, 'dist', relative)
  return { kind: 'electron', executable, describe: `Electron ${electronVersion()}` }
}

/** What the set-up found, or was told to use, where the stand-in is not told otherwise. */
function chromiumOfTheSetUp(): string {
  if (process.env.STANDIN_CHROMIUM === undefined) {
    const browser = findProgram('browser')
    if (browser.ok) process.env.STANDIN_CHROMIUM = browser.path
  }
  return findChromium()
}

async function standin(): Promise<ElectronRuntime> {
  const chromium = chromiumOfTheSetUp()
  const { executable } = await buildStandin()
  const describe = `the stand-in for Electron ${electronVersion()} (Node ${process.versions.node}, ${chromium})`
  return { kind: 'standin', executable, describe }
}

/**
 * Real Electron when its binary is there or can be had (one attempt, remembered), else the stand-in.
 * `SCANSIDE_ELECTRON=electron` or `=standin` forces one; throws one line saying what to do when it cannot.
 */
export async function findElectron(): Promise<ElectronRuntime> {
  const forced = process.env.SCANSIDE_ELECTRON ?? ''
  if (!['', 'electron', 'standin'].includes(forced)) {
    throw new Error(`SCANSIDE_ELECTRON must be "electron" or "standin", not "${forced}"`)
  }
  if (forced === 'standin') return standin()
  if (electronIsHere(PROJECT_DIR) || (await tryElectron(PROJECT_DIR))) return realElectron()
  if (forced === 'electron') {
    throw new Error('Electron is not installed. Run: node node_modules/electron/install.js')
  }
  return standin()
}

if (import.meta.main) {
  try {
    console.log(JSON.stringify(await findElectron(), null, 2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
