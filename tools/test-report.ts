import { stripVTControlCharacters } from 'node:util'

/** How one test ended, whichever runner ran it. */
export type TestOutcome =
  /** `firstFailure`: it passed when it was repeated, and this is why it had failed before. */
  | { readonly kind: 'passed'; readonly name: string; readonly firstFailure?: string }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }
  | { readonly kind: 'skipped'; readonly name: string; readonly reason: string }

/** Separates the parts of a test's full name. */
const separator = ' › '

/** What tools/vitest-reporter.ts writes. */
export type VitestReport = {
  readonly tests: readonly {
    readonly path: readonly string[]
    readonly state: 'passed' | 'failed' | 'skipped' | 'pending'
    readonly note: string | undefined
    readonly errors: readonly string[]
  }[]
  /** Errors outside of any test: a file that cannot be loaded, a failed hook, an unhandled rejection. */
  readonly errors: readonly { readonly path: readonly string[]; readonly message: string }[]
}

/**
 * @param filtered whether tests were chosen by name: those left out are then no part of the run
 */
export function foldVitest(report: VitestReport, filtered: boolean): TestOutcome[] {
  const errors = report.errors.map(({ path, message }) => failed(path, message))
  const broken = report.errors.map(({ path }) => path.join(separator))
  const isBroken = (name: string) => broken.some((prefix) => name.startsWith(prefix))
  return [...errors, ...report.tests.flatMap((test) => foldVitestTest(test, isBroken, filtered))]
}

function foldVitestTest(
  test: VitestReport['tests'][number],
  isBroken: (name: string) => boolean,
  filtered: boolean,
): TestOutcome[] {
  const name = test.path.join(separator)
  switch (test.state) {
    case 'passed':
      return [{ kind: 'passed', name }]
    case 'failed':
      return [failed(test.path, test.errors[0] ?? 'failed without an error')]
    case 'pending':
      return [failed(test.path, 'did not finish')]
    case 'skipped':
      if (test.note !== undefined) return [{ kind: 'skipped', name, reason: test.note }]
      if (filtered) return []
      if (isBroken(name)) {
        return [{ kind: 'skipped', name, reason: 'what stands around it failed (see the failures)' }]
      }
      return [failed(test.path, 'skipped without a reason: say why with context.skip(note)')]
  }
}

/** The part of Playwright's JSON report (`JSONReport`) that is read here. */
export type PlaywrightReport = {
  readonly suites: readonly PlaywrightSuite[]
  readonly errors: readonly { readonly message?: string | undefined }[]
}
type PlaywrightSuite = {
  readonly title: string
  readonly specs: readonly PlaywrightSpec[]
  readonly suites?: readonly PlaywrightSuite[] | undefined
}
type PlaywrightSpec = { readonly title: string; readonly tests: readonly PlaywrightTest[] }
type PlaywrightTest = {
  readonly projectName: string
  readonly status: 'skipped' | 'expected' | 'unexpected' | 'flaky'
  readonly annotations: readonly { readonly type: string; readonly description?: string | undefined }[]
  readonly results: readonly {
    readonly status: string | undefined
    readonly errors: readonly { readonly message?: string | undefined }[]
  }[]
}

/** A test that passed only when repeated is named as such: repetition must not hide a fault. */
export function foldPlaywright(report: PlaywrightReport): TestOutcome[] {
  const errors = report.errors.map(({ message }) =>
    failed(['end to end'], message ?? 'failed outside of any test'),
  )
  return [...errors, ...report.suites.flatMap((suite) => foldSuite(suite, ['end to end']))]
}

function foldSuite(suite: PlaywrightSuite, parents: readonly string[]): TestOutcome[] {
  const path = suite.title === '' ? parents : [...parents, suite.title]
  const own = suite.specs.flatMap((spec) =>
    spec.tests.map((test) =>
      foldTest(test, [...path, spec.title, ...(test.projectName === '' ? [] : [test.projectName])]),
    ),
  )
  return [...own, ...(suite.suites ?? []).flatMap((inner) => foldSuite(inner, path))]
}

function foldTest(test: PlaywrightTest, path: readonly string[]): TestOutcome {
  const name = path.join(separator)
  const messages = test.results.flatMap(({ errors }) => errors.map(({ message }) => message ?? 'no message'))
  switch (test.status) {
    case 'expected':
      return { kind: 'passed', name }
    case 'unexpected':
      return failed(path, messages[0] ?? `ended as ${test.results.at(-1)?.status ?? 'nothing'}`)
    case 'flaky':
      return { kind: 'passed', name, firstFailure: messages[0] ?? 'no message' }
    case 'skipped': {
      const annotation = test.annotations.find(({ type }) => type === 'skip' || type === 'fixme')
      if (annotation?.description !== undefined)
        return { kind: 'skipped', name, reason: annotation.description }
      if (annotation === undefined) {
        return { kind: 'skipped', name, reason: 'did not run: an earlier failure stopped its group' }
      }
      return failed(path, `${annotation.type} without a reason: say why with test.skip(condition, reason)`)
    }
  }
}

/** One stage of `npm test`: its outcomes and how its process ended. */
export type Stage = {
  readonly title: string
  readonly outcomes: readonly TestOutcome[]
  readonly exitCode: number
}

/** A runner that fails without a failed test to show for it is a failure of its own, never a silent one. */
export function closeStage(
  title: string,
  exitCode: number,
  outcomes: readonly TestOutcome[] | undefined,
): Stage {
  if (outcomes === undefined) {
    const message = `ended with exit code ${exitCode} and left no report: it crashed or could not start`
    return { title, exitCode, outcomes: [failed([title], message)] }
  }
  if (exitCode !== 0 && !outcomes.some(({ kind }) => kind === 'failed')) {
    const message = `ended with exit code ${exitCode} though none of its tests failed`
    return { title, exitCode, outcomes: [...outcomes, failed([title], message)] }
  }
  return { title, exitCode, outcomes }
}

/** The end of `npm test`: what passed only when repeated, what was skipped and why, what failed, and the count on the last line. */
export function summarize(stages: readonly Stage[]): { readonly text: string; readonly exitCode: 0 | 1 } {
  const outcomes = stages.flatMap((stage) => stage.outcomes)
  const skipped = outcomes.filter((outcome) => outcome.kind === 'skipped')
  const failures = outcomes.filter((outcome) => outcome.kind === 'failed')
  const passed = outcomes.length - skipped.length - failures.length
  const repeated = outcomes.flatMap((outcome) =>
    outcome.kind === 'passed' && outcome.firstFailure !== undefined
      ? [{ name: outcome.name, message: outcome.firstFailure }]
      : [],
  )
  const lines = [
    ...section(
      'Passed only when repeated',
      repeated,
      ({ name, message }) => `${name}: ${firstLine(message)}`,
    ),
    ...section('Skipped', skipped, ({ name, reason }) => `${name}: ${firstLine(reason)}`),
    ...section('Failed', failures, ({ name, message }) => `${name}: ${firstLine(message)}`),
    ...(outcomes.length === 0 ? ['Nothing ran: no stage has such a test.'] : []),
    `${passed} passed, ${failures.length} failed${skipped.length === 0 ? '' : `, ${skipped.length} skipped`}`,
  ]
  return { text: lines.join('\n'), exitCode: failures.length > 0 || passed === 0 ? 1 : 0 }
}

function section<T>(title: string, items: readonly T[], line: (item: T) => string): string[] {
  return items.length === 0
    ? []
    : [`${title} (${items.length})`, ...items.map((item) => `  ${line(item)}`), '']
}

function failed(path: readonly string[], message: string): TestOutcome {
  return { kind: 'failed', name: path.join(separator), message }
}

function firstLine(text: string): string {
  const line = stripVTControlCharacters(text).trim().split('\n')[0] ?? ''
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
