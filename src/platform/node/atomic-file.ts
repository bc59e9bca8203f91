import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Replaces a file whole or not at all, readable by its owner alone: a crash leaves the old content or the new.
 * @throws what the file system says (no space, read-only, no permission)
 */
export function writeFileAtomically(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  try {
    const descriptor = openSync(temporary, 'w', 0o600)
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/**
 * Waits until what was renamed or made in this folder survives a power failure. Windows keeps the order of such
 * changes by itself and opens no folders.
 */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Windows virus scanners and full disks speak in codes; a person gets words. */
export function fileErrorWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'ENOSPC':
      return 'the disk is full: free some space'
    case 'EACCES':
    case 'EPERM':
      return 'this account may not use it: give it read and write permission'
    case 'EROFS':
      return 'the file system is read-only: make it writable'
    case 'EISDIR':
      return 'it is a folder where a file is needed'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
