import { join } from 'node:path'
import type { Event } from '../../src/domain/log/events.ts'
import { openEncrypted } from '../../src/platform/node/encrypted-database.ts'
import { logKeyOf } from '../support/log-keys.ts'
import { until } from './until.ts'

type Logged<T extends Event['type']> = {
  readonly seq: number
  readonly atMs: number
  readonly body: Extract<Event, { type: T }>['body']
}

/** Reads the log of a running workstation from outside, with the key that its launch has told. */
export type LogReader = {
  readonly headSeq: () => number
  readonly entries: <T extends Event['type']>(type: T, afterSeq: number) => readonly Logged<T>[]
  /** The first entry of this type after `afterSeq` that matches, now or as soon as it is written. */
  readonly next: <T extends Event['type']>(
    type: T,
    afterSeq: number,
    matches?: (entry: Logged<T>) => boolean,
  ) => Promise<Logged<T>>
  readonly close: () => void
}

const patienceMs = 15_000

export function openLogReader(userDataDir: string): LogReader {
  const options = { readonly: true, fileMustExist: true }
  const db = openEncrypted(join(userDataDir, 'log.sqlite'), logKeyOf(userDataDir), options)
  const selectHead = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM log').pluck()
  const select = db
    .prepare<[string, number], string>('SELECT entry FROM log WHERE type = ? AND seq > ? ORDER BY seq')
    .pluck()
  const entries: LogReader['entries'] = (type, afterSeq) =>
    select.all(type, afterSeq).map((text) => {
      const { seq, at, body }: { seq: number; at: string; body: never } = JSON.parse(text)
      return { seq, atMs: Date.parse(at), body }
    })
  return {
    headSeq: () => selectHead.get() ?? 0,
    entries,
    next: (type, afterSeq, matches = () => true) =>
      until(`“${type}” in the log`, patienceMs, () => entries(type, afterSeq).find(matches)),
    close: () => db.close(),
  }
}
