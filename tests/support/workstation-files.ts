import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from '../../src/domain/log/entry.ts'
import { openEncrypted } from '../../src/platform/node/encrypted-database.ts'
import { logKeyOf } from './log-keys.ts'

/** The workstation's log as it is on disk, one text for each entry; the app may be running or dead. */
export function logLines(userDataDir: string): readonly string[] {
  const db = openEncrypted(join(userDataDir, 'log.sqlite'), logKeyOf(userDataDir), { readonly: true })
  try {
    return db.prepare('SELECT entry FROM log ORDER BY seq').pluck().all() as string[]
  } finally {
    db.close()
  }
}

export const logEntries = (userDataDir: string): readonly LogEntry[] =>
  logLines(userDataDir).map((line): LogEntry => JSON.parse(line))

/** The hub's public key as this workstation pinned it at its enrolment. */
export function pinnedHubKey(userDataDir: string): string {
  const { enrolment } = JSON.parse(readFileSync(join(userDataDir, 'device.json'), 'utf8'))
  return enrolment.hubPublicKey
}

export type Verdict = { readonly exitCode: number; readonly words: string }

/** What the verifier says that was written in Python from docs/log-format.md alone; null without Python 3. */
export function verifyInPython(file: string): Promise<Verdict | null> {
  const program = join(import.meta.dirname, 'verify_log.py')
  return new Promise((resolve, reject) => {
    execFile('python3', [program, file], (error, stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, words: stdout + stderr })
      else if (error.code === 'ENOENT') resolve(null)
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, words: stdout + stderr })
      else reject(error)
    })
  })
}

/** What `npm run verify` says about a file. */
export function verifyFile(file: string, ...options: readonly string[]): Promise<Verdict> {
  const verifier = join(import.meta.dirname, '..', '..', 'tools', 'verify.ts')
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [verifier, file, ...options], (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code
      if (typeof exitCode === 'number') resolve({ exitCode, words: stdout + stderr })
      else reject(error)
    })
  })
}
