import { afterEach, describe, expect, it } from 'vitest'
import { type ChainHead, emptyChain } from '../../../src/domain/log/entry.ts'
import { fail, ok, type Problem, type Result } from '../../../src/domain/result.ts'
import type { HubReply } from '../../../src/platform/node/hub-http.ts'
import { createMemoryLog } from '../../../src/platform/node/memory-log.ts'
import { type Sync, startSync } from '../../../src/platform/node/sync.ts'
import { drafts } from './drafts.ts'

type Posted = { readonly deviceId: string; readonly entries: readonly { seq: number; hash: string }[] }
type Answer = Result<HubReply, Problem>

const running: Sync[] = []
afterEach(() => {
  for (const sync of running.splice(0)) sync.close()
})

/** A log of `count` entries and a hub that answers as told; after the last answer it takes everything. */
function against(count: number, answers: readonly ((posted: Posted) => Answer)[], waitMs = 1) {
  const store = createMemoryLog({ kind: 'test', message: 'in memory' })
  store.append(drafts(count))
  const posted: Posted[] = []
  const notices: (string | null)[] = []
  const waits: number[] = []
  let whenDone = () => {}
  const done = new Promise<void>((resolve) => {
    whenDone = resolve
  })
  const sync = startSync({
    deviceId: 'd-test',
    store,
    post: async (body) => {
      const batch: Posted = JSON.parse(body)
      posted.push(batch)
      return answers[posted.length - 1]?.(batch) ?? takes(batch)
    },
    backoff: {
      next: () => {
        waits.push(waitMs)
        return waitMs
      },
      reset: () => undefined,
    },
    onProgress: () => {
      if (store.unsyncedCount() === 0) whenDone()
    },
    onNotice: (problem) => void notices.push(problem?.kind ?? null),
  })
  running.push(sync)
  sync.wake('connected')
  return { store, posted, notices, waits, sync, done }
}

const reply = (status: number, body: unknown): Answer => ok({ status, body })
const takes = ({ entries }: Posted): Answer => {
  const last = entries.at(-1)
  return reply(200, { ok: true, ack: last?.seq, hash: last?.hash })
}
const refuses = (kind: string, expectedSeq: number) => (): Answer =>
  reply(409, { ok: false, error: { kind, message: 'said by a test', expectedSeq } })
const seqs = (posted: readonly Posted[]) =>
  posted.map(({ entries }) => [entries[0]?.seq, entries.at(-1)?.seq])

describe('the pump', () => {
  it('sends everything, in order, in batches', async () => {
    const { posted, done, store } = against(1200, [])
    await done
    expect(seqs(posted)).toEqual([
      [1, 500],
      [501, 1000],
      [1001, 1200],
    ])
    expect(store.acked()).toEqual(store.head())
  })

  it('sends no batch of more than a megabyte, but never an empty one', async () => {
    const store = createMemoryLog({ kind: 'test', message: 'in memory' })
    const big = (note: string) => drafts(1).map((draft) => ({ ...draft, body: { note } }))
    for (const size of [400_000, 400_000, 400_000, 1_500_000, 10]) store.append(big('x'.repeat(size)))
    const counts: number[] = []
    await new Promise<void>((resolve) => {
      const sync = startSync({
        deviceId: 'd-test',
        store,
        post: async (body) => {
          const batch: Posted = JSON.parse(body)
          counts.push(batch.entries.length)
          return takes(batch)
        },
        backoff: { next: () => 1, reset: () => undefined },
        onProgress: () => store.unsyncedCount() === 0 && resolve(),
        onNotice: () => undefined,
      })
      running.push(sync)
      sync.wake('connected')
    })
    expect(counts).toEqual([2, 1, 1, 1])
  })

  it('takes an answer that is lost for none, and sends the same again', async () => {
    const lost = () => fail('unreachable', 'the cable')
    const { posted, done, waits } = against(3, [lost, lost])
    await done
    expect(seqs(posted)).toEqual([
      [1, 3],
      [1, 3],
      [1, 3],
    ])
    expect(posted[2]).toEqual(posted[0])
    expect(waits).toHaveLength(2)
  })

  it('does not believe a hub that confirms another log, says so, and keeps everything', async () => {
    const lies = () => reply(200, { ok: true, ack: 3, hash: 'f'.repeat(64) })
    const { store, notices, done } = against(3, [lies])
    await done
    expect(notices).toEqual(['sync-ack-not-believed', null])
    expect(store.acked()).toEqual(store.head())
  })

  it('does not believe a hub that confirms more than there is', async () => {
    const lies = () => reply(200, { ok: true, ack: 99, hash: 'f'.repeat(64) })
    const { notices, done } = against(3, [lies])
    await done
    expect(notices[0]).toBe('sync-ack-not-believed')
  })

  it('goes back where the hub says that it lacks something', async () => {
    const { posted, notices, done, store } = against(600, [takes, refuses('gap', 101)])
    await done
    expect(seqs(posted)).toEqual([
      [1, 500],
      [501, 600],
      [101, 600],
    ])
    expect(notices).toEqual(['sync-lost-at-hub', null])
    expect(store.unsyncedCount()).toBe(0)
  })

  it.each(['fork', 'broken-chain', 'foreign-device'])(
    'stops at a %s, says what to do, drops nothing and does not begin again',
    async (kind) => {
      const { posted, notices, store, sync } = against(3, [refuses(kind, 2)])
      await new Promise(setImmediate)
      sync.wake('connected')
      await new Promise(setImmediate)
      expect(posted).toHaveLength(1)
      expect(notices).toEqual([`sync-${kind}`])
      expect(store.unsyncedCount()).toBe(3)
      expect(store.acked()).toEqual(emptyChain)
    },
  )

  it('stops when the hub has entries that this computer has lost', async () => {
    const { notices, posted } = against(3, [refuses('gap', 9)])
    await new Promise(setImmediate)
    expect(notices).toEqual(['sync-rollback'])
    expect(posted).toHaveLength(1)
  })

  it('makes smaller batches for a proxy that finds them too large', async () => {
    const tooLarge = () => reply(413, undefined)
    const { posted, done } = against(500, [tooLarge, tooLarge])
    await done
    expect(seqs(posted).slice(0, 4)).toEqual([
      [1, 500],
      [1, 250],
      [1, 125],
      [126, 250],
    ])
  })

  it('goes on after the disk failed under it, and says so meanwhile', async () => {
    const { store, notices, posted, done, sync } = against(3, [])
    const { setAcked } = store
    let failures = 0
    Object.assign(store, {
      setAcked: (head: ChainHead) => {
        failures += 1
        if (failures === 1) throw new Error('disk I/O error')
        setAcked(head)
      },
    })
    sync.wake('connected')
    await done
    expect(posted.length).toBeGreaterThan(1)
    expect(notices[0]).toBe('sync-disk')
    expect(store.unsyncedCount()).toBe(0)
  })

  it('waits its turn after a failure, but not when a new connection is there', async () => {
    const busy = () => reply(503, undefined)
    // Longer than any test: only the new connection can end this wait.
    const { posted, sync, store, done } = against(1, [busy], 3_600_000)
    await new Promise(setImmediate)
    store.append(drafts(1, 2))
    sync.wake('appended')
    expect(posted).toHaveLength(1)
    sync.wake('connected')
    await done
    expect(seqs(posted).at(-1)).toEqual([1, 2])
  })
})
