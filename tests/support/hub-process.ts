import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PolicyContent } from '../../src/domain/policy/policy.ts'
import { commands } from '../../tools/setup/commands.mjs'

const root = join(import.meta.dirname, '..', '..')
const cli = join(root, 'src', 'hub', 'cli.ts')
const startWithinMs = 60_000

/** A real hub in a process of its own, which can be killed and started again on the same port and data. */
export type HubProcess = {
  readonly url: string
  readonly port: number
  readonly dataDir: string
  readonly pid: () => number
  readonly issueEnrolmentCode: (roomId: string) => Promise<string>
  /** The invite's whole address. */
  readonly issueInvite: (physicianId: string) => Promise<string>
  /** JSON Lines. */
  readonly exportLog: (deviceId: string) => Promise<string>
  /** SIGKILL: no goodbye to anybody. */
  readonly kill: () => Promise<void>
  readonly restart: () => Promise<void>
  /** Asks it to stop and removes what it kept, unless its directory was given. */
  readonly stop: () => Promise<void>
  /** Everything it has written, for a failed test to show. */
  readonly output: () => string
}

export type HubProcessOptions = {
  readonly site: PolicyContent
  /** Default: a free one. */
  readonly port?: number
  /** Default: a fresh temporary directory. */
  readonly dataDir?: string
  /** Address of a PostgreSQL database; else it is SQLite in the directory. */
  readonly database?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export async function startHubProcess(options: HubProcessOptions): Promise<HubProcess> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'scanside-hub-'))
  const siteFile = join(dataDir, 'site.json')
  writeFileSync(siteFile, JSON.stringify(options.site))
  const place = options.database === undefined ? ['--data', dataDir] : ['--database', options.database]
  const lines: string[] = []
  let child: ChildProcess | null = null

  async function start(port: number, siteArgs: readonly string[]) {
    const args = [
      ...(commands.hub?.node ?? []),
      cli,
      ...place,
      '--port',
      String(port),
      ...siteArgs,
      ...(options.args ?? []),
    ]
    const started = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    })
    child = started
    const listens = Promise.withResolvers<{ readonly url: string; readonly port: number }>()
    const take = (chunk: Buffer) => {
      lines.push(chunk.toString())
      const found = /the console is at (https?:\/\/[^:\s]+:(\d+))/.exec(lines.join(''))
      if (found) listens.resolve({ url: found[1] ?? '', port: Number(found[2]) })
    }
    started.stdout.on('data', take)
    started.stderr.on('data', take)
    started.once('exit', (code) =>
      listens.reject(new Error(`the hub ended with ${code}:\n${lines.join('')}`)),
    )
    const impatience = setTimeout(
      () => listens.reject(new Error(`the hub does not listen:\n${lines.join('')}`)),
      startWithinMs,
    )
    return listens.promise.finally(() => clearTimeout(impatience))
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return
    const exited = once(ending, 'exit')
    ending.kill(signal)
    await exited
    lines.length = 0
  }

  async function administer(...args: string[]): Promise<string> {
    const [command = '', ...rest] = args
    const { stdout } = await promisify(execFile)(process.execPath, [cli, command, ...place, ...rest], {
      cwd: root,
      maxBuffer: 256 * 1024 * 1024,
    })
    return stdout.trim()
  }

  const { url, port } = await start(options.port ?? 0, ['--site', siteFile])
  return {
    url,
    port,
    dataDir,
    pid: () => child?.pid ?? 0,
    issueEnrolmentCode: (roomId) => administer('code', '--room', roomId),
    issueInvite: (physicianId) => administer('invite', '--physician', physicianId),
    exportLog: (deviceId) => administer('export', '--device', deviceId),
    kill: () => end('SIGKILL'),
    // The policy in force stays as it is: the site is given on the first start alone.
    restart: async () => void (await start(port, [])),
    async stop() {
      await end('SIGTERM')
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
    output: () => lines.join(''),
  }
}
