import { statfsSync, statSync } from 'node:fs'

/** What this account may still write where this folder lies, bytes. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Of these files together, bytes; one that is not there has none. */
export const bytesOf = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`
