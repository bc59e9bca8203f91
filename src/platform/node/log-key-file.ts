import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { fail, ok, type Result } from '../../domain/result.ts'
import { fileErrorWords, syncFolder, writeFileAtomically } from './atomic-file.ts'
import type { SecretBox } from './device-identity.ts'
import { type LogKey, logKeySchema } from './encrypted-database.ts'
import type { LogProblem } from './log-problems.ts'

/** `next` is there only while the key is being changed: the database fits one of the two. */
export type LogKeys = { readonly current: LogKey; readonly next: LogKey | null }

const fileSchema = z.strictObject({
  v: z.literal(1),
  encryptedKey: z.base64(),
  encryptedNextKey: z.base64().nullable(),
})

/** The keys of the log, in a file of their own, encrypted for this account on this computer. */
export type LogKeyFile = {
  /** null: there is no such file. A damaged one is never replaced. */
  readonly read: () => Result<LogKeys | null, LogProblem>
  /** Safe against a power failure when it returns: what is encrypted with a key must not outlive it. */
  readonly write: (keys: LogKeys) => Result<null, LogProblem>
}

export const makeLogKey = (): LogKey => logKeySchema.parse(randomBytes(32).toString('hex'))

export function openLogKeyFile(file: string, box: SecretBox): LogKeyFile {
  const seal = (key: LogKey) => box.encrypt(key).toString('base64')
  const open = (text: string) => logKeySchema.parse(box.decrypt(Buffer.from(text, 'base64')))
  return {
    read: () => {
      if (!existsSync(file)) return ok(null)
      let text: string
      try {
        text = readFileSync(file, 'utf8')
      } catch (error) {
        return fail('log-key-unusable', unusable(file, fileErrorWords(error)))
      }
      const parsed = fileSchema.safeParse(parse(text))
      if (!parsed.success) return fail('log-key-unusable', unusable(file, 'it is damaged'))
      const { encryptedKey, encryptedNextKey } = parsed.data
      try {
        const next = encryptedNextKey === null ? null : open(encryptedNextKey)
        return ok({ current: open(encryptedKey), next })
      } catch {
        const why = 'this account on this computer cannot decrypt it'
        return fail('log-key-unusable', unusable(file, why))
      }
    },
    write: ({ current, next }) => {
      try {
        const encryptedNextKey = next === null ? null : seal(next)
        const content = { v: 1, encryptedKey: seal(current), encryptedNextKey }
        writeFileAtomically(file, `${JSON.stringify(content, null, 2)}\n`)
        syncFolder(dirname(file))
        return ok(null)
      } catch (error) {
        const message = `The key of the log cannot be kept in ${file}: ${fileErrorWords(error)}. Then start again. Nothing was changed and nothing is lost.`
        return fail('log-key-unwritable', message)
      }
    },
  }
}

const unusable = (file: string, why: string): string =>
  `The log is encrypted, and the file with its key, ${file}, cannot be used (${why}). Sign in with the account that Scanside was set up with, or restore this file from a backup of this computer. If neither can be done, keep the folder and call your IT: what was synced is at the hub. Nothing was changed.`

export const keyMissing = (file: string, log: string) =>
  fail(
    'log-key-missing',
    `The log ${log} is encrypted, and the file with its key, ${file}, is missing. Restore it from a backup of this computer. If there is none, keep the folder and call your IT: what was synced is at the hub. Nothing was changed.`,
  )

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
