import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createPackageWithOptions } from '@electron/asar'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AsarFolder, asarEntries, unpackAsar } from '../../../tools/electron-standin/asar.ts'

let dir = ''

beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'standin-asar-test-'))
})

afterEach(() => {
  fs.rmSync(dir, { recursive: true, force: true })
})

test("an archive of electron-builder's packer is unpacked whole, native modules as real files", async () => {
  const source = path.join(dir, 'source')
  fs.mkdirSync(path.join(source, 'lib', 'empty'), { recursive: true })
  fs.writeFileSync(path.join(source, 'package.json'), '{"name":"x"}')
  fs.writeFileSync(path.join(source, 'lib', 'tool.sh'), '#!/bin/sh\n', { mode: 0o755 })
  fs.writeFileSync(path.join(source, 'lib', 'native.node'), Buffer.from([0, 1, 2]))
  fs.writeFileSync(path.join(source, 'lib', 'empty.txt'), '')
  fs.symlinkSync('lib/tool.sh', path.join(source, 'link.sh'))
  const archive = path.join(dir, 'app.asar')
  await createPackageWithOptions(source, archive, { unpack: '*.node' })

  const unpacked = unpackAsar(archive)
  try {
    expect(path.basename(unpacked)).toBe('app.asar')
    expect(fs.readFileSync(path.join(unpacked, 'package.json'), 'utf8')).toBe('{"name":"x"}')
    expect(fs.readFileSync(path.join(unpacked, 'lib', 'native.node'))).toEqual(Buffer.from([0, 1, 2]))
    expect(fs.readFileSync(path.join(unpacked, 'lib', 'empty.txt'), 'utf8')).toBe('')
    expect(fs.statSync(path.join(unpacked, 'lib', 'tool.sh')).mode & 0o111).not.toBe(0)
    expect(fs.readlinkSync(path.join(unpacked, 'link.sh'))).toBe('lib/tool.sh')
    expect(fs.statSync(path.join(unpacked, 'lib', 'empty')).isDirectory()).toBe(true)
    // As in Electron, the sibling holds what was left outside.
    expect(fs.existsSync(path.join(`${unpacked}.unpacked`, 'lib', 'native.node'))).toBe(true)
    expect(unpackAsar(archive)).toBe(unpacked)
  } finally {
    fs.rmSync(path.dirname(unpacked), { recursive: true, force: true })
  }
})

test('a name that would leave the folder is refused', () => {
  const evil: AsarFolder = { files: { '../out': { size: 1, offset: '0' } } }
  expect(() => [...asarEntries(evil)]).toThrow('unsafe name')
})
