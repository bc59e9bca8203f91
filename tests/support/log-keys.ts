import { join } from 'node:path'
import type { SecretBox } from '../../src/platform/node/device-identity.ts'
import type { LogKey } from '../../src/platform/node/encrypted-database.ts'
import { openLogKeyFile } from '../../src/platform/node/log-key-file.ts'

/** The keys of logs that workstations of this process have written, by data folder. */
const known = new Map<string, LogKey>()

export function rememberLogKey(userDataDir: string, key: LogKey): void {
  known.set(userDataDir, key)
}

/** @throws if no workstation was launched on this folder by this process */
export function logKeyOf(userDataDir: string): LogKey {
  const key = known.get(userDataDir)
  if (key === undefined) throw new Error(`The key of the log in ${userDataDir} is not known here`)
  return key
}

/** A copy of a data folder has the key of what it was copied from. */
export function shareLogKey(from: string, to: string): void {
  const key = known.get(from)
  if (key !== undefined) known.set(to, key)
}

/** The key of a folder's log, by the box that it was kept in. */
export function readLogKey(userDataDir: string, box: SecretBox): LogKey {
  const keys = openLogKeyFile(join(userDataDir, 'log.key'), box).read()
  if (!keys.ok) throw new Error(keys.error.message)
  if (keys.value === null) throw new Error(`There is no key in ${userDataDir}`)
  return keys.value.current
}
