import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { copyBeside } from '../../src/platform/node/log-copies.ts'
import { processesWith, workstationTest as test } from '../support/electron-app.ts'

const PROJECT_DIR = path.join(import.meta.dirname, '..', '..')
const PACK_TIMEOUT_MS = 180_000

/** Packs as `tools/package-app.ts` does for a person; its last line names the executable. */
async function pack(): Promise<string> {
  const args = [path.join(PROJECT_DIR, 'tools', 'package-app.ts'), '--inspectable']
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PROJECT_DIR })
  const executable = stdout.trim().split('\n').at(-1)
  if (executable === undefined) throw new Error('packing named no executable')
  return executable
}

test('the packed app boots from its archive with the native module outside, and leaves nothing behind', async ({
  launchWorkstation,
}) => {
  test.setTimeout(PACK_TIMEOUT_MS)
  const executable = process.env.E2E_APP ?? (await pack())
  const workstation = await launchWorkstation({ executable })
  const { app, userDataDir } = workstation

  const page = await workstation.windowAt('/index.html')
  await page.waitForLoadState('load')
  expect(await page.title()).toContain('Scanside')
  await expect(page.locator('body')).not.toBeEmpty()

  const inMain = await app.evaluate(({ app: main }) => {
    const report = process.report.getReport() as { sharedObjects: string[] }
    return {
      name: main.getName(),
      packaged: main.isPackaged,
      archive: main.getAppPath(),
      modules: report.sharedObjects.filter((file) => file.endsWith('.node')),
    }
  })
  expect(inMain.name).toBe('Scanside')
  expect(inMain.packaged).toBe(true)
  expect(path.basename(inMain.archive)).toBe('app.asar')
  expect(inMain.modules).toEqual([
    expect.stringMatching(/[\\/]app\.asar\.unpacked[\\/].*better-sqlite3.*\.node$/),
  ])

  // What copies the log is a thread of its own, out of the archive and with the native module too.
  await expect
    .poll(() => existsSync(copyBeside(path.join(userDataDir, 'log.sqlite'))), { timeout: 60_000 })
    .toBe(true)

  await workstation.close()
  if (process.platform !== 'win32') await expect.poll(() => processesWith(userDataDir)).toEqual([])
})
