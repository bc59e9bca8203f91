import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { testSite } from '../../support/site.ts'
import { later } from '../../support/undo.ts'
import { offlineRoom } from './kit.ts'

export const [{ patientName, patientId, accession } = { patientName: '', patientId: '', accession: '' }] =
  testSite().worklist
const magic = 'SQLite format 3'
/** It holds nothing, and is a database only so that the operating system locks it. */
const isLock = (name: string) => name.endsWith('.lock')

/** What of the patients somebody can read who has this folder and no key: file and words. */
export function readable(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.flatMap((name) => {
    const file = join(folder, name)
    if (!statSync(file).isFile() || isLock(name)) return []
    const bytes = readFileSync(file)
    return [patientName, patientId, accession, magic, 'help-pressed']
      .filter((words) => bytes.includes(words))
      .map((words) => `${name}: ${words}`)
  })
}

/** A room whose last process was killed while a patient was injected; its WAL has the most of it. */
export async function killedRoom(): Promise<string> {
  const { room, folder } = offlineRoom()
  room.close()
  const program = join(import.meta.dirname, 'crashing-room.ts')
  const child = spawn(process.execPath, [program, folder, '20', 'with-patient'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  later(() => void child.kill('SIGKILL'))
  await said(child, 'working')
  await killed(child)
  expect(statSync(join(folder, 'log.sqlite-wal')).size).toBeGreaterThan(0)
  return folder
}

async function said(child: ChildProcess, words: string): Promise<void> {
  let all = ''
  for await (const chunk of child.stdout ?? []) {
    all += String(chunk)
    if (all.includes(words)) return
  }
  throw new Error(`it ended without saying ${words}: ${all}`)
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Settles or changes the key in a process of its own. Answers with the signal that it died of. */
export async function work(folder: string, what: 'start' | 'change', deadly = 'never', afterMs = 0) {
  const program = join(import.meta.dirname, 'key-changing.ts')
  const child = spawn(process.execPath, [program, folder, what, deadly], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  if (afterMs > 0) {
    await said(child, 'begun')
    await pause(afterMs)
    child.kill('SIGKILL')
  }
  const [code, signal] = await exited
  return { code, signal }
}
