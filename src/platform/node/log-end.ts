import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import type { ChainHead, LogEntry } from '../../domain/log/entry.ts'

/** Up to which entry a log was durable, as its writer noted it beside the log. */
export type NotedEnd = ChainHead & { readonly device: string }

/**
 * SQLite opens a database whose write-ahead log was cut or spoiled, or whose older copy was put back, without a word:
 * it ends earlier, and that is all. This note, outside of the database, tells. It is written once an entry is durable
 * and not waited for, so after a power failure it may say less than the log has; it never says more.
 */
export type EndNote = { readonly put: (last: LogEntry) => void; readonly close: () => void }

export const noteOf = (file: string): string => `${file}.end`
/** Each note overwrites the one before it, whole. */
const noteBytes = 200

export function openEndNote(file: string): EndNote {
  let descriptor: number | undefined
  return {
    put: ({ device, seq, hash }) => {
      try {
        descriptor ??= openSync(noteOf(file), constants.O_RDWR | constants.O_CREAT, 0o600)
        writeSync(descriptor, `${device} ${seq} ${hash}`.padEnd(noteBytes), 0)
      } catch {
        // The log itself has the entry: a note that cannot be kept makes it none the worse.
      }
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}

/** null: there is none, or none that can be read. */
export function readEndNote(file: string): NotedEnd | null {
  let text: string
  try {
    text = readFileSync(noteOf(file), 'utf8')
  } catch {
    return null
  }
  const [, device, seq, hash] = /^(\S+) (\d{1,15}) ([0-9a-f]{64}) *$/.exec(text) ?? []
  return device === undefined || hash === undefined ? null : { device, seq: Number(seq), hash }
}
