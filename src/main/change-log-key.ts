import type { SecretBox } from '../platform/node/device-identity.ts'
import { openLogKeyFile } from '../platform/node/log-key-file.ts'
import { changeLogKey } from '../platform/node/log-settling.ts'
import type { GroundFiles } from './open-log.ts'
import type { AppLog } from './ports.ts'

/** The switch with which IT starts Scanside to change the log's key instead of working. */
export const changeKeySwitch = 'change-log-key'

export const isRunningWords =
  'Scanside is running: quit it (the tray’s menu), then change the key of its log. Nothing was changed.'

/** @returns the exit code, and what to say where somebody reads */
export function changeKey(
  files: GroundFiles,
  box: SecretBox,
  log: AppLog,
): { readonly code: 0 | 1; readonly words: string } {
  if (!box.available()) {
    const words = 'This account has no working key store, so no key can be kept. Nothing was changed.'
    log('error', 'log-key-not-changed', { kind: 'no-key-store', message: words })
    return { code: 1, words }
  }
  const changed = changeLogKey(files, openLogKeyFile(files.key, box), (step) => log('info', step))
  if (changed.ok) return { code: 0, words: `The log ${files.log} has a new key.` }
  log('error', 'log-key-not-changed', { ...changed.error })
  return { code: 1, words: changed.error.message }
}
