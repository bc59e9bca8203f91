import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceIdOf } from '../../../src/contract/hub.ts'
import { checkExport, type ExportReport } from '../../../src/domain/log/check-export.ts'
import type { ExportChecks } from '../../../src/domain/log/check-lines.ts'
import { type LogEntry, sealEntry } from '../../../src/domain/log/entry.ts'
import { type ExcerptSigner, excerptLines } from '../../../src/domain/log/excerpt.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { generateKeyPair, publicKeySha256, signJson } from '../../../src/platform/node/ed25519.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import { fullStory } from './full-story.ts'
import { createScenario, sha256 } from './scenario.ts'
import { runs } from './seeded.ts'

const pair = generateKeyPair()
const device = deviceIdOf(publicKeySha256(pair.publicKey))
const signerOf = (key: typeof pair): ExcerptSigner => ({
  publicKey: key.publicKey,
  sign: (value) => signJson(key.privateKey, value),
})
const { entries, sessionId: session } = fullStory(createScenario({ deviceId: device }))
const head = entries.at(-1) ?? { seq: 0, hash: '' }
const shown = recordEntries(entries, session)
const of = { device, session, at: '2026-11-24T12:00:00.000Z', head, shown, ends: new Map() }
const lines = excerptLines(of, signerOf(pair), sha256).map((line) => line.trimEnd())

// The statements of the scenario carry no real signatures; those are checked in verify.test.ts.
const checks: ExportChecks = {
  ...exportChecks(),
  statement: () => undefined,
}
const check = (list: readonly string[]): ExportReport => checkExport(list, checks)
const faultOf = (report: ExportReport): string => (report.ok ? 'none' : report.fault.message)

/** Sealed anew by somebody who can compute hashes, and as if they had the key: what the chain alone finds. */
const withoutSeal = (list: readonly string[]): ExportReport => {
  const above = list.slice(0, -1)
  const seal = { device, sha256: sha256(above.map((line) => `${line}\n`).join('')) }
  return check([
    ...above,
    JSON.stringify({ seal, key: pair.publicKey, signature: signJson(pair.privateKey, seal) }),
  ])
}

const at = (type: string): number => lines.findIndex((line) => line.includes(`"type":"${type}"`))
const entryAt = (index: number): LogEntry => JSON.parse(lines[index] ?? '')
const withHead = (change: object): string => {
  const { excerpt } = JSON.parse(lines[0] ?? '')
  return JSON.stringify({ excerpt: { ...excerpt, ...change } })
}
const elidedAt = lines.findIndex((line) => line.startsWith('{"elided"'))

describe('an excerpt', () => {
  it('shows the session alone, with a chain from the first entry to the head, and says what it leaves out', () => {
    const report = check(lines)
    expect(report).toMatchObject({
      ok: true,
      kind: 'excerpt',
      device,
      count: shown.length,
      excerpt: { header: { session, head: { seq: entries.length } }, ended: true, leftOutInside: 0 },
    })
    if (!report.ok || report.kind !== 'excerpt') throw new Error('another report')
    const hidden = report.excerpt.leftOut.reduce((sum, { from, to }) => sum + to - from + 1, 0)
    expect(hidden).toBe(entries.length - shown.length)
    expect(hidden).toBeGreaterThan(0)
  })

  it('gives nothing of a left-out entry but its place and the hash of the last in a row', () => {
    const text = lines.join('\n')
    for (const entry of entries.filter((one) => !shown.includes(one))) {
      expect(text).not.toContain(JSON.stringify(entry.body).slice(1, -1) || '"never"')
    }
    expect(text).not.toContain('Okafor')
    expect(Object.keys(JSON.parse(lines[elidedAt] ?? '').elided)).toEqual(['from', 'to', 'hash'])
  })

  it('is the same log as the whole: every shown entry is in it, and every given hash is of its entry', () => {
    for (const line of lines) {
      const { elided } = JSON.parse(line)
      if (elided !== undefined) expect(entries[elided.to - 1]?.hash).toBe(elided.hash)
    }
    expect(shown.every((entry) => entries[entry.seq - 1] === entry)).toBe(true)
  })

  it('of a log that holds nothing else leaves nothing out', () => {
    const alone = excerptLines(
      { ...of, head: entries[51] ?? head, shown: entries.slice(0, 52) },
      signerOf(pair),
      sha256,
    )
    expect(alone).toHaveLength(54)
    expect(check(alone.map((line) => line.trimEnd()))).toMatchObject({ ok: true, excerpt: { leftOut: [] } })
  })
})

describe('without the seal, the chain finds', () => {
  it.each<[string, () => readonly string[], string]>([
    [
      'a changed entry',
      () =>
        lines.with(at('check-overridden'), JSON.stringify({ ...entryAt(at('check-overridden')), body: {} })),
      'was changed',
    ],
    [
      'an entry changed and hashed anew',
      () => {
        const index = at('check-overridden')
        const { v: _v, seq, prev, hash: _hash, ...draft } = entryAt(index)
        const forged = sealEntry({ seq: seq - 1, hash: prev }, { ...draft, body: {} }, sha256)
        return lines.with(index, JSON.stringify(forged))
      },
      'does not follow the one before it',
    ],
    ['a removed entry', () => lines.toSpliced(at('injection-stopped'), 1), 'something was removed'],
    [
      'two in the wrong order',
      () => {
        const index = at('injection-stopped')
        return lines.with(index, lines[index + 1] ?? '').with(index + 1, lines[index] ?? '')
      },
      'removed or reordered',
    ],
    [
      'an entry twice',
      () => lines.toSpliced(at('injection-stopped'), 0, lines[at('injection-stopped')] ?? ''),
      'inserted',
    ],
    ['left-out entries that are not marked', () => lines.toSpliced(elidedAt, 1), 'something was removed'],
    [
      'a mark in the wrong place',
      () => lines.toSpliced(elidedAt, 0, lines[elidedAt] ?? ''),
      'are said to be left out here',
    ],
    [
      'a left-out entry with another hash',
      () =>
        lines.map((line, index) =>
          index === elidedAt ? line.replace(/"hash":"..../, '"hash":"0000') : line,
        ),
      'does not follow the one before it',
    ],
    [
      'an end that was cut off, its header adjusted or not',
      () => lines.toSpliced(-2, 1),
      `its header says ${entries.length}`,
    ],
    ['another number of entries', () => lines.with(0, withHead({ entries: 3 })), 'The header says 3 entries'],
    [
      'the opening of another session',
      () => lines.with(0, withHead({ session: 's-other' })),
      'The opening of session s-other is not among the entries',
    ],
    [
      'another workstation',
      () => lines.with(0, withHead({ device: 'd-other' })),
      'is of another workstation',
    ],
  ])('%s', (_name, make, words) => {
    expect(faultOf(withoutSeal(make()))).toContain(words)
  })
})

describe('the seal finds what no chain can', () => {
  const hidden = (index: number): readonly string[] => {
    const { seq, hash } = entryAt(index)
    const mark = JSON.stringify({ elided: { from: seq, to: seq, hash } })
    return lines.with(index, mark).with(0, withHead({ entries: shown.length - 1 }))
  }

  it('an entry that somebody hid behind its own hash', () => {
    const index = at('supervision-gap-opened')
    const report = withoutSeal(hidden(index))
    // The workstation alone could have made it; even then it is said that something is missing inside.
    expect(report).toMatchObject({ ok: true, excerpt: { leftOutInside: 1 } })
    expect(faultOf(check(hidden(index)))).toContain('The seal does not fit what is above it')
  })

  it('a seal of anybody else, none, one of another file, and what comes after it', () => {
    const stranger = excerptLines(of, signerOf(generateKeyPair()), sha256).map((line) => line.trimEnd())
    expect(faultOf(check(stranger))).toContain("The seal is not this workstation's")
    expect(faultOf(check(lines.slice(0, -1)))).toContain('has no seal')
    const later = excerptLines({ ...of, at: '2026-11-24T12:00:01.000Z' }, signerOf(pair), sha256)
    expect(faultOf(check(lines.with(-1, later.at(-1)?.trimEnd() ?? '')))).toContain('does not fit')
    expect(faultOf(check([...lines, lines[3] ?? '']))).toContain('goes on after its seal')
  })

  it('any change of any line', () => {
    const change = fc.tuple(
      fc.nat(lines.length - 1),
      fc.nat(lines.length - 1),
      fc.nat(),
      fc.constantFrom(0, 1, 2, 3),
    )
    fc.assert(
      fc.property(change, ([one, other, place, how]) => {
        const line = lines[one] ?? ''
        const cut = place % line.length
        const changed = [
          lines.toSpliced(one, 1),
          lines.with(one, lines[other] ?? '').with(other, line),
          lines.toSpliced(other, 0, line),
          lines.with(one, `${line.slice(0, cut)}${line[cut] === '7' ? '8' : '7'}${line.slice(cut + 1)}`),
        ][how]
        fc.pre(changed !== undefined && changed.join() !== lines.join())
        expect(check(changed ?? []).ok).toBe(false)
      }),
      runs(400),
    )
  })
})

it('marks, headers and seals mean nothing in a log', () => {
  const log = entries.map((entry) => JSON.stringify(entry))
  expect(check(log)).toMatchObject({ ok: true, kind: 'log' })
  for (const line of [lines[0], lines[elidedAt], lines.at(-1)]) {
    expect(faultOf(check(log.toSpliced(5, 0, line ?? '')))).toContain('no log entry')
  }
})
