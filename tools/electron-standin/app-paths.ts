import os from 'node:os'
import path from 'node:path'

export interface PathFacts {
  readonly appName: string
  readonly execPath: string
  /** `--user-data-dir`, where given. */
  readonly userDataSwitch: string | undefined
  readonly platform: NodeJS.Platform
  readonly env: NodeJS.ProcessEnv
}

function appDataDir({ platform, env }: PathFacts, home: string): string {
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support')
  if (platform === 'win32') return env.APPDATA ?? path.join(home, 'AppData', 'Roaming')
  return env.XDG_CONFIG_HOME || path.join(home, '.config')
}

/** Electron's default for each name that `app.getPath` knows; undefined for an unknown one. */
export function defaultPath(
  name: string,
  facts: PathFacts,
  resolve: (name: string) => string,
): string | undefined {
  const home = os.homedir()
  switch (name) {
    case 'home':
      return home
    case 'appData':
      return appDataDir(facts, home)
    case 'userData':
      return facts.userDataSwitch || path.join(resolve('appData'), facts.appName)
    case 'sessionData':
      return resolve('userData')
    case 'temp':
      return os.tmpdir()
    case 'exe':
    case 'module':
      return facts.execPath
    case 'assets':
      return path.dirname(facts.execPath)
    case 'logs':
      return path.join(resolve('userData'), 'logs')
    case 'crashDumps':
      return path.join(resolve('userData'), 'Crashpad')
    case 'desktop':
    case 'documents':
    case 'downloads':
    case 'music':
    case 'pictures':
    case 'videos':
      return path.join(home, `${name[0]?.toUpperCase()}${name.slice(1)}`)
    default:
      return undefined
  }
}
