import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensurePackages, firstDifference, inspectPackages, nodeOf } from '../../../tools/setup/packages.mjs'

const entry = (version: string, more: object = {}) => ({ version, integrity: `sha512-${version}`, ...more })
const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages: { '': {}, ...packages } })

describe('firstDifference', () => {
  const wanted = lock({ 'node_modules/zod': entry('4.6.7') })
  const all = () => true

  it('finds none in a tree that npm completed', () => {
    expect(firstDifference(wanted, wanted, all)).toBeUndefined()
  })

  it('names the package that is missing from the list or from the disk', () => {
    expect(firstDifference(wanted, lock({}), all)).toBe('node_modules/zod is missing')
    expect(firstDifference(wanted, wanted, () => false)).toBe('node_modules/zod is missing')
  })

  it('names the package with another version', () => {
    const installed = lock({ 'node_modules/zod': entry('4.6.6') })
    expect(firstDifference(wanted, installed, all)).toBe(
      'node_modules/zod is 4.6.6, the lock file says 4.6.7',
    )
  })

  it('does not miss the binaries of other platforms', () => {
    const other = lock({
      'node_modules/@rolldown/binding-win32-x64-msvc': entry('1.2.19', { optional: true }),
    })
    expect(firstDifference(other, lock({}), all)).toBeUndefined()
  })

  it('says so when a lock file is torn', () => {
    expect(firstDifference(wanted, wanted.slice(0, 40), all)).toBe('a lock file cannot be read')
  })
})

describe('a tree on disk', () => {
  let root = ''
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const node = () => nodeOf(root).slice(root.length + 1)

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'scanside-packages-'))
    write('package-lock.json', lock({ 'node_modules/zod': entry('4.6.7') }))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('is missing, stale while npm is at it, and complete without our stamp when npm finished by itself', () => {
    expect(inspectPackages(root)).toEqual({ kind: 'missing' })
    mkdirSync(join(root, 'node_modules/zod'), { recursive: true })
    expect(inspectPackages(root)).toMatchObject({ kind: 'stale' })
    write(node(), '')
    expect(inspectPackages(root)).toEqual({ kind: 'stale', why: 'npm did not finish installing it' })
    cpSync(join(root, 'package-lock.json'), join(root, 'node_modules/.package-lock.json'))
    expect(inspectPackages(root)).toEqual({ kind: 'unstamped' })
  })

  it('is stamped instead of installed again when it is complete, and stale when the lock file moves on', async () => {
    mkdirSync(join(root, 'node_modules/zod'), { recursive: true })
    write(node(), '')
    cpSync(join(root, 'package-lock.json'), join(root, 'node_modules/.package-lock.json'))
    expect(await ensurePackages(root)).toEqual({ ok: true })
    expect(inspectPackages(root)).toEqual({ kind: 'fresh' })

    write('package-lock.json', lock({ 'node_modules/zod': entry('5.0.0') }))
    expect(inspectPackages(root)).toMatchObject({ kind: 'stale', why: expect.stringContaining('5.0.0') })
  })
})
