import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import { findElectron } from '../../tools/electron-runtime.ts'

/** Where numbers come from: they mean nothing without it. */
export type Machine = {
  readonly system: string
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly node: string
  /** What runs the workstation: Electron, or the stand-in and what it is made of. */
  readonly runtime: string
}

export async function describeMachine(): Promise<Machine> {
  return {
    system: systemName(),
    processor: os.cpus()[0]?.model.trim() ?? os.arch(),
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    runtime: (await findElectron()).describe,
  }
}

/** How many runnable processes there were per minute of late: more than there are cores, and all numbers suffer. */
export const loadAverage = (): number => Number((os.loadavg()[0] ?? 0).toFixed(2))

function systemName(): string {
  const file = '/etc/os-release'
  const named = existsSync(file)
    ? /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync(file, 'utf8'))?.[1]
    : undefined
  return `${named ?? os.type()} (${os.release()}, ${os.arch()})`
}
