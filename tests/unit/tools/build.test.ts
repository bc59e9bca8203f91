import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hashOf } from '../../../tools/build.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'scanside-build-'))
  mkdirSync(join(root, 'src/ui'), { recursive: true })
  writeFileSync(join(root, 'src/ui/a.ts'), 'export const a = 1')
  writeFileSync(join(root, 'package.json'), '{}')
})
afterEach(() => rmSync(root, { recursive: true }))

it('a build is out of date when a source changes, moves, comes or goes, and not when it is merely touched', () => {
  const hash = () => hashOf(root, ['src', 'package.json', 'not-there'])
  const first = hash()
  utimesSync(join(root, 'src/ui/a.ts'), 1, 1)
  expect(hash()).toBe(first)

  const seen = new Set([first])
  writeFileSync(join(root, 'src/ui/a.ts'), 'export const a = 2')
  seen.add(hash())
  renameSync(join(root, 'src/ui/a.ts'), join(root, 'src/ui/b.ts'))
  seen.add(hash())
  writeFileSync(join(root, 'src/c.ts'), '')
  seen.add(hash())
  writeFileSync(join(root, 'package.json'), '{"version":"1.0.0"}')
  seen.add(hash())
  rmSync(join(root, 'src/ui/b.ts'))
  seen.add(hash())
  expect(seen.size).toBe(6)
})
