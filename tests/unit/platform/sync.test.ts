import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ChainHead } from '../../../src/domain/log/entry.ts'
import { fail } from '../../../src/domain/result.ts'
import { generateKeyPair } from '../../../src/platform/node/ed25519.ts'
import { cleanUp } from '../../support/undo.ts'
import { drafts } from './drafts.ts'
import { confirms, fakeHub, type Posted, refuses, reply, syncing } from './fake-hub.ts'

afterEach(cleanUp)

const lastOf = ({ entries }: Posted) => entries.at(-1) ?? { seq: 0, hash: '' }

describe('the pump', () => {
  it('sends everything, in order, in few batches', async () => {
    const hub = fakeHub()
    const { store, connect } = syncing(1200, hub)
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(1200))
    const sent = hub.posted.flatMap(({ entries }) => entries.map(({ seq }) => seq))
    expect(sent).toEqual(Array.from({ length: 1200 }, (_, index) => index + 1))
    expect(hub.posted.length).toBeLessThan(6)
    expect(store.acked()).toEqual(store.head())
  })

  it('sends no batch of more than half a megabyte, and less at first, but never an empty one', async () => {
    const hub = fakeHub()
    const { store, connect } = syncing(0, hub)
    const sizes = [100, 100, 100, 100, 100, 400, 1500, 0]
    for (const size of sizes)
      store.append(drafts(1).map((draft) => ({ ...draft, body: { note: 'x'.repeat(size * 1000) } })))
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(sizes.length))
    expect(hub.posted.map(({ entries }) => entries.length)).toEqual([1, 1, 2, 2, 1, 1])
  })

  it('takes an answer that is lost for none, and sends the same again', async () => {
    const hub = fakeHub()
    const lost = () => fail('unreachable', 'the cable')
    hub.next(lost, lost)
    const { waits, connect } = syncing(3, hub)
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(3))
    expect(hub.seqs()).toEqual([
      [1, 3],
      [1, 3],
      [1, 3],
    ])
    expect(hub.posted[2]).toEqual(hub.posted[0])
    expect(waits).toHaveLength(2)
  })

  it.each([401, 429, 500, 502, 503])('takes a status %i for no refusal, and says nothing', async (status) => {
    const hub = fakeHub()
    hub.next(() => reply(status, undefined))
    hub.nextHead(() => reply(status, undefined))
    const { notices, connect } = syncing(3, hub)
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(3))
    expect([hub.asked(), hub.posted.length, notices]).toEqual([2, 2, []])
  })

  it('makes smaller batches for a proxy that finds them too large', async () => {
    const hub = fakeHub()
    const tooLarge = () => reply(413, undefined)
    hub.next(tooLarge, tooLarge)
    const { connect } = syncing(400, hub)
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(400))
    const counts = hub.posted.map(({ entries }) => entries.length)
    expect(counts[1]).toBeLessThan((counts[0] ?? 0) * 0.6)
    expect(counts[2]).toBeLessThan((counts[1] ?? 0) * 0.6)
  })

  it('speaks to a hub of the first version as that understands it', async () => {
    const hub = fakeHub()
    hub.nextHead(() => reply(404, { ok: false, error: { kind: 'not-found', message: 'x' } }))
    hub.next(() => reply(400, { ok: false, error: { kind: 'malformed', message: 'x' } }))
    const { notices, connect } = syncing(1200, hub)
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(1200))
    expect(Math.max(...hub.posted.slice(1).map(({ entries }) => entries.length))).toBeLessThanOrEqual(500)
    expect(notices).toEqual([])
  })

  it('goes on after the disk failed under it, and says so meanwhile', async () => {
    const hub = fakeHub()
    const { store, notices, connect } = syncing(3, hub)
    const { setAcked } = store
    let failures = 0
    Object.assign(store, {
      setAcked: (head: ChainHead) => {
        failures += 1
        if (failures === 1) throw new Error('disk I/O error')
        setAcked(head)
      },
    })
    connect()
    await vi.waitFor(() => expect(store.unsyncedCount()).toBe(0))
    expect(hub.posted.length).toBeGreaterThan(1)
    expect(notices[0]).toBe('sync-disk')
  })

  it('waits its turn after a failure, but not when a new connection is there', async () => {
    const hub = fakeHub()
    hub.next(() => reply(503, undefined))
    // Longer than any test: only the new connection can end this wait.
    const { waits, append, connect } = syncing(1, hub, 3_600_000)
    connect()
    await vi.waitFor(() => expect(waits).toHaveLength(1))
    append(1)
    await new Promise(setImmediate)
    expect(hub.posted).toHaveLength(1)
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(2))
    expect(hub.seqs().at(-1)).toEqual([1, 2])
  })

  it('does not wait for an answer over the connection before this one', async () => {
    const hub = fakeHub()
    const { post } = hub
    let cut = 0
    hub.post = (batch, signal) =>
      cut > 0
        ? post(batch)
        : new Promise((resolve) => {
            cut += 1
            // It never answers; only the signal ends it.
            signal?.addEventListener('abort', () => resolve(fail('unreachable', 'cut off')))
          })
    const { waits, connect } = syncing(3, hub)
    connect()
    await vi.waitFor(() => expect(cut).toBe(1))
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(3))
    expect(waits).toEqual([])
  })
})

describe('a hub that is not to be believed', () => {
  it.each([
    ['confirms another log', () => confirms(3, 'f'.repeat(64)), 'sync-ack-not-believed'],
    ['confirms more than there is', () => confirms(99, 'f'.repeat(64)), 'sync-ack-not-believed'],
    [
      'signs with another key than the pinned one',
      (posted: Posted) => confirms(lastOf(posted).seq, lastOf(posted).hash, generateKeyPair()),
      'sync-ack-not-signed',
    ],
  ] as const)(
    'because it %s: nothing is taken for synced, and the same is sent again',
    async (_, lie, kind) => {
      const hub = fakeHub()
      hub.next(lie, lie)
      const { store, notices, connect } = syncing(3, hub)
      connect()
      await vi.waitFor(() => expect(notices).toEqual([kind, null]))
      expect(hub.posted[2]).toEqual(hub.posted[0])
      expect([hub.held(), store.acked()]).toEqual([3, store.head()])
    },
  )

  it('because it confirmed and did not store: all is sent again when it comes clean, and the lie is on record', async () => {
    const hub = fakeHub()
    const lie = (posted: Posted) => confirms(lastOf(posted).seq, lastOf(posted).hash)
    hub.next(lie)
    const { store, notices, findings, connect } = syncing(5, hub)
    connect()
    await vi.waitFor(() => expect(store.unsyncedCount()).toBe(0))
    expect(hub.held()).toBe(0)
    // Everything is believed to be there; a new connection asks all the same.
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(5))
    expect(notices).toEqual(['sync-lost-at-hub', null])
    expect(findings).toMatchObject([
      { kind: 'hub-lost-entries', had: { receipt: { seq: 5 } }, has: { receipt: { seq: 0 } } },
    ])
    connect()
    await vi.waitFor(() => expect(hub.asked()).toBe(3))
    expect(findings).toHaveLength(1)
  })

  it('because it lost the end of the log while connected: it is sent again, and what was signed is on record', async () => {
    const hub = fakeHub()
    const { store, notices, findings, append, connect } = syncing(200, hub)
    connect()
    await vi.waitFor(() => expect(store.unsyncedCount()).toBe(0))
    hub.loseFrom(101)
    append(1)
    await vi.waitFor(() => expect(hub.held()).toBe(201))
    expect(hub.seqs()).toEqual([
      [1, 200],
      [201, 201],
      [101, 201],
    ])
    expect(notices).toEqual(['sync-lost-at-hub', null])
    expect(findings).toMatchObject([{ had: { receipt: { seq: 200 } }, has: { receipt: { seq: 100 } } }])
  })

  it('because it signs wrongly what it has: it is asked until it signs rightly', async () => {
    const hub = fakeHub()
    hub.nextHead(() => confirms(0, '0'.repeat(64), generateKeyPair()))
    const { notices, connect } = syncing(2, hub)
    connect()
    await vi.waitFor(() => expect(hub.held()).toBe(2))
    expect(notices).toEqual(['sync-ack-not-signed', null])
  })

  it('because it names another head than it has: it is offered that entry, and then believed what it does', async () => {
    const hub = fakeHub()
    const { store, append, connect } = syncing(4, hub)
    connect()
    await vi.waitFor(() => expect(store.unsyncedCount()).toBe(0))
    hub.nextHead(() => confirms(3, 'f'.repeat(64)))
    connect()
    await vi.waitFor(() => expect(hub.seqs().at(-1)).toEqual([3, 4]))
    append(1)
    await vi.waitFor(() => expect(hub.held()).toBe(5))
  })

  it('because another log than this one went on there: it is offered everything that it was never offered', async () => {
    const hub = fakeHub()
    const { store, connect } = syncing(2, hub)
    connect()
    await vi.waitFor(() => expect(store.unsyncedCount()).toBe(0))
    hub.nextHead(() => confirms(5, 'f'.repeat(64)))
    hub.next(() => refuses('fork', 6, { from: 3, to: 8 }))
    store.append(drafts(6))
    connect()
    await vi.waitFor(() => expect(hub.seqs().at(-1)).toEqual([3, 8]))
  })

  it('says when the hub has entries that this computer has lost, and asks on', async () => {
    const hub = fakeHub()
    const { store, notices, connect } = syncing(3, hub)
    connect()
    await vi.waitFor(() => expect(store.unsyncedCount()).toBe(0))
    const ahead = () => confirms(9, 'f'.repeat(64))
    hub.nextHead(ahead, ahead)
    connect()
    await vi.waitFor(() => expect(notices).toEqual(['sync-rollback', null]))
    expect([hub.asked(), hub.posted.length]).toEqual([4, 1])
  })

  it('is offered what this computer has written since, so that a fork shows although the hub is further', async () => {
    const hub = fakeHub()
    const { store, notices, connect } = syncing(3, hub)
    connect()
    await vi.waitFor(() => expect(store.unsyncedCount()).toBe(0))
    hub.nextHead(() => confirms(9, 'f'.repeat(64)))
    hub.next(() => refuses('fork', 10, { from: 4, to: 5 }))
    store.append(drafts(2))
    connect()
    await vi.waitFor(() => expect(notices).toEqual(['sync-rollback', 'sync-fork']))
    expect(hub.seqs().at(-1)).toEqual([4, 5])
    expect(store.acked().seq).toBe(3)
  })
})

describe('a log that the hub does not take', () => {
  it.each(['broken-chain', 'foreign-device'])(
    'stops at a %s, says what to do, drops nothing, and begins again at a new connection alone',
    async (kind) => {
      const hub = fakeHub()
      const refusal = () => refuses(kind, 2)
      hub.next(refusal, refusal)
      const { store, notices, append, connect } = syncing(3, hub)
      connect()
      await vi.waitFor(() => expect(notices).toEqual([`sync-${kind}`]))
      const tries = hub.posted.length
      append(1)
      await new Promise(setImmediate)
      expect(hub.posted).toHaveLength(tries)
      expect(store.entries(1, 10)).toHaveLength(4)
      expect(hub.held()).toBe(0)
      if (tries === 1) hub.next(refusal)
      connect()
      await vi.waitFor(() => expect(hub.posted.length).toBeGreaterThan(tries))
    },
  )

  it('because it is a fork is offered to the quarantine to its end, and what is appended later too', async () => {
    const hub = fakeHub()
    const apart: number[] = []
    const forked = ({ entries }: Posted) => {
      apart.push(...entries.map(({ seq }) => seq))
      return refuses('fork', 3, { from: entries[0]?.seq ?? 0, to: entries.at(-1)?.seq ?? 0 })
    }
    hub.next(...Array.from({ length: 20 }, () => forked))
    const { store, notices, findings, append, connect } = syncing(900, hub)
    connect()
    await vi.waitFor(() => expect(apart.at(-1)).toBe(900))
    append(2)
    await vi.waitFor(() => expect(apart.at(-1)).toBe(902))
    expect(apart).toEqual(Array.from({ length: 902 }, (_, index) => index + 1))
    expect(notices).toEqual(['sync-fork'])
    expect(findings).toEqual([{ kind: 'entries-quarantined', why: 'fork', seqs: [1] }])
    expect([store.acked().seq, store.unsyncedCount()]).toEqual([0, 902])
  })

  it('sends an entry that the disk has changed as what it is, and goes on behind it', async () => {
    const hub = fakeHub()
    const spoilt = '{"seq":3,"body":{"reas\u0000'
    const { store, notices, findings, connect } = syncing(5, hub, 1, (text, seq) =>
      seq === 3 ? spoilt : text,
    )
    const hole = { seq: 3, hash: store.hashAt(3) ?? '' }
    let taken: readonly unknown[] = []
    const stepsOver = ({ entries }: Posted) => {
      taken = entries
      return confirms(5, store.head().hash, undefined, { holes: [hole] })
    }
    hub.next(stepsOver)
    connect()
    await vi.waitFor(() => expect(store.unsyncedCount()).toBe(0))
    expect(taken[2]).toEqual({ damaged: { ...hole, text: spoilt } })
    expect(taken.map((entry) => (entry as { seq?: number }).seq)).toEqual([1, 2, undefined, 4, 5])
    expect(notices).toEqual(['sync-damaged-here'])
    expect(findings).toEqual([{ kind: 'entries-quarantined', why: 'damaged', seqs: [3] }])
  })
})
