import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'
import type { VitestReport } from './test-report.ts'

/**
 * Writes what tools/test-all.ts counts. Vitest's own JSON report leaves out the reason of a skipped test and
 * errors outside of tests.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly { readonly message?: string; readonly stack?: string }[],
  ): void {
    const file = process.env.SCANSIDE_VITEST_REPORT
    if (file === undefined) throw new Error('SCANSIDE_VITEST_REPORT names the file that this reporter writes')
    const report: VitestReport = {
      tests: modules.flatMap((module) =>
        [...module.children.allTests()].map((test) => outcomeOf(module, test)),
      ),
      errors: [
        ...modules.flatMap((module) => [
          ...module.errors().map(({ message }) => ({ path: pathOf(module), message })),
          ...[...module.children.allSuites()].flatMap((suite) =>
            suite
              .errors()
              .map(({ message }) => ({ path: [...pathOf(module), ...suite.fullName.split(' > ')], message })),
          ),
        ]),
        ...unhandledErrors.map(({ message, stack }) => ({
          path: ['outside of the tests'],
          message: message ?? stack ?? 'an error without a message',
        })),
      ],
    }
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(report))
  }
}

type Test = ReturnType<TestModule['children']['allTests']> extends Iterable<infer T> ? T : never

function outcomeOf(module: TestModule, test: Test): VitestReport['tests'][number] {
  const result = test.result()
  return {
    path: [...pathOf(module), ...test.fullName.split(' > ')],
    state: result.state,
    note: result.state === 'skipped' ? result.note : undefined,
    errors: (result.errors ?? []).map(({ message }) => message),
  }
}

function pathOf(module: TestModule): string[] {
  return [module.project.name, module.relativeModuleId]
}
