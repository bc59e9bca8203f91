import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { foldPlaywright, foldVitest } from '../../../tools/test-report.ts'

// What the two runners really write, folded: their reports are the boundary that a new version may move.
const root = join(import.meta.dirname, '..', '..', '..')
let folder = ''

beforeEach(() => {
  // Inside the repository, so that the runners' packages are found.
  mkdirSync(join(root, '.cache'), { recursive: true })
  folder = mkdtempSync(join(root, '.cache', 'runner-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function run(args: readonly string[], env: Record<string, string>): number | null {
  const { CI: _, ...inherited } = process.env
  return spawnSync(process.execPath, args, { cwd: folder, env: { ...inherited, ...env }, stdio: 'ignore' })
    .status
}

/** Each test starts a whole test runner as a process, on whatever else this machine does. */
const startsRunnersWithinMs = 90_000

it(
  'folds a report of vitest: passed, failed, skipped for a reason, skipped for none, a broken hook, a broken file',
  () => {
    writeFileSync(join(folder, 'vitest.config.ts'), "export default { test: { name: 'fixture' } }")
    writeFileSync(
      join(folder, 'a.test.ts'),
      `import { beforeAll, describe, expect, it } from 'vitest'
    it('passes', () => expect(1).toBe(1))
    it('fails', () => expect(1).toBe(2))
    it('skips', (context) => context.skip('no coturn here'))
    it.skip('hides', () => expect(1).toBe(1))
    describe('group', () => {
      beforeAll(() => { throw new Error('hook broke') })
      it('never runs', () => expect(1).toBe(1))
    })`,
    )
    writeFileSync(join(folder, 'b.test.ts'), "throw new Error('cannot load')")
    const report = join(folder, 'report.json')
    const exitCode = run(
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        ...['run', '--root', folder, '--config', join(folder, 'vitest.config.ts')],
        `--reporter=${join(root, 'tools/vitest-reporter.ts')}`,
      ],
      { SCANSIDE_VITEST_REPORT: report },
    )
    expect(exitCode).toBe(1)
    const outcomes = foldVitest(JSON.parse(readFileSync(report, 'utf8')), false)
    const name = (rest: string) => `fixture › a.test.ts › ${rest}`
    expect(outcomes).toEqual(
      expect.arrayContaining([
        { kind: 'passed', name: name('passes') },
        { kind: 'failed', name: name('fails'), message: expect.stringContaining('expected 1 to be 2') },
        { kind: 'skipped', name: name('skips'), reason: 'no coturn here' },
        { kind: 'failed', name: name('hides'), message: expect.stringContaining('without a reason') },
        { kind: 'failed', name: name('group'), message: 'hook broke' },
        { kind: 'skipped', name: name('group › never runs'), reason: expect.stringContaining('failed') },
        { kind: 'failed', name: 'fixture › b.test.ts', message: 'cannot load' },
      ]),
    )
    expect(outcomes).toHaveLength(7)
  },
  startsRunnersWithinMs,
)

it(
  'folds a report of Playwright: passed, failed, skipped for a reason, for none, and stopped by an earlier one',
  () => {
    writeFileSync(
      join(folder, 'playwright.config.ts'),
      "export default { testDir: '.', outputDir: './kept', reporter: [['json', { outputFile: 'report.json' }]] }",
    )
    writeFileSync(
      join(folder, 'a.spec.ts'),
      `import { expect, test } from '@playwright/test'
    test('passes', () => expect(1).toBe(1))
    test('fails', () => expect(1).toBe(2))
    test('skips', () => test.skip(true, 'needs real Electron'))
    test.skip('hides', () => expect(1).toBe(1))
    test.describe.serial('story', () => {
      test('first', () => expect(1).toBe(2))
      test('second', () => expect(1).toBe(1))
    })`,
    )
    expect(run([join(root, 'node_modules/@playwright/test/cli.js'), 'test'], {})).toBe(1)
    const outcomes = foldPlaywright(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')))
    const name = (rest: string) => `end to end › a.spec.ts › ${rest}`
    expect(outcomes).toEqual(
      expect.arrayContaining([
        { kind: 'passed', name: name('passes') },
        { kind: 'failed', name: name('fails'), message: expect.stringContaining('toBe') },
        { kind: 'skipped', name: name('skips'), reason: 'needs real Electron' },
        { kind: 'failed', name: name('hides'), message: expect.stringContaining('without a reason') },
        { kind: 'failed', name: name('story › first'), message: expect.stringContaining('toBe') },
        { kind: 'skipped', name: name('story › second'), reason: expect.stringContaining('did not run') },
      ]),
    )
    expect(outcomes).toHaveLength(6)
  },
  startsRunnersWithinMs,
)
