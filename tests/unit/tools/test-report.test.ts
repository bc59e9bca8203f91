import { describe, expect, it } from 'vitest'
import {
  closeStage,
  foldPlaywright,
  foldVitest,
  summarize,
  type TestOutcome,
  type VitestReport,
} from '../../../tools/test-report.ts'

const passed: TestOutcome = { kind: 'passed', name: 'a' }
const failed: TestOutcome = { kind: 'failed', name: 'b › c', message: 'expected 1\nto be 2' }
const skipped: TestOutcome = { kind: 'skipped', name: 'd', reason: 'turnserver is not installed' }

function vitestReport(
  test: Partial<VitestReport['tests'][number]>,
  errors: VitestReport['errors'] = [],
): VitestReport {
  const whole = {
    path: ['unit', 'a.test.ts', 'does it'],
    state: 'passed',
    note: undefined,
    errors: [],
  } as const
  return { tests: [{ ...whole, ...test }], errors }
}

describe('summarize', () => {
  it('ends in the count, without skipped ones where there are none', () => {
    const { text, exitCode } = summarize([closeStage('lint', 0, [passed, passed])])
    expect(text).toBe('2 passed, 0 failed')
    expect(exitCode).toBe(0)
  })

  it('names what passed only when repeated, and why it had failed', () => {
    const repeated: TestOutcome = { kind: 'passed', name: 'e', firstFailure: 'no picture\nfor 25 s' }
    expect(summarize([closeStage('a', 0, [passed, repeated])])).toEqual({
      text: 'Passed only when repeated (1)\n  e: no picture\n\n2 passed, 0 failed',
      exitCode: 0,
    })
  })

  it('names what was skipped with its reason and what failed with its first line', () => {
    const { text, exitCode } = summarize([
      closeStage('a', 0, [passed, skipped]),
      closeStage('b', 1, [failed]),
    ])
    expect(text.split('\n')).toEqual([
      'Skipped (1)',
      '  d: turnserver is not installed',
      '',
      'Failed (1)',
      '  b › c: expected 1',
      '',
      '1 passed, 1 failed, 1 skipped',
    ])
    expect(exitCode).toBe(1)
  })

  it('fails when nothing ran, and when everything was skipped', () => {
    expect(summarize([])).toMatchObject({ exitCode: 1, text: expect.stringMatching(/\n0 passed, 0 failed$/) })
    expect(summarize([closeStage('a', 0, [skipped])]).exitCode).toBe(1)
  })

  it('takes colours out of messages', () => {
    const red: TestOutcome = { kind: 'failed', name: 'a', message: '\u001b[31mred\u001b[39m' }
    expect(summarize([closeStage('a', 1, [red])]).text).toContain('  a: red\n')
  })
})

describe('closeStage', () => {
  it('makes a runner that left no report a failure', () => {
    const { outcomes } = closeStage('vitest', 134, undefined)
    expect(outcomes).toEqual([
      {
        kind: 'failed',
        name: 'vitest',
        message: expect.stringContaining('exit code 134 and left no report'),
      },
    ])
  })

  it('makes a failing exit code without a failed test a failure', () => {
    expect(closeStage('vitest', 1, [passed]).outcomes).toEqual([
      passed,
      { kind: 'failed', name: 'vitest', message: 'ended with exit code 1 though none of its tests failed' },
    ])
  })

  it('does not count a failed test twice', () => {
    expect(closeStage('vitest', 1, [passed, failed]).outcomes).toEqual([passed, failed])
  })
})

describe('foldVitest', () => {
  it('keeps the reason of a skipped test', () => {
    const report = vitestReport({ state: 'skipped', note: 'no coturn here' })
    expect(foldVitest(report, false)).toEqual([
      { kind: 'skipped', name: 'unit › a.test.ts › does it', reason: 'no coturn here' },
    ])
  })

  it('fails a test that is skipped without a reason, unless tests were chosen by name', () => {
    const report = vitestReport({ state: 'skipped' })
    expect(foldVitest(report, false)).toEqual([
      expect.objectContaining({ kind: 'failed', message: expect.stringContaining('without a reason') }),
    ])
    expect(foldVitest(report, true)).toEqual([])
  })

  it('counts a failed hook once and tells its tests apart from skipped ones', () => {
    const errors = [{ path: ['unit', 'a.test.ts'], message: 'beforeAll broke' }]
    expect(foldVitest(vitestReport({ state: 'skipped' }, errors), false)).toEqual([
      { kind: 'failed', name: 'unit › a.test.ts', message: 'beforeAll broke' },
      expect.objectContaining({ kind: 'skipped', reason: expect.stringContaining('failed') }),
    ])
  })

  it('counts a test that never ended as failed', () => {
    expect(foldVitest(vitestReport({ state: 'pending' }), false)).toMatchObject([{ kind: 'failed' }])
  })
})

describe('foldPlaywright', () => {
  const annotated = (type: string, description?: string) => ({ type, description })
  const report = (
    status: 'skipped' | 'expected' | 'unexpected' | 'flaky',
    annotations: { type: string; description?: string | undefined }[] = [],
    messages: string[] = [],
  ) => ({
    errors: [],
    suites: [
      {
        title: 'gate.spec.ts',
        specs: [],
        suites: [
          {
            title: 'the gate',
            specs: [
              {
                title: 'opens',
                tests: [
                  {
                    projectName: '',
                    status,
                    annotations,
                    results: [{ status: 'failed', errors: messages.map((message) => ({ message })) }],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  })
  const name = 'end to end › gate.spec.ts › the gate › opens'

  it('folds each way a test can end', () => {
    expect(foldPlaywright(report('expected'))).toEqual([{ kind: 'passed', name }])
    expect(foldPlaywright(report('unexpected', [], ['no picture']))).toEqual([
      { kind: 'failed', name, message: 'no picture' },
    ])
    expect(foldPlaywright(report('flaky', [], ['late']))).toEqual([
      { kind: 'passed', name, firstFailure: 'late' },
    ])
    expect(foldPlaywright(report('skipped', [annotated('skip', 'needs real Electron')]))).toEqual([
      { kind: 'skipped', name, reason: 'needs real Electron' },
    ])
  })

  it('fails a skip without a reason, but not a test that an earlier one stopped', () => {
    expect(foldPlaywright(report('skipped', [annotated('fixme')]))).toMatchObject([{ kind: 'failed' }])
    expect(foldPlaywright(report('skipped'))).toMatchObject([
      { kind: 'skipped', reason: expect.stringContaining('did not run') },
    ])
  })

  it('counts errors outside of tests', () => {
    expect(foldPlaywright({ suites: [], errors: [{ message: 'No tests found' }] })).toEqual([
      { kind: 'failed', name: 'end to end', message: 'No tests found' },
    ])
  })
})
