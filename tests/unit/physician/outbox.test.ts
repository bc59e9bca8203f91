import { describe, expect, it } from 'vitest'
import type { SignedStatement, Statement } from '../../../src/domain/statement/statement.ts'
import type { StatementSigner } from '../../../src/physician/statements/console-key.ts'
import { createOutbox, type HubAnswer, retryDelayMs } from '../../../src/physician/statements/outbox.ts'
import { memoryStorage } from '../../../src/physician/statements/storage.ts'
import { handClock } from './fixtures.ts'

const signer: StatementSigner = {
  physicianId: 'p-chen',
  sign: async (statement) => ({ statement, signature: 'AAAA', signer: signer.certificate() }),
  certificate: () => ({
    certificate: {
      physicianId: 'p-chen',
      publicKey: 'AAAA',
      issuedAt: '2026-11-24T09:00:00.000Z',
      expiresAt: '2026-11-24T21:00:00.000Z',
    },
    signature: 'AAAA',
  }),
  renew: async () => ({ ok: true, value: signer.certificate() }),
}
const accepted = (id: string): Statement => ({
  kind: 'accepted',
  id,
  physicianId: 'p-chen',
  deviceId: 'd-1',
  escalationId: 'e1',
  at: '2026-11-24T09:41:10.000Z',
})

function setUp(
  hub: HubAnswer = { kind: 'offline' },
  storage = memoryStorage(),
  key: { signer: StatementSigner | null } = { signer },
) {
  const clock = handClock()
  const sent: { way: 'hub' | 'peer'; id: string; signed: SignedStatement }[] = []
  const outbox = createOutbox(
    storage,
    {
      hub: async (signed) => {
        sent.push({ way: 'hub', id: signed.statement.id, signed })
        return hub
      },
      peer: (signed) => {
        sent.push({ way: 'peer', id: signed.statement.id, signed })
        return false
      },
    },
    clock,
    () => key.signer,
  )
  return { clock, sent, outbox, storage }
}

describe('the outbox', () => {
  it('sends both ways at once and repeats until the room confirms', async () => {
    const { clock, sent, outbox } = setUp()
    await outbox.say(accepted('st-1'))
    expect(sent.map(({ way }) => way).sort()).toEqual(['hub', 'peer'])
    clock.advance(120_000)
    const before = sent.length
    expect(before).toBeGreaterThan(16)
    outbox.logged('st-1')
    clock.advance(120_000)
    expect(sent).toHaveLength(before)
    expect(outbox.store.getState().pending).toEqual([])
    expect(outbox.store.getState().confirmed.map(({ id }) => id)).toEqual(['st-1'])
  })

  it('repeats the very same words', async () => {
    const { clock, sent, outbox } = setUp()
    await outbox.say(accepted('st-1'))
    clock.advance(30_000)
    expect(new Set(sent.map(({ signed }) => JSON.stringify(signed))).size).toBe(1)
  })

  it('sends from the storage of an earlier page, for the same physician alone', async () => {
    const storage = memoryStorage()
    const first = setUp(undefined, storage)
    await first.outbox.say(accepted('st-1'))
    const foreign = { ...accepted('st-2'), physicianId: 'p-rao' }
    await storage.put('statements', 'st-2', {
      statement: foreign,
      signature: 'AA',
      signer: signer.certificate(),
    })
    const second = setUp(undefined, storage)
    await second.outbox.load('p-chen')
    expect(second.outbox.store.getState().pending.map((entry) => entry.statement.id)).toEqual(['st-1'])
    expect(second.sent.map(({ id }) => id)).toContain('st-1')
    second.outbox.logged('st-1')
    const third = setUp(undefined, storage)
    await third.outbox.load('p-chen')
    expect(third.outbox.store.getState().pending).toEqual([])
  })

  it('tries everything again at once when a way opens', async () => {
    const { sent, outbox } = setUp()
    await outbox.say(accepted('st-1'))
    await outbox.say(accepted('st-2'))
    const before = sent.length
    outbox.hurry()
    expect(sent.length - before).toBe(4)
  })

  it('shows a refusal in the hub’s words and goes on', async () => {
    const { clock, sent, outbox } = setUp({ kind: 'refused', message: 'the certificate has expired' })
    await outbox.say(accepted('st-1'))
    await Promise.resolve()
    expect(outbox.store.getState().pending[0]?.refusal).toBe('the certificate has expired')
    const before = sent.length
    clock.advance(20_000)
    expect(sent.length).toBeGreaterThan(before)
  })

  it('keeps what cannot be signed in sight, and sends it when it can', async () => {
    const broken = { ...signer, sign: () => Promise.reject(new Error('the key is gone')) }
    const key: { signer: StatementSigner | null } = { signer: broken }
    const { clock, outbox, sent } = setUp(undefined, undefined, key)
    const kept = outbox.say(accepted('st-1'))
    await expect.poll(() => outbox.store.getState().signProblem).toBe('the key is gone')
    expect(outbox.store.getState().unsigned.map(({ id }) => id)).toEqual(['st-1'])
    expect(sent).toEqual([])
    key.signer = null
    clock.advance(20_000)
    expect(sent).toEqual([])
    key.signer = signer
    outbox.signWaiting()
    expect(await kept).toBe(true)
    expect(sent.map(({ id }) => id)).toEqual(['st-1', 'st-1'])
    expect(outbox.store.getState()).toMatchObject({ unsigned: [], signProblem: null })
  })

  it('does not call a word kept that this browser could not store', async () => {
    const storage = { ...memoryStorage(), put: () => Promise.reject(new Error('full')) }
    const { outbox, sent } = setUp(undefined, storage)
    expect(await outbox.say(accepted('st-1'))).toBe(false)
    expect(sent).toHaveLength(2)
  })

  it('does not resurrect what was confirmed while it was being stored', async () => {
    const { outbox, storage } = setUp()
    const saying = outbox.say(accepted('st-1'))
    await Promise.resolve()
    outbox.logged('st-1')
    await saying
    expect(await storage.all('statements')).toEqual([])
  })
})

it('waits longer after each attempt, up to a quarter of a minute and a bit, for ever', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 1000].map((attempts) => retryDelayMs(attempts, 0))
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
  expect(retryDelayMs(1000, 1)).toBe(18_750)
})
