import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { day, excerptOf, longer, proven, reseal, salvaged, textOf } from './signed-day.ts'

// Another reader, in another language, written from docs/log-format.md: if it and ours agree, the page says enough.

const script = join(import.meta.dirname, '..', '..', 'support', 'verify_log.py')
const hasPython = spawnSync('python3', ['--version']).status === 0

beforeEach((ctx) => {
  if (!hasPython) ctx.skip('python3 is not installed')
})

function verify(text: string) {
  const done = spawnSync('python3', [script, '-'], { input: text, encoding: 'utf8' })
  return { code: done.status, says: `${done.stdout}${done.stderr}`.trim() }
}

const { entries, sessionId } = day()
const list = proven()
const excerpt = excerptOf(list, sessionId)
const changed = (at: number) =>
  list.map((entry, index): LogEntry => (index === at ? { ...entry, body: { forged: true } } : entry))

it('confirms a log with its signatures, a piece of one, and an excerpt', () => {
  const head = list.at(-1)
  expect(verify(textOf(list))).toEqual({
    code: 0,
    says: `VERIFIED ${list.length} entries, up to ${head?.seq} ${head?.hash}`,
  })
  expect(verify(textOf(list.slice(4))).code).toBe(0)
  expect(verify(excerpt.join('')).code).toBe(0)
})

it('confirms a log that goes on in a second segment, whole or with its end lost, and its excerpt', () => {
  expect(verify(textOf(salvaged(list))).code).toBe(0)
  expect(verify(textOf(salvaged(list, list.length - 3))).code).toBe(0)
  expect(verify(textOf(salvaged(list, 0))).code).toBe(0)
  expect(verify(textOf(longer(list, 5))).code).toBe(0)
  expect(verify(excerptOf(longer(list, 5), sessionId).join('')).code).toBe(0)
  expect(verify(excerptOf(salvaged(list), sessionId).join('')).code).toBe(0)
})

it.each<[string, () => string]>([
  ['a changed body', () => textOf(changed(5))],
  ['a changed body, sealed anew', () => textOf(reseal(changed(5), 5))],
  ['a removed entry', () => textOf(list.filter((_, index) => index !== 7))],
  ['an entry twice', () => textOf(list.toSpliced(4, 0, ...list.slice(3, 4)))],
  ['a segment whose end was cut off', () => textOf(salvaged(list).toSpliced(list.length - 2, 2))],
  [
    'a segment that says another end',
    () => textOf(salvaged(list, 9, { from: { seq: 8, hash: list[7]?.hash } })),
  ],
  [
    'more of a segment than it says was lost',
    () => textOf(longer(list, 5, { lost: [{ from: 7, to: 999, atHubUpTo: null }] })),
  ],
  [
    'more of a segment, and another entry where it says that it ended',
    () => textOf(longer(list, 5, { from: { seq: 5, hash: 'f'.repeat(64) } })),
  ],
  ['a segment without its first entry', () => textOf(salvaged(list).toSpliced(list.length, 1))],
  ['a receipt for another past', () => textOf(proven({ seq: 3 }))],
  ['a checkpoint for another past', () => textOf(proven({ hash: 'f'.repeat(64) }))],
  ['a member named twice', () => textOf(entries).replace('{"device"', '{"type":"x","device"')],
  ['an excerpt whose seal was cut off', () => excerpt.slice(0, -1).join('')],
  ['an excerpt with a line taken out', () => excerpt.filter((_, index) => index !== 3).join('')],
])('finds %s', (_name, make) => {
  expect(verify(make())).toMatchObject({ code: 1, says: expect.stringContaining('NOT VERIFIED') })
})

it('a stranger’s key makes no checkpoint of this device', () => {
  expect(verify(textOf(proven({ deviceKey: generateKeyPairSync('ed25519') })))).toMatchObject({
    code: 1,
    says: expect.stringContaining('checkpoint'),
  })
})
