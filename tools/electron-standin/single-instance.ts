import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { context } from './context.ts'

export interface SecondInstance {
  readonly argv: string[]
  readonly cwd: string
  readonly data: unknown
}

export interface InstanceLock {
  release(): void
}

const TELL_FIRST = `const [socket, message] = process.argv.slice(1)
require('node:net').connect(socket).end(message).on('error', () => {})`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Takes the lock as a symbolic link to our process id; the id of the living holder otherwise. */
function takeLink(link: string): number | undefined {
  for (;;) {
    try {
      fs.symlinkSync(String(process.pid), link)
      return undefined
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = Number(fs.readlinkSync(link))
    if (isAlive(holder)) return holder
    fs.rmSync(link, { force: true })
  }
}

/**
 * One process per user-data folder. The question is synchronous in Electron, so a second process
 * tells the first through a short-lived Node; undefined means that another one holds the lock.
 */
export function acquireInstanceLock(
  userDataDir: string,
  tell: { readonly data: unknown; readonly onSecond: (second: SecondInstance) => void },
): InstanceLock | undefined {
  fs.mkdirSync(userDataDir, { recursive: true })
  const link = path.join(userDataDir, 'SingletonLock')
  const name = createHash('sha256').update(userDataDir).digest('hex').slice(0, 24)
  const socket = path.join(os.tmpdir(), `electron-standin-${name}.sock`)
  if (takeLink(link) !== undefined) {
    const message = JSON.stringify({ argv: process.argv, cwd: process.cwd(), data: tell.data ?? null })
    spawnSync(context.nodePath, ['-e', TELL_FIRST, socket, message], {
      timeout: 5000,
    })
    return undefined
  }
  fs.rmSync(socket, { force: true })
  const server = net.createServer((connection) => {
    let text = ''
    connection.setEncoding('utf8')
    connection.on('data', (part) => {
      text += part
    })
    connection.on('end', () => tell.onSecond(JSON.parse(text)))
    connection.on('error', () => {})
  })
  server.listen(socket)
  server.unref()
  const release = () => {
    server.close()
    fs.rmSync(link, { force: true })
    fs.rmSync(socket, { force: true })
  }
  process.once('exit', release)
  return { release }
}
