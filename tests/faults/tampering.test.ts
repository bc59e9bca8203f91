import { generateKeyPairSync } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import type { LogEntry } from '../../src/domain/log/entry.ts'
import { cleanUp } from '../support/undo.ts'
import { deviceId, excerptOf, proven, reseal, textOf } from '../unit/domain/signed-day.ts'
import { database, excerpt, exported, hubKey, last, list, sessionId, verify } from './tampered.ts'

// Every way to tamper with a log that the format promises to show: in the database (by an insider who has its key),
// in an exported log, and in the record of a session; found by the command that anyone can run.

afterAll(cleanUp)

const place = 5
const at = list[place] as LogEntry
const next = list[place + 1] as LogEntry
const positions = (length: number) => Array.from({ length }, (_, index) => index + 1)
const changed = list.with(place, { ...at, body: { ...at.body, forged: true } })
const removed = list.filter((entry) => entry !== at)
const swapped = list.with(place, next).with(place + 1, at)
const inserted = list.toSpliced(
  place + 1,
  0,
  reseal([...list.slice(0, place + 1), at], place + 1).at(-1) as LogEntry,
)
const doubled = list.toSpliced(place, 0, at)
const cut = list.slice(0, -3)
const foreign = list.with(place, { ...at, device: 'd-other' })
const resealed = reseal(changed, place)
const forgedStatement = (() => {
  const index = list.findIndex(({ type }) => type === 'statement-received')
  const entry = structuredClone(list[index]) as unknown as { body: { signed: { statement: { at: string } } } }
  entry.body.signed.statement.at = '2026-11-24T09:00:00.000Z'
  return { seq: index + 1, list: reseal(list.with(index, entry as unknown as LogEntry), index) }
})()
const stranger = generateKeyPairSync('ed25519')
const forgedCheckpoint = proven({ deviceKey: stranger })
const otherCheckpoint = proven({ hash: 'f'.repeat(64) })
const forgedReceipt = proven({ key: stranger })
const otherReceipt = proven({ seq: 3 })
const seqOf = (type: string) => list.find((entry) => entry.type === type)?.seq ?? 0

const withLine = (change: (entry: LogEntry) => LogEntry) => (lines: readonly string[]) =>
  lines.map((line) => (isShown(line) ? `${JSON.stringify(change(JSON.parse(line)))}\n` : line))
const isShown = (line: string) => line.startsWith('{"device":')
/** Of the shown lines, the one in the middle. */
const middle = (lines: readonly string[]) => Math.floor(lines.length / 2)
const shown = JSON.parse(excerptOf(list, sessionId)[middle(excerptOf(list, sessionId))] ?? '{}') as LogEntry
const isMiddle = ({ seq }: LogEntry) => seq === shown.seq
const head = ['--head', `${last.seq}:${last.hash}`]

type Case = readonly [what: string, how: readonly string[], words: string | RegExp]
const table: readonly (readonly [kind: string, cases: readonly (() => Case)[]])[] = [
  [
    'a changed byte',
    [
      () => ['export', exported(changed), `line ${place + 1}: Entry ${at.seq} was changed`],
      () => ['database', database(changed), `Entry ${at.seq} was changed`],
      () => [
        'excerpt',
        excerpt(withLine((entry) => (isMiddle(entry) ? { ...entry, mono: entry.mono + 1 } : entry))),
        `Entry ${shown.seq} was changed`,
      ],
    ],
  ],
  [
    'a removed entry',
    [
      () => ['export', exported(removed), `Entry ${at.seq} should follow here, and entry ${next.seq} does`],
      () => ['database', database(removed), `Entry ${at.seq} should follow here, and entry ${next.seq} does`],
      () => [
        'database, its rows moved up',
        database(removed, positions(removed.length)),
        `row ${at.seq} of table log holds entry ${next.seq}`,
      ],
      () => [
        'excerpt',
        excerpt((lines) => lines.toSpliced(middle(lines), 1)),
        `Entry ${shown.seq} should follow here, and entry ${shown.seq + 1} does`,
      ],
    ],
  ],
  [
    'entries in another order',
    [
      () => ['export', exported(swapped), `Entry ${at.seq} should follow here, and entry ${next.seq} does`],
      () => [
        'database',
        database(swapped, positions(swapped.length)),
        `row ${at.seq} of table log holds entry ${next.seq}`,
      ],
      () => [
        'excerpt',
        excerpt((lines) => {
          const here = middle(lines)
          return lines.with(here, lines[here + 1] ?? '').with(here + 1, lines[here] ?? '')
        }),
        `Entry ${shown.seq} should follow here, and entry ${shown.seq + 1} does`,
      ],
    ],
  ],
  [
    'an inserted entry',
    [
      () => [
        'export',
        exported(inserted),
        `Entry ${next.seq} does not follow|Entry ${next.seq + 1} should follow`,
      ],
      () => ['database', database(inserted, positions(inserted.length)), 'of table log holds entry'],
      () => [
        'excerpt',
        excerpt((lines) => lines.toSpliced(middle(lines), 0, textOf([at]))),
        `Entry ${shown.seq} should follow here, and entry ${at.seq} does`,
      ],
    ],
  ],
  [
    'an entry twice',
    [
      () => ['export', exported(doubled), `Entry ${at.seq + 1} should follow here, and entry ${at.seq} does`],
      () => [
        'database',
        database(doubled, positions(doubled.length)),
        `row ${at.seq + 1} of table log holds entry ${at.seq}`,
      ],
      () => [
        'excerpt',
        excerpt((lines) => lines.toSpliced(middle(lines), 0, lines[middle(lines)] ?? '')),
        `Entry ${shown.seq + 1} should follow here, and entry ${shown.seq} does`,
      ],
    ],
  ],
  [
    'an end that was cut off',
    [
      () => [
        'export, against an entry known from elsewhere',
        [...exported(cut), ...head],
        `ends at entry ${cut.length}, and entry ${last.seq} is known from elsewhere: its end was cut off`,
      ],
      () => [
        'database, against the last receipt that it holds',
        database(cut),
        `ends at entry ${cut.length}, and entry ${last.seq} is known from elsewhere: its end was cut off`,
      ],
      () => [
        'excerpt',
        excerpt((lines) => lines.slice(0, -1)),
        'The excerpt has no seal: its end was cut off',
      ],
      () => [
        'excerpt, with its seal',
        excerpt((lines) => lines.toSpliced(-2, 1)),
        'The seal does not fit|ends at entry',
      ],
    ],
  ],
  [
    'another workstation’s entry',
    [
      () => ['export', exported(foreign), `Entry ${at.seq} is of another workstation (d-other)`],
      () => ['database', database(foreign), `Entry ${at.seq} is of another workstation (d-other)`],
      () => [
        'excerpt',
        excerpt(withLine((entry) => (isMiddle(entry) ? { ...entry, device: 'd-other' } : entry))),
        `Entry ${shown.seq} is of another workstation (d-other)`,
      ],
    ],
  ],
  [
    'a checkpoint that another key signed',
    [
      () => [
        'export',
        exported(forgedCheckpoint),
        `signature in entry ${seqOf('log-checkpointed')} does not hold: its key is not the one after which ${deviceId} is named`,
      ],
      () => [
        'database',
        database(forgedCheckpoint),
        `signature in entry ${seqOf('log-checkpointed')} does not hold`,
      ],
    ],
  ],
  [
    'a checkpoint of another past',
    [
      () => ['export', exported(otherCheckpoint), 'and not over the one before it'],
      () => [
        'database',
        database(otherCheckpoint),
        `Entry ${seqOf('log-checkpointed')} is the workstation's signature over`,
      ],
    ],
  ],
  [
    'a receipt that another key signed',
    [
      () => [
        'export',
        [...exported(forgedReceipt), ...hubKey],
        `receipt in entry ${seqOf('hub-receipt-kept')} does not hold: its key is not that of this hub`,
      ],
      () => [
        'database',
        [...database(forgedReceipt), ...hubKey],
        `receipt in entry ${seqOf('hub-receipt-kept')} does not hold`,
      ],
    ],
  ],
  [
    'a receipt for another past',
    [
      () => ['export', exported(otherReceipt), 'the log was rewritten after the hub had it'],
      () => ['database', database(otherReceipt), 'the log was rewritten after the hub had it'],
    ],
  ],
  [
    'a physician’s statement that was changed, in a chain sealed anew',
    [
      () => [
        'export',
        exported(forgedStatement.list),
        `Entry ${forgedStatement.seq} is chained well, but the physician's statement in it is not to be trusted: its signature does not fit`,
      ],
      () => ['database', database(forgedStatement.list), `Entry ${forgedStatement.seq} is chained well, but`],
      () => [
        'excerpt',
        excerpt(() => excerptOf(forgedStatement.list, sessionId)),
        `Entry ${forgedStatement.seq} is chained well, but`,
      ],
    ],
  ],
  [
    'a chain that was sealed anew from a changed entry on',
    [
      () => [
        'export',
        exported(resealed),
        `Entry ${seqOf('log-checkpointed')} is the workstation's signature over`,
      ],
      () => [
        'database',
        database(resealed),
        `Entry ${seqOf('log-checkpointed')} is the workstation's signature over`,
      ],
      () => [
        'export, up to the next entry alone',
        exported([...resealed.slice(0, place + 1), ...list.slice(place + 1)]),
        `Entry ${next.seq} does not follow the one before it`,
      ],
      () => [
        'export, before any checkpoint, against an entry known from elsewhere',
        [...exported(resealed.slice(0, place + 2)), '--head', `${next.seq}:${next.hash}`],
        `Entry ${next.seq} is another one than is known from elsewhere`,
      ],
      () => [
        'excerpt',
        excerpt((lines) => {
          const sealed = excerptOf(resealed, sessionId)
          return [...sealed.slice(0, -1), lines.at(-1) ?? '']
        }),
        'The seal does not fit what is above it',
      ],
    ],
  ],
]

// Each case starts a process, which takes its time on a busy machine.
describe('verify', { timeout: 120_000 }, () => {
  it.each(table)('finds %s, names the entry, and ends with 1', async (_kind, cases) => {
    const found = await Promise.all(
      cases.map(async (make) => {
        const [what, how, words] = make()
        return { what, words, ...(await verify(...how)) }
      }),
    )
    for (const { what, words, code, out, err } of found) {
      expect(out, what).toContain('NOT VERIFIED')
      const alternatives = String(words).split('|')
      expect(
        alternatives.some((some) => out.includes(some)),
        `${what}: ${out}`,
      ).toBe(true)
      expect({ what, code, err }).toEqual({ what, code: 1, err: '' })
    }
  })

  it('reports a clock that was set back, and refuses nothing for it', async () => {
    const words = `The clock went back once, first at entry ${last.seq}, from 2026-11-24T11:00:00.000Z`
    for (const { code, out } of await Promise.all([verify(...exported(list)), verify(...database(list))])) {
      expect(out).toContain(words)
      expect(code).toBe(0)
    }
    const moved = reseal(
      list.map((entry) => (entry.seq === shown.seq ? { ...entry, at: '2016-11-24T11:00:00.000Z' } : entry)),
      0,
    ).filter(({ type }) => type !== 'log-checkpointed' && type !== 'hub-receipt-kept')
    const sealed = reseal(moved, 0).filter(({ type }) => type !== 'statement-received')
    const [file = ''] = excerpt(() => excerptOf(sealed, sessionId))
    const { code, out } = await verify(file)
    expect(out).toContain(`first at entry ${shown.seq}`)
    expect(code).toBe(0)
  })
})
