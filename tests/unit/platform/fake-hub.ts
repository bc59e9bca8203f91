import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { emptyChain } from '../../../src/domain/log/entry.ts'
import { ok, type Problem, type Result } from '../../../src/domain/result.ts'
import { generateKeyPair, type SigningKeyPair, signJson } from '../../../src/platform/node/ed25519.ts'
import type { HubReply } from '../../../src/platform/node/hub-http.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { createMemoryLog } from '../../../src/platform/node/memory-log.ts'
import { type Sync, type SyncFinding, startSync } from '../../../src/platform/node/sync.ts'
import type { Batch } from '../../../src/platform/node/sync-batch.ts'
import { later } from '../../support/undo.ts'
import { drafts } from './drafts.ts'

export type Posted = {
  readonly deviceId: string
  readonly entries: readonly { readonly seq: number; readonly hash: string }[]
}
export type Answer = Result<HubReply, Problem>

const deviceId = 'd-test'
const hubKeys = generateKeyPair()

/** Undefined where it is no JSON, as with an entry that is none. */
function readBatch({ body, encoding }: Batch): Posted | undefined {
  const unpack = { zstd: zstdDecompressSync, gzip: gunzipSync }[encoding ?? '']
  try {
    return JSON.parse(String(unpack === undefined ? Buffer.from(body) : unpack(body)))
  } catch {
    return undefined
  }
}

export const reply = (status: number, body: unknown): Answer => ok({ status, body })
export const confirms = (
  seq: number,
  hash: string,
  keys: SigningKeyPair = hubKeys,
  named: { readonly holes?: readonly { readonly seq: number; readonly hash: string }[] } = {},
): Answer => {
  const at = '2026-11-28T09:00:00.000Z'
  const receipt = { purpose: 'scanside-log-receipt', device: deviceId, seq, hash, at, ...named }
  return reply(200, { ok: true, ack: seq, hash, at, ...named, signature: signJson(keys.privateKey, receipt) })
}
export const refuses = (
  kind: string,
  expectedSeq: number,
  quarantined?: { from: number; to: number },
): Answer =>
  reply(409, {
    ok: false,
    error: { kind, message: 'Said by a test.', expectedSeq, ...(quarantined && { quarantined }) },
  })

/** A hub that keeps a chain by its hashes, and may be told to answer otherwise. */
export function fakeHub() {
  const held: string[] = [emptyChain.hash]
  const posted: Posted[] = []
  const says: ((posted: Posted) => Answer | undefined)[] = []
  const saysOfHead: (() => Answer | undefined)[] = []
  let asked = 0
  const head = () => confirms(held.length - 1, held.at(-1) ?? '')
  const take = ({ entries }: Posted): Answer => {
    for (const { seq, hash } of entries) {
      if (seq > held.length) return refuses('gap', held.length)
      if (held[seq] !== undefined && held[seq] !== hash) return refuses('fork', held.length)
      held[seq] = hash
    }
    return head()
  }
  return {
    posted,
    /** First and last entry of each batch. */
    seqs: () => posted.map(({ entries }) => [entries[0]?.seq, entries.at(-1)?.seq]),
    asked: () => asked,
    held: () => held.length - 1,
    /** What it has from here on is gone. */
    loseFrom: (seq: number) => void held.splice(seq),
    /** It answers the next batches so, in this order; undefined where it is honest. */
    next: (...answers: ((posted: Posted) => Answer | undefined)[]) => void says.push(...answers),
    nextHead: (...answers: (() => Answer | undefined)[]) => void saysOfHead.push(...answers),
    take,
    post: async (batch: Batch, _signal?: AbortSignal): Promise<Answer> => {
      const read = readBatch(batch)
      if (read === undefined) return reply(400, undefined)
      posted.push(read)
      return says.shift()?.(read) ?? take(read)
    },
    askHead: async (): Promise<Answer> => {
      asked += 1
      return saysOfHead.shift()?.() ?? head()
    },
  }
}

/** A workstation's log of `count` entries that syncs with a hub. */
export function syncing(
  count: number,
  hub: ReturnType<typeof fakeHub>,
  waitMs = 1,
  onDisk = (text: string, _seq: number) => text,
) {
  const memory = createMemoryLog({ kind: 'test', message: 'in memory' })
  const store: LogStore = {
    ...memory,
    texts: (from, limit) => memory.texts(from, limit).map((text, index) => onDisk(text, from + index)),
  }
  store.append(drafts(count))
  const notices: (string | null)[] = []
  const findings: SyncFinding[] = []
  const waits: number[] = []
  const sync: Sync = startSync({
    deviceId,
    hubPublicKey: hubKeys.publicKey,
    store,
    post: (batch, signal) => hub.post(batch, signal),
    askHead: hub.askHead,
    backoff: {
      next: () => {
        waits.push(waitMs)
        return waitMs
      },
      reset: () => undefined,
    },
    onProgress: () => undefined,
    onFinding: (finding) => void findings.push(finding),
    onNotice: (problem) => void notices.push(problem?.kind ?? null),
  })
  later(sync.close)
  const append = (more: number) => {
    store.append(drafts(more, store.head().seq + 1))
    sync.wake('appended')
  }
  return { store, notices, findings, waits, sync, append, connect: () => sync.wake('connected') }
}
