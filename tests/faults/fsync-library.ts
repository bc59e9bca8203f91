import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { tempFolder } from '../integration/workstation/kit.ts'

/** Compiles what is preloaded to see and to slow down what a process syncs; says why where that cannot be had. */
export function fsyncLibrary(): string | { readonly why: string } {
  if (process.platform !== 'linux') return { why: 'a library is preloaded on Linux alone' }
  const library = join(tempFolder(), 'fsync.so')
  const source = join(import.meta.dirname, 'fsync.c')
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-lpthread'], {
      stdio: 'pipe',
    })
    return library
  } catch (error) {
    return { why: `no C compiler works here: ${String(error).split('\n')[0]}` }
  }
}
