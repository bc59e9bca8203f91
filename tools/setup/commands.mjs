// @ts-check

/**
 * What a command needs before its script can run. Packages (and with them Node 24) are needed by all.
 * @typedef {object} Command
 * @property {string} script path from the repository's root, run by Node 24
 * @property {string} summary one line for the list of commands
 * @property {boolean} built whether `out/` has to be there and current before the script starts
 * @property {boolean} electron whether a real Electron is worth one attempt at a download
 * @property {readonly string[]} [node] what Node itself is told
 */

/**
 * For a program that takes in one batch or line after the other: nearly all of it is dead at once. Left to itself, V8
 * lets what is new grow with the computer's memory (to 134 MB where there are 24 GB), and what died later, with the
 * buffers that hang on it, wait until the heap has doubled. Small and collected often, it takes no more time.
 */
const inLittleMemory = ['--max-semi-space-size=8', '--heap-growing-percent=20']

/** @type {Readonly<Record<string, Command>>} */
export const commands = {
  start: {
    script: 'tools/start.ts',
    summary: 'open the workstation on an embedded hub with sample data',
    built: true,
    electron: true,
  },
  demo: {
    script: 'tools/demo.ts',
    summary: 'play the whole story without a person and leave demo-output/',
    built: true,
    electron: true,
  },
  // The tests build for themselves, after the fast stages: the build is one of the tests.
  test: {
    script: 'tools/test-all.ts',
    summary: 'run everything: lint, types, unit, integration, end to end',
    built: false,
    electron: true,
  },
  bench: {
    script: 'tests/bench/run.ts',
    summary: 'measure, print a table and leave bench-output/bench.json',
    built: true,
    electron: true,
  },
  hub: {
    script: 'src/hub/cli.ts',
    summary: 'run the hub alone',
    built: true,
    electron: false,
    node: inLittleMemory,
  },
  verify: {
    script: 'tools/verify.ts',
    summary: 'check an exported record or log (FILE)',
    built: false,
    electron: false,
    node: inLittleMemory,
  },
  torture: {
    script: 'tests/faults/run.ts',
    summary: 'kill workstations and hubs at random points, and count what is lost',
    built: false,
    electron: false,
  },
  simulate: {
    script: 'tools/simulate.ts',
    summary: 'hold thousands of simulated rooms and physicians on a hub, and measure it',
    built: false,
    electron: false,
  },
  check: {
    script: 'tools/check.ts',
    summary: 'format, lint, types and the walls between folders',
    built: false,
    electron: false,
  },
  dist: { script: 'tools/dist.ts', summary: 'build the installers', built: true, electron: true },
}

/** The text of `node tools/run.mjs --help`. */
export function usage() {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`)
  return [
    'usage: node tools/run.mjs COMMAND [arguments]   (the same as: npm run COMMAND -- [arguments])',
    '',
    ...lines,
    '',
    'Each sets up what it needs first: packages from package-lock.json, a browser, the build.',
    'npm run COMMAND -- --help says what the command itself accepts.',
  ].join('\n')
}
