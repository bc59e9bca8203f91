import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { expect, test } from 'vitest'
import { fuseWire, readFuse } from '../../../tools/electron-standin/fuses.ts'

test("the wire has Electron's defaults, and Electron's own tool flips it", async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'standin-fuses-'))
  const executable = path.join(dir, 'electron')
  try {
    fs.writeFileSync(executable, `#!/bin/sh\nexit 0\n${fuseWire()}`)
    expect(readFuse(fs.readFileSync(executable), 'nodeCliInspect')).toBe(true)
    expect(readFuse(fs.readFileSync(executable), 'onlyLoadAppFromAsar')).toBe(false)

    await flipFuses(executable, {
      version: FuseVersion.V1,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
    })

    expect(readFuse(fs.readFileSync(executable), 'nodeCliInspect')).toBe(false)
    expect(readFuse(fs.readFileSync(executable), 'onlyLoadAppFromAsar')).toBe(true)
    expect(readFuse(fs.readFileSync(executable), 'runAsNode')).toBe(true)
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
})

test('an executable without a wire has no fuses', () => {
  expect(readFuse(Buffer.from('#!/bin/sh\n'), 'runAsNode')).toBeUndefined()
})
