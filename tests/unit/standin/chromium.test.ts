import { expect, test } from 'vitest'
import { chromiumArgs, findChromium } from '../../../tools/electron-standin/chromium.ts'

const SETUP = {
  profileDir: '/tmp/profile',
  headless: true,
  asRoot: false,
  appPort: 4321,
  schemes: ['standin', 'app'],
  appWindowUrl: undefined,
}

const flag = (args: readonly string[], name: string) =>
  args.filter((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`))

test("the app's feature lists and resolver rules are merged into the one flag that counts", () => {
  const switches = new Map([
    ['disable-features', 'PaintHolding,Translate'],
    ['host-resolver-rules', 'MAP hub.test 127.0.0.1'],
  ])
  const args = chromiumArgs(switches, SETUP)
  const [features] = flag(args, 'disable-features')
  expect(features?.split(/[=,]/).filter((name) => name === 'Translate')).toHaveLength(1)
  expect(features).toContain('PaintHolding')
  expect(features).toContain('WebUIOmniboxPopup')
  expect(flag(args, 'host-resolver-rules')).toEqual([
    '--host-resolver-rules=MAP hub.test 127.0.0.1,MAP *.standin.localhost 127.0.0.1:4321,MAP *.app.localhost 127.0.0.1:4321',
  ])
})

test('headless opens no window of its own; headed opens one without tabs', () => {
  const headless = chromiumArgs(new Map(), SETUP)
  expect(flag(headless, 'headless')).toEqual(['--headless'])
  expect(flag(headless, 'no-startup-window')).toHaveLength(1)
  expect(flag(headless, 'app')).toEqual([])

  const headed = chromiumArgs(new Map(), { ...SETUP, headless: false, appWindowUrl: 'http://x.test/' })
  expect(flag(headed, 'headless')).toEqual([])
  expect(flag(headed, 'no-startup-window')).toEqual([])
  expect(flag(headed, 'app')).toEqual(['--app=http://x.test/'])
})

test("the sandbox is off for root alone, and the app's own profile switch cannot move the profile", () => {
  expect(flag(chromiumArgs(new Map(), SETUP), 'no-sandbox')).toEqual([])
  expect(flag(chromiumArgs(new Map(), { ...SETUP, asRoot: true }), 'no-sandbox')).toHaveLength(1)
  const args = chromiumArgs(new Map([['user-data-dir', '/elsewhere']]), SETUP)
  expect(flag(args, 'user-data-dir')).toEqual(['--user-data-dir=/tmp/profile'])
})

test('media may play without a gesture, as in Electron, unless the app says otherwise', () => {
  expect(flag(chromiumArgs(new Map(), SETUP), 'autoplay-policy')).toEqual([
    '--autoplay-policy=no-user-gesture-required',
  ])
  const own = new Map([['autoplay-policy', 'user-gesture-required']])
  expect(flag(chromiumArgs(own, SETUP), 'autoplay-policy')).toEqual([
    '--autoplay-policy=user-gesture-required',
  ])
})

test('Chromium is the one named, else the first usual one, else a line that says what to do', () => {
  const only = (file: string) => (candidate: string) => candidate === file
  expect(findChromium({ STANDIN_CHROMIUM: '/opt/c' }, only('/opt/c'))).toBe('/opt/c')
  expect(findChromium({}, only('/usr/bin/chromium'))).toBe('/usr/bin/chromium')
  expect(() => findChromium({ STANDIN_CHROMIUM: '/gone' }, () => false)).toThrow(
    '/gone, which does not exist',
  )
  expect(() => findChromium({}, () => false)).toThrow(/apt-get install chromium.*STANDIN_CHROMIUM/)
})
