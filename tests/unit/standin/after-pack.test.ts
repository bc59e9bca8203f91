import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { releaseProblem } from '../../../build/after-pack.mjs'

let appOutDir = ''

beforeEach(() => {
  appOutDir = fs.mkdtempSync(path.join(os.tmpdir(), 'after-pack-'))
})

afterEach(() => {
  fs.rmSync(appOutDir, { recursive: true, force: true })
})

const targets = (...names: string[]) => names.map((name) => ({ name }))

test.each(['nsis', 'msi', 'deb', 'AppImage', 'dmg'])('%s from the stand-in is refused', (name) => {
  fs.mkdirSync(path.join(appOutDir, 'standin'))
  expect(releaseProblem({ appOutDir, targets: targets('dir', name), inspectable: false })).toMatch(
    `Refusing to make ${name}: the packed distribution is the Electron stand-in`,
  )
})

test('a release with the inspector on is refused', () => {
  expect(releaseProblem({ appOutDir, targets: targets('deb'), inspectable: true })).toMatch('inspector')
})

test('a release from Electron, and any unpacked folder, pass', () => {
  expect(
    releaseProblem({ appOutDir, targets: targets('deb', 'AppImage'), inspectable: false }),
  ).toBeUndefined()
  fs.mkdirSync(path.join(appOutDir, 'standin'))
  expect(releaseProblem({ appOutDir, targets: targets('dir'), inspectable: true })).toBeUndefined()
  expect(releaseProblem({ appOutDir, targets: [], inspectable: true })).toBeUndefined()
})
