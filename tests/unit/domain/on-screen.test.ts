import { describe, expect, it } from 'vitest'
import type { LinkState } from '../../../src/domain/link/link.ts'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { fold } from '../../../src/domain/workstation/evolve.ts'

const at = '2026-11-24T09:00:00.000Z'
const signature = 'c2lnbmF0dXJl'

function entry(seq: number, type: string, body: object): LogEntry {
  const head = { v: 1, device: 'd-1', seq, at, boot: 'b-1', mono: seq, actor: { kind: 'system' } } as const
  return {
    ...head,
    type,
    session: null,
    body: body as LogEntry['body'],
    prev: '0'.repeat(64),
    hash: '0'.repeat(64),
  }
}

const statement = (kind: 'accepted' | 'on-screen') => ({
  path: 'hub',
  signed: {
    statement: { kind, id: `s-${kind}`, physicianId: 'p-chen', deviceId: 'd-1', at, escalationId: 'e-1' },
    signature,
    signer: {
      certificate: { physicianId: 'p-chen', publicKey: signature, issuedAt: at, expiresAt: at },
      signature,
    },
  },
})

const answered = [
  entry(1, 'help-pressed', {
    escalationId: 'e-1',
    kind: 'reaction',
    origin: 'button',
    drill: false,
    roomId: 'ct-2',
  }),
  entry(2, 'statement-received', statement('accepted')),
  entry(3, 'statement-received', statement('on-screen')),
]
const link = (seq: number, state: LinkState) =>
  entry(seq, 'link-changed', { physicianId: 'p-chen', link: state })
const receiptsAfter = (...more: LogEntry[]) => fold([...answered, ...more]).reaction?.receipts['p-chen']

describe('on screen', () => {
  it('is what the console said, while the link holds', () => {
    expect(receiptsAfter()?.onScreen).toBe(at)
    expect(receiptsAfter(link(4, { kind: 'live' }))?.onScreen).toBe(at)
  })

  it.each([{ kind: 'lost', reason: 'nothing is heard' }, { kind: 'none' }] as const)(
    'ends with a link that is $kind, so that the ladder goes on; the acceptance stands',
    (state) => {
      const receipts = receiptsAfter(link(4, state))
      expect(receipts?.onScreen).toBeNull()
      expect(receipts?.accepted).toBe(at)
    },
  )

  it('comes back with the link, for whoever has the call alone', () => {
    expect(receiptsAfter(link(4, { kind: 'none' }), link(5, { kind: 'live' }))?.onScreen).toBe(at)
    const unanswered = fold([...answered.slice(0, 1), link(2, { kind: 'live' })])
    expect(unanswered.reaction?.receipts['p-chen']).toBeUndefined()
  })

  it('does not survive a restart of the program', () => {
    const started = entry(4, 'app-started', { version: '1', runtime: 'test', afterSeq: 3 })
    expect(receiptsAfter(started)?.onScreen).toBeNull()
  })
})
