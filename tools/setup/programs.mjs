// @ts-check
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * A program outside node_modules that a command or a test uses.
 * @typedef {object} Program
 * @property {string} env variable that names its path; the set-up fills it for every script it starts
 * @property {readonly string[]} names what it is called on PATH, best first
 * @property {readonly string[]} debian its packages on Debian
 * @property {string} [service] what Debian starts as soon as the package is there; tests start their own
 * @property {string} purpose what it is for, to finish the sentence "is used for …"
 * @property {readonly string[]} usedBy commands
 * @property {readonly string[]} neededBy the commands among them that cannot do without it
 * @property {string} elsewhere how to get it where apt-get is not to be had
 */

/** @typedef {'browser' | 'turnserver' | 'pdftoppm' | 'dsrdump' | 'storescp' | 'orthanc'} ProgramId */

/** @type {Readonly<Record<ProgramId, Program>>} */
export const programs = {
  browser: {
    env: 'SCANSIDE_CHROMIUM',
    names: [
      'chromium',
      'google-chrome-stable',
      'google-chrome',
      'chromium-browser',
      'microsoft-edge-stable',
      'microsoft-edge',
    ],
    debian: ['chromium', 'fonts-liberation'],
    purpose: 'the pages, the end-to-end tests and, without Electron, the workstation itself',
    usedBy: ['start', 'demo', 'test', 'bench'],
    neededBy: ['start', 'demo', 'bench'],
    elsewhere:
      'install Google Chrome, Chromium or Microsoft Edge, or set SCANSIDE_CHROMIUM to its executable',
  },
  turnserver: {
    env: 'SCANSIDE_TURNSERVER',
    names: ['turnserver'],
    debian: ['coturn'],
    service: 'coturn',
    purpose: 'testing calls through a TURN relay',
    usedBy: ['test'],
    neededBy: [],
    elsewhere: 'install coturn (macOS: brew install coturn) so that turnserver is on PATH',
  },
  pdftoppm: {
    env: 'SCANSIDE_PDFTOPPM',
    names: ['pdftoppm'],
    debian: ['poppler-utils'],
    purpose: 'looking at the pages of the record that is printed as PDF',
    usedBy: ['test', 'demo'],
    neededBy: [],
    elsewhere: 'install poppler (macOS: brew install poppler) so that pdftoppm is on PATH',
  },
  dsrdump: {
    env: 'SCANSIDE_DSRDUMP',
    names: ['dsrdump'],
    debian: ['dcmtk'],
    purpose: 'reading back the structured report of a record',
    usedBy: ['test'],
    neededBy: [],
    elsewhere: 'install DCMTK (macOS: brew install dcmtk) so that dsrdump is on PATH',
  },
  storescp: {
    env: 'SCANSIDE_STORESCP',
    names: ['storescp'],
    debian: ['dcmtk'],
    purpose: 'storing the structured report of a record as in an archive',
    usedBy: ['test'],
    neededBy: [],
    elsewhere: 'install DCMTK (macOS: brew install dcmtk) so that storescp is on PATH',
  },
  orthanc: {
    env: 'SCANSIDE_ORTHANC',
    names: ['Orthanc'],
    debian: ['orthanc'],
    service: 'orthanc',
    purpose: 'storing the structured report of a record in a real archive',
    usedBy: ['test'],
    neededBy: [],
    elsewhere: 'install Orthanc (https://www.orthanc-server.com) so that Orthanc is on PATH',
  },
}

/**
 * @param {ProgramId} id
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ ok: true, path: string } | { ok: false, message: string }} the message says what is missing, what it
 *   is for and how to get it: good as the note of a skipped test
 */
export function findProgram(id, env = process.env) {
  const program = programs[id]
  const named = env[program.env]
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return { ok: true, path: named }
    return {
      ok: false,
      message: `${program.env} is set to ${named}, which is not an executable file: correct or unset it`,
    }
  }
  const found = [...onPath(program.names, env), ...(id === 'browser' ? browserPlaces(env) : [])].find(
    isExecutable,
  )
  if (found !== undefined) return { ok: true, path: found }
  return {
    ok: false,
    message: `${program.names[0]} is not installed. It is used for ${program.purpose}. To get it: ${howToGet(id)}`,
  }
}

/**
 * @param {ProgramId} id
 * @returns {string} what to do about it on this machine
 */
function howToGet(id) {
  const { debian, elsewhere } = programs[id]
  return hasApt() ? `apt-get install ${debian.join(' ')} as root, or ${elsewhere}` : elsewhere
}

/** Whether this is a Debian or a relative of it. */
export function hasApt() {
  return process.platform === 'linux' && isExecutable('/usr/bin/apt-get')
}

/**
 * @param {readonly string[]} names
 * @param {NodeJS.ProcessEnv} env
 */
function onPath(names, env) {
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '')
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return names.flatMap((name) => folders.map((folder) => join(folder, name + suffix)))
}

/**
 * Where browsers are installed without being on PATH.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} [platform]
 * @returns {string[]}
 */
export function browserPlaces(env, platform = process.platform) {
  if (platform === 'win32') {
    const programs = ['Google\\Chrome', 'Chromium', 'Microsoft\\Edge']
    const executables = ['chrome.exe', 'chrome.exe', 'msedge.exe']
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
      const base = env[variable]
      if (base === undefined) return []
      return programs.map((program, index) => `${base}\\${program}\\Application\\${executables[index]}`)
    })
  }
  if (platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge']
    const home = env.HOME
    return ['', ...(home === undefined ? [] : [home])].flatMap((base) =>
      apps.map((app) => `${base}/Applications/${app}.app/Contents/MacOS/${app}`),
    )
  }
  // The snap comes last: its confinement keeps it from profiles in temporary folders.
  return [
    '/usr/lib/chromium/chromium',
    '/opt/google/chrome/chrome',
    '/opt/microsoft/msedge/msedge',
    '/snap/bin/chromium',
  ]
}

/** @param {string} file */
function isExecutable(file) {
  if (!existsSync(file)) return false
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
