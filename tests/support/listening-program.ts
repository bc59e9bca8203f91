import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const listensWithinMs = 20_000

/** A program of others that serves a port of this computer, until it is stopped. */
export type ListeningProgram = {
  readonly port: number
  /** Its own, and gone with it. */
  readonly folder: string
  readonly stop: () => Promise<void>
}

/**
 * @param prepare lays out its folder, and says how it is started and where it will listen
 * @throws what it printed, if it does not listen
 */
export async function startListening(
  program: string,
  name: string,
  prepare: (folder: string) => Promise<{ readonly port: number; readonly args: readonly string[] }>,
): Promise<ListeningProgram> {
  const folder = mkdtempSync(join(tmpdir(), `scanside-${name}-`))
  const { port, args } = await prepare(folder)
  const said: string[] = []
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)))
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    if (!isOver()) {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const patience = Date.now() + listensWithinMs
  while (!(await listens(port))) {
    if (isOver() || Date.now() > patience) {
      await stop()
      throw new Error(`${name} does not listen:\n${said.join('')}`)
    }
    await pause(50)
  }
  return { port, folder, stop }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
