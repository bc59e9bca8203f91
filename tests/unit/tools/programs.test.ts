import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../../tools/setup/commands.mjs'
import { browserPlaces, findProgram, programs } from '../../../tools/setup/programs.mjs'

describe('findProgram', () => {
  let folder = ''
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const executable = (name: string) => join(folder, name + suffix)

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'scanside-programs-'))
    for (const name of ['google-chrome', 'chromium', 'turnserver']) {
      writeFileSync(executable(name), '')
      chmodSync(executable(name), 0o755)
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('takes the one that the variable names', () => {
    const env = { SCANSIDE_CHROMIUM: executable('google-chrome'), PATH: folder }
    expect(findProgram('browser', env)).toEqual({ ok: true, path: executable('google-chrome') })
  })

  it('does not fall back silently when the variable names nothing', () => {
    const found = findProgram('browser', { SCANSIDE_CHROMIUM: join(folder, 'gone'), PATH: folder })
    expect(found).toMatchObject({
      ok: false,
      message: expect.stringContaining('SCANSIDE_CHROMIUM is set to'),
    })
  })

  it('prefers the better name wherever it stands on PATH', () => {
    const PATH = [join(folder, 'none'), folder].join(delimiter)
    expect(findProgram('browser', { PATH })).toEqual({ ok: true, path: executable('chromium') })
    expect(findProgram('turnserver', { PATH })).toEqual({ ok: true, path: executable('turnserver') })
  })

  it('says what is missing, what it is for and how to get it', () => {
    const found = findProgram('turnserver', { PATH: '' })
    expect(found).toMatchObject({ ok: false, message: expect.stringMatching(/relay.*coturn/) })
  })
})

describe('browserPlaces', () => {
  it('follows the folders of Windows and the home of a Mac', () => {
    expect(browserPlaces({ PROGRAMFILES: 'C:\\Program Files' }, 'win32')).toContain(
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    )
    expect(browserPlaces({ HOME: '/Users/ortiz' }, 'darwin')).toEqual(
      expect.arrayContaining([
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Users/ortiz/Applications/Chromium.app/Contents/MacOS/Chromium',
      ]),
    )
  })
})

it('the tables of commands and programs speak of the same commands', () => {
  const known = Object.keys(commands)
  for (const { usedBy, neededBy } of Object.values(programs)) {
    expect(known).toEqual(expect.arrayContaining([...usedBy]))
    expect(usedBy).toEqual(expect.arrayContaining([...neededBy]))
  }
})
