import { logAckSchema, logRefusalSchema } from '../../contract/hub.ts'
import type { ChainHead } from '../../domain/log/entry.ts'
import type { Problem, Result } from '../../domain/result.ts'
import type { Backoff } from './backoff.ts'
import type { HubReply } from './hub-http.ts'
import type { LogStore } from './log-store-types.ts'

export type SyncOptions = {
  readonly deviceId: string
  readonly store: Pick<LogStore, 'head' | 'texts' | 'hashAt' | 'acked' | 'setAcked'>
  /** POST /api/log as this device. */
  readonly post: (body: string) => Promise<Result<HubReply, Problem>>
  readonly backoff: Backoff
  readonly onProgress: (ack: ChainHead) => void
  /** What a person must know (null: it is over); nothing is dropped, whatever it says. */
  readonly onNotice: (problem: Problem | null) => void
}

/** Brings the log to the hub, in order, until the hub has all of it; sends entries as they were stamped. */
export type Sync = {
  /** Cheap, and harmless when there is nothing to do. An append waits its turn; a new connection does not. */
  readonly wake: (why: 'appended' | 'connected') => void
  readonly close: () => void
}

const maxEntries = 500
const maxBytes = 1024 * 1024

/** What to do after one exchange. */
type Next = 'go-on' | 'wait' | 'stop'

export function startSync(options: SyncOptions): Sync {
  const { deviceId, store, post, backoff, onNotice } = options
  let isRunning = false
  let isOver = false
  let retry: NodeJS.Timeout | undefined
  let batchEntries = maxEntries
  let saidKind: string | undefined

  const say = (problem: Problem | null) => {
    if (problem?.kind === saidKind) return
    saidKind = problem?.kind
    onNotice(problem)
  }

  const run = async () => {
    if (isRunning || isOver) return
    isRunning = true
    clearTimeout(retry)
    retry = undefined
    let next: Next = 'go-on'
    try {
      while (next === 'go-on' && !isOver && store.acked().seq < store.head().seq) next = await exchange()
    } catch (error) {
      // A disk that fails now may work later: syncing has no last attempt.
      next = 'wait'
      say(failing(error))
    } finally {
      isRunning = false
    }
    if (next === 'stop') isOver = true
    if (next === 'wait' && !isOver) retry = setTimeout(run, backoff.next())
  }

  const exchange = async (): Promise<Next> => {
    const from = store.acked()
    const texts = fitting(store.texts(from.seq + 1, batchEntries))
    const reply = await post(`{"deviceId":${JSON.stringify(deviceId)},"entries":[${texts.join(',')}]}`)
    if (isOver || !reply.ok) return 'wait'
    const { status, body } = reply.value
    const ack = logAckSchema.safeParse(body).data
    if (status === 200 && ack !== undefined) return believe({ seq: ack.ack, hash: ack.hash }, from)
    const refusal = logRefusalSchema.safeParse(body).data?.error
    if (refusal !== undefined) return refused(refusal, from)
    if (status === 413 && batchEntries > 1) {
      batchEntries = Math.ceil(batchEntries / 2)
      return 'go-on'
    }
    if (status !== 401 && status < 500 && status !== 429) say(strange(status))
    return 'wait'
  }

  const believe = (ack: ChainHead, from: ChainHead): Next => {
    // Short of `from`, the hub has lost what it once had: it is sent again from there.
    const isOurs = store.hashAt(ack.seq) === ack.hash
    if (!isOurs) {
      say(lyingAck(ack.seq))
      return 'wait'
    }
    store.setAcked(ack)
    options.onProgress(ack)
    if (ack.seq === from.seq) return 'wait'
    if (ack.seq < from.seq) say(lostAtHub(ack.seq))
    else say(null)
    backoff.reset()
    return 'go-on'
  }

  const refused = (
    { kind, message, expectedSeq }: { kind: string; message: string; expectedSeq: number },
    from: ChainHead,
  ): Next => {
    if (kind === 'malformed') {
      say({ kind: 'sync-malformed', message: `The hub does not understand this log: ${message}` })
      return 'wait'
    }
    if (kind !== 'gap') {
      say(stopped(kind, message))
      return 'stop'
    }
    const hash = store.hashAt(expectedSeq - 1)
    if (hash === undefined) {
      say(stopped('rollback', `the hub has entries up to ${expectedSeq - 1}, this computer fewer`))
      return 'stop'
    }
    if (expectedSeq - 1 < from.seq) say(lostAtHub(expectedSeq - 1))
    const moves = expectedSeq - 1 !== from.seq
    if (moves) store.setAcked({ seq: expectedSeq - 1, hash })
    return moves ? 'go-on' : 'wait'
  }

  return {
    wake: (why) => {
      if (why === 'connected' || retry === undefined) void run()
    },
    close: () => {
      isOver = true
      clearTimeout(retry)
    },
  }
}

function fitting(texts: readonly string[]): readonly string[] {
  let bytes = 0
  const end = texts.findIndex((text, index) => {
    bytes += Buffer.byteLength(text) + 1
    return bytes > maxBytes && index > 0
  })
  return end === -1 ? texts : texts.slice(0, end)
}

const failing = (error: unknown): Problem => ({
  kind: 'sync-disk',
  message: `The log on this computer cannot be read or written for syncing (${error instanceof Error ? error.message : String(error)}). It is tried again by itself. Tell your IT.`,
})
const lyingAck = (seq: number): Problem => ({
  kind: 'sync-ack-not-believed',
  message: `The hub confirms entry ${seq} of another log than this one. It is not believed: all entries stay here and are sent again. Tell your IT.`,
})
const lostAtHub = (seq: number): Problem => ({
  kind: 'sync-lost-at-hub',
  message: `The hub has this log only up to entry ${seq} again; the rest is sent once more from here. Tell your IT.`,
})
const strange = (status: number): Problem => ({
  kind: 'sync-refused',
  message: `The hub refuses this log with status ${status}. All entries stay here and are sent again.`,
})
const stopped = (kind: string, message: string): Problem => ({
  kind: `sync-${kind}`,
  message: `Syncing has stopped, because this log and the hub's copy contradict each other (${message}). All entries stay on this computer. Call your compliance officer; do not delete anything.`,
})
