import type { Problem } from '../domain/result.ts'
import {
  type DeviceIdentity,
  openDeviceIdentity,
  type SecretBox,
  temporaryIdentity,
} from '../platform/node/device-identity.ts'
import { openLogStore } from '../platform/node/log-store.ts'
import type { LogStore } from '../platform/node/log-store-types.ts'
import { createMemoryLog } from '../platform/node/memory-log.ts'

/** Who this device is and where its log goes. `problem` says why the log ends with the process, if it does. */
export type Ground = {
  readonly identity: DeviceIdentity
  readonly store: LogStore
  readonly problem: Problem | null
}

/**
 * Never fails: the help button must work whatever is wrong with the files. What cannot be opened is left as it is,
 * and the log goes to memory.
 */
export function openGround(files: { identity: string; log: string }, box: SecretBox): Ground {
  const identity = openDeviceIdentity(files.identity, box)
  if (!identity.ok) return inMemory(temporaryIdentity(), identity.error)
  const store = openLogStore(files.log)
  if (!store.ok) return inMemory(identity.value, store.error)
  const writer = store.value.entries(1, 1)[0]?.device
  if (writer !== undefined && writer !== identity.value.deviceId) {
    store.value.close()
    return inMemory(identity.value, anotherDevice(files.log, writer, identity.value.deviceId))
  }
  return { identity: identity.value, store: store.value, problem: null }
}

const inMemory = (identity: DeviceIdentity, problem: Problem): Ground => ({
  identity,
  store: createMemoryLog(problem),
  problem,
})

const anotherDevice = (file: string, writer: string, self: string): Problem => ({
  kind: 'log-of-another-device',
  message: `The log ${file} was written by the device ${writer}, and this one is ${self}. Restore the device identity that belongs to it, or move the log to a safe place. Nothing was changed.`,
})
