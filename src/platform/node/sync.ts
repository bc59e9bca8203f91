import { type LogAck, logAckSchema, logRefusalSchema } from '../../contract/hub.ts'
import { type ChainHead, emptyChain } from '../../domain/log/entry.ts'
import type { Hole, Receipt, SignedReceipt } from '../../domain/log/proof.ts'
import { segmentOf } from '../../domain/log/segments.ts'
import type { Problem, Result } from '../../domain/result.ts'
import type { Backoff } from './backoff.ts'
import { verifyJson } from './ed25519.ts'
import type { HubReply } from './hub-http.ts'
import type { LogStore } from './log-store-types.ts'
import { type Batch, type Dialect, makeBatch } from './sync-batch.ts'
import * as words from './sync-words.ts'

export type SyncOptions = {
  readonly deviceId: string
  readonly store: Pick<
    LogStore,
    'head' | 'texts' | 'hashAt' | 'lastUpTo' | 'salvage' | 'acked' | 'setAcked' | 'receipt' | 'setReceipt'
  >
  /** POST /api/log as this device. */
  readonly post: (batch: Batch, signal: AbortSignal) => Promise<Result<HubReply, Problem>>
  /** GET /api/log as this device. */
  readonly askHead: (signal: AbortSignal) => Promise<Result<HubReply, Problem>>
  readonly backoff: Backoff
  /** The key that signs for the hub, as it was pinned at enrolment. */
  readonly hubPublicKey: string
  readonly onProgress: (ack: ChainHead, signed: SignedReceipt) => void
  /** What must be in the log, because it proves something or cannot be found out later. */
  readonly onFinding: (finding: SyncFinding) => void
  /** What a person must know (null: it is over); nothing is dropped, whatever it says. */
  readonly onNotice: (problem: Problem | null) => void
}

export type SyncFinding =
  /** The hub signed that it had more than it signs to have now. */
  | { readonly kind: 'hub-lost-entries'; readonly had: SignedReceipt; readonly has: SignedReceipt }
  /** The hub keeps this apart from its record of this log. */
  | {
      readonly kind: 'entries-quarantined'
      readonly why: 'damaged' | 'fork' | 'stranded'
      readonly seqs: readonly number[]
    }

/** Brings the log to the hub, in order, until the hub has all of it; sends entries as they were stamped. */
export type Sync = {
  /** Cheap, and harmless when there is nothing to do. An append waits its turn; a new connection does not. */
  readonly wake: (why: 'appended' | 'connected') => void
  readonly close: () => void
}

/** A batch grows while it arrives and shrinks when it does not: in catch-up up to the largest, on a thin line not. */
const maxBytes = 512 * 1024
const firstBytes = 128 * 1024
const minBytes = 8 * 1024

/** What to do after one exchange; `rest`: nothing until something is appended, `stop`: until there is a new connection. */
type Next = 'go-on' | 'wait' | 'rest' | 'stop'

export function startSync(options: SyncOptions): Sync {
  const { deviceId, hubPublicKey, store, backoff, onNotice } = options
  let isRunning = false
  let isOver = false
  let isStopped = false
  let retry: NodeJS.Timeout | undefined
  let saidKind: string | undefined
  let current = new AbortController()
  /** At each connection the hub is asked what it has, even when everything is believed to be there. */
  let mustAsk = false
  let batchBytes = firstBytes
  let dialect: Dialect = 'compressed'
  /** The next batch, made while the hub is at work on the one before. */
  let prepared: { readonly fromSeq: number; readonly batch: Promise<Batch> } | undefined
  /** The hub refused this entry: it is sent again after a look at whether the disk has changed it. */
  let suspect: number | undefined
  /** Where this log stands apart from the hub's, from here it is offered to the hub's quarantine alone. */
  let apart: number | undefined

  const say = (problem: Problem | null) => {
    if (problem?.kind === saidKind || isOver) return
    saidKind = problem?.kind
    onNotice(problem)
  }
  const nextSeq = () => apart ?? store.acked().seq + 1
  // Nothing of the log, while entries that come first are still being recovered.
  const isDue = () => store.salvage() === null && (mustAsk || nextSeq() <= store.head().seq)
  /** The hub holds more of an earlier segment than was recovered here. */
  const isBeyond = (seq: number) => segmentOf(seq) < segmentOf(store.head().seq) && lastUpTo(seq).seq < seq
  const lastUpTo = (seq: number): ChainHead => {
    const last = store.lastUpTo(seq)
    return last === undefined ? emptyChain : { seq: last.seq, hash: last.hash }
  }

  const run = async () => {
    if (isRunning || isOver || isStopped) return
    isRunning = true
    clearTimeout(retry)
    retry = undefined
    let next: Next = 'go-on'
    try {
      while (next === 'go-on' && !isOver && isDue()) {
        current = new AbortController()
        next = mustAsk ? await ask() : await exchange()
        // Cut off by a new connection: it is asked at once.
        if (current.signal.aborted) next = 'go-on'
      }
    } catch (error) {
      // A disk that fails now may work later: syncing has no last attempt.
      next = 'wait'
      say(words.failing(error))
    } finally {
      isRunning = false
    }
    if (next === 'stop') isStopped = true
    if (next === 'wait' && !isOver) retry = setTimeout(run, backoff.next())
  }

  const ask = async (): Promise<Next> => {
    const reply = await options.askHead(current.signal)
    if (isOver || !reply.ok) return 'wait'
    const { status, body } = reply.value
    const ack = logAckSchema.safeParse(body).data
    if (status === 200 && ack !== undefined) return compare(ack)
    if (isPassing(status)) return 'wait'
    // A hub of the first version cannot be asked; what it lacks shows at the next batch.
    mustAsk = false
    return 'go-on'
  }

  /** What the hub says that it has, against what is here. */
  const compare = (ack: LogAck): Next => {
    const head = { seq: ack.ack, hash: ack.hash }
    const signed = checkedReceipt(ack)
    if (signed === undefined) return 'wait'
    mustAsk = false
    if (store.hashAt(head.seq) === head.hash) {
      keep(head, signed)
      return 'go-on'
    }
    if (head.seq > store.head().seq) {
      say(words.ahead(head.seq))
      // What was written here since is offered all the same: that shows the fork, and the hub keeps it apart.
      if (nextSeq() <= store.head().seq) return 'go-on'
      mustAsk = true
      return 'wait'
    }
    // Another log than this one, or a lie: the same entry is offered, so that the hub must say which.
    // So is the last of what was recovered, where the hub holds more than that.
    // What the hub has never been offered comes first: a fork may lie before it.
    const before = lastUpTo(lastUpTo(head.seq).seq - 1)
    if (before.seq < store.acked().seq) store.setAcked(before)
    return 'go-on'
  }

  const checkedReceipt = ({ ack: seq, hash, at, holes, signature }: LogAck): SignedReceipt | undefined => {
    const named = holes === undefined ? {} : { holes }
    const receipt: Receipt = { purpose: 'scanside-log-receipt', device: deviceId, seq, hash, at, ...named }
    if (verifyJson(hubPublicKey, receipt, signature)) return { receipt, signature }
    say(words.unsignedAck(seq))
    return undefined
  }

  /** The hub's word on a chain that is this one. */
  const keep = (ack: ChainHead, signed: SignedReceipt) => {
    const had = store.receipt()
    const isLoss = had !== undefined && had.receipt.seq > ack.seq
    const isLess = ack.seq < store.acked().seq
    if (isLoss && verifyJson(hubPublicKey, had.receipt, had.signature))
      options.onFinding({ kind: 'hub-lost-entries', had, has: signed })
    if (had === undefined || had.receipt.seq !== ack.seq || holesIn(had).length !== holesIn(signed).length)
      store.setReceipt(signed)
    if (ack.seq !== store.acked().seq) store.setAcked(ack)
    apart = undefined
    options.onProgress(ack, signed)
    const holes = holesIn(signed)
    if (holes.length > 0)
      options.onFinding({ kind: 'entries-quarantined', why: 'damaged', seqs: holes.map(({ seq }) => seq) })
    if (isLoss || isLess) say(words.lostAtHub(ack.seq))
    else say(holes.length > 0 ? words.damaged(holes) : null)
  }

  const prepare = (fromSeq: number): Promise<Batch> => {
    const isChecked = suspect === fromSeq
    const batch = makeBatch(store, { deviceId, fromSeq, maxBytes: batchBytes, dialect, isChecked })
    // Said when it is used; until then nobody waits for it.
    batch.catch(() => undefined)
    return batch
  }
  const send = async (fromSeq: number) => {
    const ready = prepared?.fromSeq === fromSeq && suspect === undefined ? prepared.batch : prepare(fromSeq)
    prepared = undefined
    const batch = await ready
    if (batch.count === 0) return undefined
    const answer = options.post(batch, current.signal)
    if (batch.lastSeq !== undefined && batch.lastSeq < store.head().seq) {
      prepared = { fromSeq: batch.lastSeq + 1, batch: prepare(batch.lastSeq + 1) }
    }
    return { batch, reply: await answer }
  }

  const exchange = async (): Promise<Next> => {
    const from = store.acked()
    const sent = await send(nextSeq())
    if (isOver || sent === undefined) return 'rest'
    const { batch, reply } = sent
    if (!reply.ok) return smaller('wait')
    const { status, body } = reply.value
    const ack = logAckSchema.safeParse(body).data
    if (status === 200 && ack !== undefined) return believe(ack, from, batch)
    const refusal = logRefusalSchema.safeParse(body).data?.error
    if (refusal !== undefined) return refused(refusal, from)
    if ((status === 400 || status === 415) && dialect === 'compressed') {
      // It may be a hub of the first version, or an entry that is no JSON any more: the next try can tell.
      dialect = 'plain'
      prepared = undefined
      return 'go-on'
    }
    if (status === 400 && suspect === undefined) {
      suspect = nextSeq()
      return 'go-on'
    }
    if (status === 413 && batch.count > 1) return smaller('go-on')
    if (!isPassing(status)) say(words.strange(status))
    return 'wait'
  }
  const smaller = (next: Next): Next => {
    prepared = undefined
    batchBytes = Math.max(minBytes, Math.floor(batchBytes / 2))
    return next
  }

  const believe = (ack: LogAck, from: ChainHead, { lastSeq }: Batch): Next => {
    const head: ChainHead = { seq: ack.ack, hash: ack.hash }
    if (isBeyond(head.seq) && lastSeq !== undefined && lastSeq > from.seq) {
      if (checkedReceipt(ack) === undefined) return 'wait'
      // It has compared what was sent, and the next segment is still to come.
      store.setAcked(lastUpTo(lastSeq))
      return 'go-on'
    }
    const isOurs = store.hashAt(head.seq) === head.hash
    if (!isOurs) say(words.lyingAck(head.seq))
    const signed = isOurs ? checkedReceipt(ack) : undefined
    if (signed === undefined) return 'wait'
    const isNews = head.seq !== from.seq
    suspect = undefined
    keep(head, signed)
    if (!isNews) return 'wait'
    backoff.reset()
    batchBytes = Math.min(maxBytes, batchBytes * 2)
    return 'go-on'
  }

  type Refusal = NonNullable<ReturnType<typeof logRefusalSchema.safeParse>['data']>['error']
  const refused = (refusal: Refusal, from: ChainHead): Next => {
    const { kind, message, expectedSeq, quarantined } = refusal
    prepared = undefined
    if (kind === 'foreign-device') return stop(words.stopped(kind, message))
    if (kind === 'fork') {
      say(words.forked(message))
      if (quarantined === undefined) return 'stop'
      const { from: first, to } = quarantined
      if (apart === undefined) options.onFinding({ kind: 'entries-quarantined', why: 'fork', seqs: [first] })
      if (apart !== undefined && to < apart) return 'stop'
      apart = to + 1
      return 'go-on'
    }
    const had = expectedSeq - 1
    const hash = store.hashAt(had)
    if (hash === undefined && !isBeyond(had)) {
      mustAsk = true
      say(words.ahead(had))
      return 'wait'
    }
    const reached = hash === undefined ? lastUpTo(had) : { seq: had, hash }
    const moves = reached.seq !== from.seq
    if (moves) store.setAcked(reached)
    if (kind === 'gap') {
      if (reached.seq >= from.seq) return moves ? 'go-on' : 'wait'
      say(words.lostAtHub(reached.seq))
      // So that the loss is on record, signed.
      mustAsk = true
      return 'go-on'
    }
    if (suspect !== expectedSeq) {
      suspect = expectedSeq
      return 'go-on'
    }
    if (kind === 'malformed') {
      say(words.misunderstood(message))
      return 'wait'
    }
    // The hub steps over a damaged entry once it has seen the next one, which names its hash.
    if (expectedSeq === store.head().seq) return 'rest'
    return stop(words.stopped(kind, message))
  }
  const stop = (problem: Problem): Next => {
    say(problem)
    return 'stop'
  }

  return {
    wake: (why) => {
      if (why === 'connected') {
        mustAsk = true
        isStopped = false
        dialect = 'compressed'
        suspect = undefined
        apart = undefined
        prepared = undefined
        // What was asked over the old connection may hang until its time is over.
        current.abort()
        void run()
      } else if (retry === undefined) void run()
    },
    close: () => {
      isOver = true
      current.abort()
      clearTimeout(retry)
    },
  }
}

/** Says nothing about the log: the same is asked again later. */
const isPassing = (status: number): boolean => status === 401 || status >= 500 || status === 429
const holesIn = ({ receipt }: SignedReceipt): readonly Hole[] => receipt.holes ?? []
