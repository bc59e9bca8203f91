import { ok, type Result } from '../../domain/result.ts'
import { fits, formOf, type LogKey } from './encrypted-database.ts'
import { copyBeside, removeLogCopies } from './log-copies.ts'
import { keyMissing, type LogKeyFile, makeLogKey } from './log-key-file.ts'
import { lockLog } from './log-lock.ts'
import { type LogProblem, problemOf } from './log-problems.ts'
import { removeCopy, type TranscriptStep, transcribeLog } from './log-transcript.ts'

export type LogFiles = { readonly log: string; readonly key: string }

/** For the application log, and where a test ends the process. */
export type SettlingStep =
  | TranscriptStep
  | 'log-key-made'
  | 'log-encrypted'
  | 'log-key-proposed'
  | 'log-copy-removed'
  | 'log-key-changed'
  | 'log-key-change-undone'
type Tell = (step: SettlingStep) => void

/**
 * Finds the key that the log is to be opened with, and brings to an end what was interrupted. Makes the key at the
 * first start; encrypts the log of a version that did not. Only for whoever holds the lock.
 */
export function settleLogKey(files: LogFiles, keys: LogKeyFile, tell: Tell): Result<LogKey, LogProblem> {
  const kept = keys.read()
  if (!kept.ok) return kept
  const form = formOf(files.log)
  if (form === 'unknown') {
    const detail = 'it does not begin as a log does'
    return { ok: false, error: problemOf('database-corrupt', files.log, detail) }
  }
  if (kept.value === null) {
    if (form === 'encrypted') return keyMissing(files.key, files.log)
    const current = makeLogKey()
    const written = keys.write({ current, next: null })
    if (!written.ok) return written
    tell('log-key-made')
    return form === 'plain' ? encrypt(files, current, tell) : ok(current)
  }
  const { current, next } = kept.value
  if (form === 'plain') return encrypt(files, current, tell)
  if (form === 'absent' || next === null) return ok(current)
  if (fits(files.log, next)) {
    // Until then both keys are kept: of the log there must be no copy that nothing can open.
    return removeLogCopies(files.log) ? confirm(keys, next, 'log-key-changed', tell) : ok(next)
  }
  // With neither, both are kept: whoever restores the right database finds its key.
  if (!fits(files.log, current)) return ok(current)
  removeCopy(files.log)
  return confirm(keys, current, 'log-key-change-undone', tell)
}

/**
 * Changes the key of a log that nobody uses. At every moment the key that the database needs is in the key file; what
 * a dying process leaves half done the next start finds and settles.
 */
export function changeLogKey(files: LogFiles, keys: LogKeyFile, tell: Tell): Result<null, LogProblem> {
  const lock = lockLog(files.log)
  if (!lock.ok) return lock
  try {
    if (formOf(files.log) === 'absent') {
      return { ok: false, error: problemOf('cannot-open', files.log, 'there is no log yet') }
    }
    const current = settleLogKey(files, keys, tell)
    if (!current.ok) return current
    const next = makeLogKey()
    const proposed = keys.write({ current: current.value, next })
    if (!proposed.ok) return proposed
    tell('log-key-proposed')
    const transcribed = transcribeLog(files.log, current.value, next, tell)
    if (!transcribed.ok) return transcribed
    if (!removeLogCopies(files.log)) return { ok: false, error: copyInTheWay(files.log) }
    tell('log-copy-removed')
    const confirmed = confirm(keys, next, 'log-key-changed', tell)
    return confirmed.ok ? ok(null) : confirmed
  } finally {
    lock.value.release()
  }
}

const copyInTheWay = (log: string): LogProblem => ({
  kind: 'cannot-open',
  message: `The log ${log} has its new key, but the copy ${copyBeside(log)}, which has the old one, cannot be removed. Remove it, then start Scanside.`,
})

function encrypt({ log }: LogFiles, key: LogKey, tell: Tell): Result<LogKey, LogProblem> {
  const transcribed = transcribeLog(log, null, key, tell)
  if (!transcribed.ok) return transcribed
  tell('log-encrypted')
  return ok(key)
}

function confirm(
  keys: LogKeyFile,
  current: LogKey,
  step: 'log-key-changed' | 'log-key-change-undone',
  tell: Tell,
): Result<LogKey, LogProblem> {
  const written = keys.write({ current, next: null })
  if (!written.ok) return written
  tell(step)
  return ok(current)
}
