import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { plainBatchEntries } from '../../contract/hub.ts'
import { hashEntry, type LogEntry } from '../../domain/log/entry.ts'
import { createBatchText } from './batch-text.ts'
import { sha256Hex } from './ed25519.ts'
import type { LogStore } from './log-store-types.ts'

export type BatchSource = Pick<LogStore, 'texts' | 'hashAt'>

/** `plain`: for a hub of the first version, which knows no compression and no large batch. */
export type Dialect = 'compressed' | 'plain'

export type Batch = {
  readonly body: Uint8Array<ArrayBuffer>
  readonly encoding?: string
  /** How many entries; none at the end of the log. */
  readonly count: number
  /** Of its last entry, if that can be read. */
  readonly lastSeq: number | undefined
}

export type BatchOptions = {
  readonly deviceId: string
  readonly fromSeq: number
  readonly maxBytes: number
  readonly dialect: Dialect
  /** Whether each entry is to be looked at first, so that a damaged one is sent as what it is. */
  readonly isChecked: boolean
}

/** So many are read between two turns of the event loop: a press of the button waits for no more. */
const slice = 100
const maxEntries = 4000

/** The entries from one on, as they are stored, as the body of a request. Compressed off the main thread. */
export async function makeBatch(store: BatchSource, options: BatchOptions): Promise<Batch> {
  const { deviceId, fromSeq, maxBytes, dialect, isChecked } = options
  const limit = dialect === 'plain' ? plainBatchEntries : maxEntries
  const json = createBatchText(maxBytes)
  json.add(`{"deviceId":${JSON.stringify(deviceId)},"entries":[`)
  const emptyBytes = json.bytes()
  let count = 0
  let last: string | undefined
  for (let isFull = false; !isFull; ) {
    // Behind an entry that cannot be read, the place is known if nothing was left out before it.
    const next = last === undefined ? fromSeq : (seqIn(last) ?? fromSeq + count - 1) + 1
    const more = store.texts(next, Math.min(slice, limit - count))
    const taken = more.slice(0, fitting(more, maxBytes - (json.bytes() - emptyBytes), count === 0))
    isFull = taken.length < more.length || more.length === 0 || count + taken.length === limit
    if (taken.length > 0) {
      for (const [index, text] of taken.entries()) {
        if (count + index > 0) json.add(',')
        json.add(isChecked ? checked(store, text, fromSeq + count + index) : text)
      }
      count += taken.length
      last = taken.at(-1)
    }
    if (!isFull) await setImmediate()
  }
  json.add(']}')
  const whole = { count, lastSeq: last === undefined ? undefined : seqIn(last) }
  try {
    if (dialect === 'plain') return { body: owned(Buffer.from(json.read())), ...whole }
    return { ...(await compress(json.read())), ...whole }
  } finally {
    json.done()
  }
}

/** How many texts fit; the first of a batch always does. */
function fitting(texts: readonly string[], room: number, isFirst: boolean): number {
  let bytes = 0
  const end = texts.findIndex((text, index) => {
    bytes += Buffer.byteLength(text) + 1
    return bytes > room && (index > 0 || !isFirst)
  })
  return end === -1 ? texts.length : end
}

function seqIn(text: string): number | undefined {
  const entry = parse(text)
  return typeof entry?.seq === 'number' ? entry.seq : undefined
}

/** The text itself, or what it is sent as if the disk has changed it. */
function checked(store: BatchSource, text: string, place: number): string {
  const entry = parse(text)
  const seq = typeof entry?.seq === 'number' && store.hashAt(entry.seq) === entry.hash ? entry.seq : place
  const hash = store.hashAt(seq)
  if (hash === undefined || (entry !== undefined && isSound(entry, seq, hash))) return text
  return JSON.stringify({ damaged: { seq, hash, text } })
}

function isSound(entry: LogEntry, seq: number, claimed: string): boolean {
  try {
    return entry.seq === seq && entry.hash === claimed && hashEntry(entry, sha256Hex) === claimed
  } catch {
    return false
  }
}

function parse(text: string): LogEntry | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as LogEntry) : undefined
  } catch {
    return undefined
  }
}

const zstd = typeof zlib.zstdCompress === 'function' ? promisify(zlib.zstdCompress) : undefined
const gzip = promisify(zlib.gzip)
const fast = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } }

/** On a thread of its own. zstd takes half of gzip's time at both ends, where this Node has it. */
async function compress(json: Buffer): Promise<Pick<Batch, 'body' | 'encoding'>> {
  if (zstd !== undefined) return { body: owned(await zstd(json, fast)), encoding: 'zstd' }
  return { body: owned(await gzip(json, { level: 1 })), encoding: 'gzip' }
}

/** What zlib gives away is in no shared memory, which its declarations leave open. */
const owned = (buffer: Buffer): Uint8Array<ArrayBuffer> => buffer as Buffer<ArrayBuffer>
