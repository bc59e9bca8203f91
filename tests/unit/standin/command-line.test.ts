import { expect, test } from 'vitest'
import { parseCommandLine } from '../../../tools/electron-standin/command-line.ts'

test("Playwright's command line: loader, inspector, switches and the app's folder", () => {
  const line = parseCommandLine([
    '-r',
    '/x/loader.js',
    '--no-sandbox',
    '--inspect=0',
    '--remote-debugging-port=0',
    '.',
    '--user-data-dir=/tmp/a=b',
    'later',
  ])
  expect(line).toEqual({
    printVersion: false,
    inspect: { host: '127.0.0.1', port: 0, wait: false },
    preloads: ['/x/loader.js'],
    switches: [
      ['no-sandbox', ''],
      ['remote-debugging-port', '0'],
      ['user-data-dir', '/tmp/a=b'],
    ],
    target: '.',
  })
})

test.each([
  ['--inspect', { host: '127.0.0.1', port: 9229, wait: false }],
  ['--inspect-brk=5000', { host: '127.0.0.1', port: 5000, wait: true }],
  ['--inspect=0.0.0.0:5001', { host: '0.0.0.0', port: 5001, wait: false }],
])('%s', (arg, inspect) => {
  expect(parseCommandLine([arg, '.']).inspect).toEqual(inspect)
})

test('after -- everything is the app and its own business', () => {
  expect(parseCommandLine(['--', '/app', '--x'])).toMatchObject({ target: '/app', switches: [] })
  expect(parseCommandLine(['--version']).printVersion).toBe(true)
})
