import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkExport } from '../../src/domain/log/check-export.ts'
import { isNoDatabase, type LogKey, openEncrypted } from '../../src/platform/node/encrypted-database.ts'
import { exportChecks } from '../../src/platform/node/export-checks.ts'
import { openLogKeyFile } from '../../src/platform/node/log-key-file.ts'
import { openBox } from '../integration/workstation/kit.ts'
import type { Acknowledged } from './writer.ts'

/** What a workstation keeps of its log; not the lock, and not what SQLite makes anew at each start. */
const kept = /^(log\.sqlite(-wal|-journal|\.new.*)?|log\..*|device\.json|policy\.json)$/
const isKept = (name: string) => kept.test(name) && !name.endsWith('.lock') && !name.endsWith('-shm')

/** A copy of a dead workstation's files, as they lie there. */
export async function copyOf(
  folder: string,
): Promise<{ readonly folder: string; readonly remove: () => void }> {
  const copy = mkdtempSync(join(tmpdir(), 'scanside-faults-copy-'))
  await Promise.all(
    readdirSync(folder)
      .filter(isKept)
      .map((name) => copyFile(join(folder, name), join(copy, name))),
  )
  return { folder: copy, remove: () => rmSync(copy, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Every entry of a log, read by a reader that shares no code with the store; from a copy, so that nothing is mended. */
export async function readLog(folder: string): Promise<readonly string[]> {
  const copy = await copyOf(folder)
  try {
    const file = join(copy.folder, 'log.sqlite')
    if (!existsSync(file) || readFileSync(file).length === 0) return []
    for (const key of keysIn(copy.folder)) {
      const texts = textsIn(file, key)
      if (texts !== null) return texts
    }
    throw new Error('no key of the key file opens the log')
  } finally {
    copy.remove()
  }
}

function keysIn(folder: string): readonly LogKey[] {
  const keys = openLogKeyFile(join(folder, 'log.key'), openBox).read()
  if (!keys.ok) throw new Error(keys.error.message)
  return [keys.value?.current, keys.value?.next].filter((key) => key !== undefined && key !== null)
}

function textsIn(file: string, key: LogKey): readonly string[] | null {
  const db = openEncrypted(file, key)
  try {
    const tables = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'log'").pluck().get()
    return tables === 0 ? [] : db.prepare<[], string>('SELECT entry FROM log ORDER BY seq').pluck().all()
  } catch (error) {
    if (isNoDatabase(error)) return null
    throw error
  } finally {
    db.close()
  }
}

/** Everything that is wrong with a log, in words: its chain, and what was acknowledged and is not there once. */
export function faultsOf(
  texts: readonly string[],
  acknowledged: Acknowledged,
  where: string,
): readonly string[] {
  const faults: string[] = []
  if (texts.length > 0) {
    const report = checkExport(texts, exportChecks())
    if (!report.ok) faults.push(`${where}: ${report.fault.message}`)
  }
  const times = new Map<number, number>()
  const hashes = new Map<number, string>()
  for (const text of texts) {
    const { seq, hash } = JSON.parse(text)
    times.set(seq, (times.get(seq) ?? 0) + 1)
    hashes.set(seq, hash)
  }
  const missing = [...acknowledged].filter(([seq, hash]) => hashes.get(seq) !== hash)
  if (missing.length > 0) {
    const seqs = missing.map(([seq]) => seq)
    faults.push(
      `${where}: ${missing.length} acknowledged entries are missing or others, the first is ${Math.min(...seqs)}`,
    )
  }
  const doubled = [...times].filter(([, count]) => count > 1)
  if (doubled.length > 0) faults.push(`${where}: ${doubled.length} entries are there more than once`)
  return faults
}
