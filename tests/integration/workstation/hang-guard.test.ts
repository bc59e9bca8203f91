import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { guardAgainstHang } from '../../../src/platform/node/hang-guard.ts'
import { cleanUp, later } from '../../support/undo.ts'

afterEach(cleanUp)

const script = join(import.meta.dirname, '../../support/guarded-process.ts')

async function run(standsStillMs: number): Promise<{ folder: string; signal: NodeJS.Signals | null }> {
  const folder = mkdtempSync(join(tmpdir(), 'scanside-guard-'))
  later(() => rmSync(folder, { recursive: true }))
  const guarded = spawn(process.execPath, [script, folder, String(standsStillMs)], { stdio: 'inherit' })
  later(() => void guarded.kill('SIGKILL'))
  const [, signal] = await once(guarded, 'exit')
  return { folder, signal }
}

describe('a process whose event loop stands still', () => {
  it('is ended and started again with its arguments, and the application log says so', async () => {
    const { folder, signal } = await run(30_000)
    expect(signal).toBe('SIGKILL')
    const startedAgain = () => JSON.parse(readFileSync(join(folder, 'started-again'), 'utf8'))
    await vi.waitFor(() => expect(startedAgain()).toEqual([folder, '30000']), { timeout: 20_000 })
    const [line = ''] = readFileSync(join(folder, 'app.log'), 'utf8').split('\n')
    expect(JSON.parse(line)).toMatchObject({ level: 'error', event: 'main-hung' })
    expect(JSON.parse(line).forMs).toBeGreaterThanOrEqual(1500)
    expect(existsSync(join(folder, 'ended'))).toBe(false)
  })

  it.each([
    ['is refused at once', 'no-path.js'],
    ['fails as it starts', '/nowhere/none.js'],
  ])('goes on unguarded, and says so, where the thread %s', async (_, worker) => {
    const said: string[] = []
    const order = { hungAfterMs: 1, command: '', args: [], cwd: '', env: {}, logFile: '' }
    const guard = guardAgainstHang(worker, order, ({ message }) => said.push(message))
    await expect.poll(() => said).toHaveLength(1)
    guard.beat()
    guard.stop()
  })

  it('for a moment only is left alone, and may stand still once it is ending', async () => {
    const { folder, signal } = await run(500)
    expect(signal).toBeNull()
    expect(existsSync(join(folder, 'ended'))).toBe(true)
    expect(existsSync(join(folder, 'started-again'))).toBe(false)
    expect(existsSync(join(folder, 'app.log'))).toBe(false)
  })
})
