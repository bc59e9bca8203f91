import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { generateKeyPair } from '../../../src/platform/node/ed25519.ts'
import { testSite } from '../../support/site.ts'
import { later } from '../../support/undo.ts'
import { ask, type TestPlace, tempDir } from './kit.ts'

const cli = join(import.meta.dirname, '../../../src/hub/cli.ts')

export async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [cli, ...args], { maxBuffer: 1e9 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

/** The hub as a process of its own; resolves when it says where it is. */
export async function launch(
  place: TestPlace,
  ...args: string[]
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [cli, ...at(place), '--port', '0', '--log-level', 'warn', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  later(() => child.kill('SIGKILL'))
  const said: string[] = []
  for await (const line of createInterface({ input: child.stderr! })) {
    said.push(line)
    const url = /the console is at (\S+)/.exec(line)?.[1]
    if (url) return { child, url }
  }
  throw new Error(`the hub did not start: ${said.join('\n')}`)
}

export const at = ({ data = '', database }: TestPlace): string[] =>
  database === undefined ? ['--data', data] : ['--database', database]

export async function siteFile(over: Parameters<typeof testSite>[0] = {}): Promise<string> {
  const file = join(await tempDir(), 'site.json')
  await writeFile(file, JSON.stringify(testSite(over)))
  return file
}

export async function withSite(): Promise<{ data: string; site: string }> {
  const dir = await tempDir()
  const site = join(dir, 'site.json')
  await writeFile(site, JSON.stringify(testSite()))
  return { data: join(dir, 'data'), site }
}

export async function enrolAt(url: string, place: TestPlace) {
  const key = generateKeyPair()
  const code = (await run('code', ...at(place), '--room', 'ct-1')).stdout.trim()
  const { body } = await ask(url, '/api/enrol', { json: { code, publicKey: key.publicKey, hostname: 'pc' } })
  return { ...body, key } as { deviceId: string; hubPublicKey: string; key: typeof key }
}
