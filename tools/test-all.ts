import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './build.ts'
import { findProgram } from './setup/programs.mjs'
import { exitCodeOf, passSignals } from './setup/say.mjs'
import {
  closeStage,
  foldPlaywright,
  foldVitest,
  type PlaywrightReport,
  type Stage,
  summarize,
  type TestOutcome,
  type VitestReport,
} from './test-report.ts'

const root = join(import.meta.dirname, '..')
const reports = join(root, 'test-results')
const stageLimitMs = 30 * 60_000

// Fast first: what a typing mistake breaks is known within seconds.
const vitestProjects = ['architecture', 'unit', 'integration', 'faults']
const stageNames = ['lint', 'types', ...vitestProjects, 'build', 'e2e']

const usage = `usage: npm test -- [--only STAGE[,STAGE…]] [--grep TEXT]

  --only   run these stages alone: ${stageNames.join(', ')}
           (e2e builds first where out/ is not current)
  --grep   run the tests alone whose full name matches this regular expression

Every stage runs even when an earlier one failed; the last line counts: N passed, N failed, N skipped.`

type Choice = { readonly only: ReadonlySet<string>; readonly grep: string | undefined }

function readChoice(): Choice | { readonly problem: string } | 'help' {
  try {
    const { values } = parseArgs({
      options: { only: { type: 'string' }, grep: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help === true) return 'help'
    const only =
      values.only?.split(',') ?? (values.grep === undefined ? stageNames : [...vitestProjects, 'e2e'])
    const unknown = only.filter((name) => !stageNames.includes(name))
    if (unknown.length > 0) return { problem: `there is no stage ${unknown.join(', ')}` }
    return { only: new Set(only), grep: values.grep }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

/** The signal that ended the run early, if one did. */
let interruptedBy: NodeJS.Signals | undefined

/** Runs a tool of node_modules with the terminal as its own. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    const release = passSignals(child, (signal) => {
      interruptedBy = signal
    })
    const limit = setTimeout(() => {
      console.log(`ended: it took longer than ${stageLimitMs / 60_000} minutes`)
      child.kill('SIGKILL')
    }, stageLimitMs)
    child.on('error', (error) => console.log(error.message))
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      release()
      resolve(exitCodeOf(code, signal))
    })
  })
}

/** A stage that counts as one test. */
async function single(title: string, args: readonly string[]): Promise<Stage> {
  const exitCode = await run(args)
  const outcome: TestOutcome =
    exitCode === 0
      ? { kind: 'passed', name: title }
      : { kind: 'failed', name: title, message: `exit code ${exitCode}; its output stands above` }
  return closeStage(title, exitCode, [outcome])
}

async function vitest({ only, grep }: Choice): Promise<Stage> {
  const file = join(reports, 'vitest.json')
  rmSync(file, { force: true })
  const exitCode = await run(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=./tools/vitest-reporter.ts',
      ...vitestProjects.filter((project) => only.has(project)).map((project) => `--project=${project}`),
      ...(grep === undefined ? [] : ['--testNamePattern', grep, '--passWithNoTests']),
    ],
    { SCANSIDE_VITEST_REPORT: file },
  )
  const report = readReport<VitestReport>(file)
  return closeStage('vitest', exitCode, report && foldVitest(report, grep !== undefined))
}

async function build(): Promise<Stage> {
  const outcome = await ensureBuilt()
  if (outcome.ok) {
    console.log(outcome.built ? `built out/ in ${outcome.seconds.toFixed(1)} s` : 'out/ is current')
    return closeStage('build', 0, [{ kind: 'passed', name: 'build' }])
  }
  console.log(outcome.error.tail.join('\n'))
  return closeStage('build', 1, [{ kind: 'failed', name: 'build', message: outcome.error.message }])
}

async function endToEnd(grep: string | undefined, built: boolean): Promise<Stage> {
  const title = 'end to end'
  if (!built) {
    return closeStage(title, 1, [{ kind: 'failed', name: title, message: 'did not run: the build failed' }])
  }
  const browser = findProgram('browser')
  if (!browser.ok) {
    // Nobody reads the skipped ones of a machine that runs by itself.
    const unattended = (process.env.CI ?? '') !== ''
    const outcome: TestOutcome = unattended
      ? { kind: 'failed', name: title, message: browser.message }
      : { kind: 'skipped', name: title, reason: browser.message }
    return closeStage(title, unattended ? 1 : 0, [outcome])
  }
  const file = join(reports, 'e2e.json')
  rmSync(file, { force: true })
  const exitCode = await run([
    'node_modules/@playwright/test/cli.js',
    'test',
    ...(grep === undefined ? [] : ['--grep', grep, '--pass-with-no-tests']),
  ])
  const report = readReport<PlaywrightReport>(file)
  return closeStage(title, exitCode, report && foldPlaywright(report))
}

/** Reports are written by this run's own runners, so their shape is trusted; a torn one counts as none. */
function readReport<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

async function runStages(choice: Choice): Promise<Stage[]> {
  const { only, grep } = choice
  const stages: Stage[] = []
  const stage = async (
    title: string,
    wanted: boolean,
    start: () => Promise<Stage>,
  ): Promise<Stage | undefined> => {
    if (!wanted || interruptedBy !== undefined) return undefined
    console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 72 - title.length))}`)
    const startedAt = performance.now()
    const done = await start()
    const failures = done.outcomes.filter(({ kind }) => kind === 'failed').length
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    console.log(`── ${title}: ${failures === 0 ? 'ok' : `${failures} failed`}, ${seconds} s`)
    stages.push(done)
    return done
  }
  mkdirSync(reports, { recursive: true })
  await stage('format and lint', only.has('lint'), () =>
    single('format and lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']),
  )
  await stage('types', only.has('types'), () =>
    single('types', ['node_modules/typescript/bin/tsc', '--noEmit', '--pretty']),
  )
  const projects = vitestProjects.filter((project) => only.has(project))
  await stage(projects.join(', '), projects.length > 0, () => vitest(choice))
  const built = await stage('build', only.has('build') || only.has('e2e'), build)
  await stage('end to end', only.has('e2e'), () => endToEnd(grep, built?.exitCode === 0))
  if (interruptedBy !== undefined) {
    const message = `ended by ${interruptedBy} before every stage had run`
    stages.push(closeStage('run', 1, [{ kind: 'failed', name: 'npm test', message }]))
  }
  return stages
}

const choice = readChoice()
if (choice === 'help') console.log(usage)
else if ('problem' in choice) {
  console.error(`${choice.problem}\n\n${usage}`)
  process.exitCode = 2
} else {
  const { text, exitCode } = summarize(await runStages(choice))
  console.log(`\n${text}`)
  process.exitCode = exitCode
}
