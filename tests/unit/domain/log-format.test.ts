import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../src/domain/log/canonical.ts'
import { checkExport } from '../../../src/domain/log/check-export.ts'
import { hashEntry, type LogEntry, logEntrySchema, verifyChain } from '../../../src/domain/log/entry.ts'
import { eventOf } from '../../../src/domain/workstation/evolve.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import { sha256 } from './scenario.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'log-format.md'), 'utf8')

const vectors = [...page.matchAll(/```vector\n(.+)\n([0-9a-f]{64})\n```/g)].map(
  ([, canonical = '', hash = '']) => ({
    canonical,
    hash,
    entry: { ...JSON.parse(canonical), hash } as LogEntry,
  }),
)

describe('the vectors of the format page', () => {
  it('are two', () => {
    expect(vectors).toHaveLength(2)
  })

  it.each(vectors)(
    '$entry.type is canonical, and has the hash that the page says',
    ({ canonical, hash, entry }) => {
      const { hash: _hash, ...unsealed } = entry
      expect(sha256(canonical)).toBe(hash)
      expect(canonicalJson(unsealed as never)).toBe(canonical)
      expect(hashEntry(unsealed, sha256)).toBe(hash)
      expect(logEntrySchema.safeParse(entry).success).toBe(true)
      expect(eventOf(entry)?.type).toBe(entry.type)
    },
  )

  it('follow each other', () => {
    expect(
      verifyChain(
        vectors.map(({ entry }) => entry),
        sha256,
      ),
    ).toMatchObject({ ok: true, count: 2 })
  })

  it('have an excerpt that holds, and shows one patient', () => {
    const [, text = ''] = /```excerpt\n([\s\S]+?)```/.exec(page) ?? []
    const report = checkExport(text.trimEnd().split('\n'), exportChecks())
    expect(report).toMatchObject({
      ok: true,
      count: 3,
      excerpt: {
        header: { session: 's-2', head: { seq: 6 } },
        leftOut: [
          { from: 2, to: 3 },
          { from: 6, to: 6 },
        ],
      },
    })
  })

  it('come with every member of an entry described', () => {
    for (const member of Object.keys(logEntrySchema.shape)) expect(page).toContain(`| \`${member}\` |`)
  })
})
