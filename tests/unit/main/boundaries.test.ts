import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy, isAppAddress, resolveAppFile } from '../../../src/main/app-files.ts'
import { errorFields, openAppLog } from '../../../src/main/app-log.ts'
import { decodeIntent, decodeReport } from '../../../src/main/ipc-decode.ts'
import { openPreferences } from '../../../src/main/preferences.ts'

describe('what a window sends', () => {
  it('is taken when it is what the contract says', () => {
    const intent = { kind: 'mark-phone-called', escalationId: 'e-1', number: '911' }
    expect(decodeIntent(intent)).toEqual({ ok: true, value: intent })
    expect(decodeReport({ kind: 'alive' })).toEqual({ ok: true, value: { kind: 'alive' } })
  })

  it.each([
    ['nothing', undefined, /not understood/],
    ['a text', 'sign-in', /not understood/],
    ['an unknown wish', { kind: 'inject-now' }, /\(inject-now\).*not understood/],
    ['a wish that lacks something', { kind: 'sign-in', technologistId: 'j-ortiz' }, /pin: /],
    ['a wish with more than it has', { kind: 'lock', force: true }, /force/],
    [
      'a wrong unit',
      { kind: 'start-injection', agentId: 'a', volumeMl: -1, route: 'IV', lot: null },
      /volumeMl/,
    ],
  ])('is answered in words when it is %s', (_, value, words) => {
    const decoded = decodeIntent(value)
    expect(decoded).toMatchObject({ ok: false, error: { kind: 'malformed' } })
    expect(!decoded.ok && decoded.error.message).toMatch(words)
  })

  it('is never repeated in those words: it may be a PIN', () => {
    const decoded = decodeIntent({ kind: 'sign-in', technologistId: 'not valid!', pin: '8642'.repeat(20) })
    expect(JSON.stringify(decoded)).not.toMatch(/8642|not valid!/)
  })

  it('never makes the decoder throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof decodeIntent(value).ok).toBe('boolean')
        expect(typeof decodeReport(value).ok).toBe('boolean')
      }),
    )
  })
})

describe('the files of the app', () => {
  const root = join(tmpdir(), 'out', 'renderer')

  it.each([
    ['app://scanside/index.html', 'index.html'],
    ['app://scanside/assets/main-a1.js', 'assets/main-a1.js'],
    ['app://scanside/assets/a%20b.svg?v=1#x', 'assets/a b.svg'],
    // What climbs is resolved by the address itself, and stays inside.
    ['app://scanside/../../index.html', 'index.html'],
    ['app://scanside/%2e%2e/index.html', 'index.html'],
  ])('%s is %s', (address, file) => {
    expect(resolveAppFile(root, address)).toMatchObject({ ok: true, value: { path: join(root, file) } })
  })

  it.each([
    'app://scanside/..%2f..%2fdevice.json',
    'app://scanside/%2e%2e%2f%2e%2e%2fdevice.json',
    'app://scanside/..%5c..%5cdevice.json',
    'app://scanside/a%00.js',
    'app://scanside/%zz.js',
    'app://scanside/device.sqlite',
    'app://scanside/',
    'app://other/index.html',
    'file:///etc/passwd',
    'https://scanside/index.html',
    'nothing',
  ])('%s is not served', (address) => {
    expect(resolveAppFile(root, address).ok).toBe(false)
  })

  it('never lie outside of their folder', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.constantFrom('..', '%2e%2e', '%2E%2e%2f', '..%5c'), (path, climb) => {
        const found = resolveAppFile(root, `app://scanside/${climb}/${climb}${path}.js`)
        if (found.ok) expect(found.value.path.startsWith(join(root, '/'))).toBe(true)
      }),
    )
  })

  it('know their own pages from others', () => {
    expect(isAppAddress('app://scanside/help.html')).toBe(true)
    for (const other of ['app://scanside.evil/', 'http://scanside/', 'about:blank', '']) {
      expect(isAppAddress(other)).toBe(false)
    }
  })

  it('run no script but their own', () => {
    expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:/)
  })
})

describe('the application log', () => {
  it('is JSON, a line each, and is turned over before it grows too large', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scanside-applog-'))
    const file = join(folder, 'logs', 'scanside.log')
    const log = openAppLog(file, false, () => 0)
    log('info', 'armed', { sinceProcessStartMs: 812 })
    log('debug', 'not-asked-for')
    expect(readFileSync(file, 'utf8')).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","level":"info","event":"armed","sinceProcessStartMs":812}\n',
    )
    for (let line = 0; line < 7000; line += 1) log('warn', 'long', { text: 'x'.repeat(5000) })
    const files = readdirSync(join(folder, 'logs')).sort()
    expect(files).toEqual(['scanside.log', 'scanside.log.1', 'scanside.log.2'])
    for (const name of files) {
      expect(readFileSync(join(folder, 'logs', name)).length).toBeLessThanOrEqual(4 * 1024 * 1024)
    }
    rmSync(folder, { recursive: true })
  })

  it('that cannot be kept stands in nobody’s way', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scanside-applog-'))
    writeFileSync(join(folder, 'logs'), 'a file where the folder should be')
    const log = openAppLog(join(folder, 'logs', 'scanside.log'), false, () => 0)
    expect(() => log('info', 'armed')).not.toThrow()
    rmSync(folder, { recursive: true })
  })

  it('says of an error its message and where it was', () => {
    expect(errorFields(new Error('broken'))).toMatchObject({ message: 'broken', stack: expect.any(String) })
    expect(errorFields('text')).toEqual({ message: 'text' })
  })
})

describe('preferences', () => {
  it('are kept, and are the defaults when the file is spoilt', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scanside-prefs-'))
    const file = join(folder, 'preferences.json')
    openPreferences(file).set({ theme: 'light' })
    expect(openPreferences(file).get()).toEqual({ theme: 'light', layout: 'full' })
    writeFileSync(file, '{"theme":"pink"}')
    expect(openPreferences(file).get()).toEqual({ theme: 'dark', layout: 'full' })
    rmSync(folder, { recursive: true })
  })
})
