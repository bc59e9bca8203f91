import { describe, expect, it } from 'vitest'
import { alarmSounds, pagesDue } from '../../../src/domain/escalation/ladder.ts'
import { escalationProgress } from '../../../src/domain/escalation/progress.ts'
import type { LinkLack, LinkState } from '../../../src/domain/link/link.ts'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { instantAt } from '../../../src/domain/time.ts'
import { fold } from '../../../src/domain/workstation/evolve.ts'
import { callsAt } from '../../../src/domain/workstation/queries.ts'
import { samplePolicy } from './scenario.ts'

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

const accepted = [
  entry(1, 'help-pressed', {
    escalationId: 'e-1',
    kind: 'reaction',
    origin: 'button',
    drill: false,
    roomId: 'ct-2',
  }),
  entry(2, 'statement-received', statement('accepted')),
]
const answered = [...accepted, entry(3, 'statement-received', statement('on-screen'))]
const after = (ms: number) => instantAt(Date.parse(at) + ms)
const link = (seq: number, state: LinkState, ms = 0): LogEntry => ({
  ...entry(seq, 'link-changed', { physicianId: 'p-chen', link: state }),
  at: after(ms),
})
const lacking = (...lacks: LinkLack[]): LinkState => ({ kind: 'partial', lacks })
const receiptsAfter = (...more: LogEntry[]) => fold([...answered, ...more]).reaction?.receipts['p-chen']

const timing = { benchAfterMs: 0, onScreenWithinMs: 1000, cancelWithinMs: 5000 }
/** So long after the press, when an acceptance alone keeps nobody silent any more. */
function standing(entries: readonly LogEntry[], ms: number) {
  const { reaction } = callsAt(fold(entries), after(ms))
  if (reaction === null) throw new Error('no call is open')
  const elapsedMs = Math.max(ms, timing.onScreenWithinMs)
  const round = { round: 1, receipts: reaction.roundReceipts }
  return {
    sounds: alarmSounds(reaction, elapsedMs, timing),
    pages: pagesDue(round, ['p-rao'], 'p-chen', elapsedMs, timing)
      .filter(({ level }) => level === 'bench')
      .map(({ physicianId }) => physicianId),
  }
}
const standingAfter = (ms: number, ...more: LogEntry[]) => standing([...answered, ...more], ms)
function wordsAfter(...more: LogEntry[]): string | undefined {
  const state = fold([...answered, ...more])
  return state.reaction === null
    ? undefined
    : escalationProgress(state.reaction, (id) => id, 1000, samplePolicy.escalation, state.links).words
}

describe('on screen', () => {
  it('is what the console said, while the link holds', () => {
    expect(receiptsAfter()?.onScreen).toBe(at)
    expect(receiptsAfter(link(4, { kind: 'live' }))?.onScreen).toBe(at)
  })

  it.each<[string, LinkState]>([
    ['lost', { kind: 'lost', reason: 'nothing is heard' }],
    ['gone', { kind: 'none' }],
    ['being made anew', { kind: 'connecting' }],
    ['held', { kind: 'warm' }],
    ['one to whoever is in another room', lacking('physician-is-in-another-room')],
    ['one to whoever has no room before their eyes', lacking('physician-has-opened-no-room')],
    ['one that does not say whether they attend', lacking('physician-attention-unknown')],
    ['muted and elsewhere', lacking('physician-is-muted', 'physician-is-in-another-room')],
  ])('ends at once with a link that is %s, so that the ladder goes on; the acceptance stands', (_, state) => {
    const receipts = receiptsAfter(link(4, state))
    expect(receipts).toMatchObject({ onScreen: null, accepted: at, came: at })
    expect(standingAfter(0, link(4, state))).toEqual({ sounds: true, pages: ['p-rao'] })
  })

  it.each<LinkLack>([
    'physician-does-not-see-room',
    'physician-does-not-hear-room',
    'room-does-not-see-physician',
    'room-does-not-hear-physician',
    'physician-is-not-looking',
  ])('outlasts a flicker, and ends when the %s for longer', (lack) => {
    const doubted = link(4, lacking(lack))
    expect(standingAfter(3999, doubted)).toEqual({ sounds: false, pages: [] })
    expect(standingAfter(4000, doubted)).toEqual({ sounds: true, pages: ['p-rao'] })
    // What is lacking changes; that something is does not.
    const other = link(5, lacking('physician-does-not-see-room', 'physician-is-muted'), 3000)
    expect(standingAfter(4000, doubted, other)).toEqual({ sounds: true, pages: ['p-rao'] })
    expect(standingAfter(60_000, doubted, link(5, { kind: 'live' }, 3000))).toEqual({
      sounds: false,
      pages: [],
    })
  })

  it('is not ended by a mute, which the words say', () => {
    const muted = link(4, lacking('physician-is-muted'))
    expect(standingAfter(60_000, muted)).toEqual({ sounds: false, pages: [] })
    expect(wordsAfter(muted)).toBe('p-chen is on screen, muted')
    const back = [link(4, lacking('physician-is-in-another-room')), link(5, lacking('physician-is-muted'))]
    expect(receiptsAfter(...back)?.onScreen).toBe(at)
  })

  it('is said to have ended as it did', () => {
    expect(wordsAfter(link(4, lacking('physician-is-in-another-room')))).toMatch(
      /^p-chen has it — not on screen any more\. Telephone/,
    )
    expect(wordsAfter(link(4, { kind: 'lost', reason: 'a cable' }))).toMatch(/— the link is lost\. Telephone/)
  })

  it.each<[string, LinkState]>([
    ['lost', { kind: 'lost', reason: 'nothing is heard' }],
    ['gone', { kind: 'none' }],
  ])('is not what a late word says while the link is %s, and is once it is live', (_, state) => {
    const late = [...accepted, link(3, state), entry(4, 'statement-received', statement('on-screen'))]
    expect(fold(late).reaction?.receipts['p-chen']?.onScreen).toBeNull()
    expect(fold([...late, link(5, { kind: 'live' })]).reaction?.receipts['p-chen']?.onScreen).toBe(at)
  })

  it('is not brought back by a word once the link has taken it back', () => {
    const away = link(4, lacking('physician-is-in-another-room'))
    expect(receiptsAfter(away, entry(5, 'statement-received', statement('on-screen')))?.onScreen).toBeNull()
  })

  it.each<[string, LinkState]>([
    ['connecting', { kind: 'connecting' }],
    ['not complete', lacking('room-does-not-hear-physician')],
  ])(
    'is believed for seconds of a console whose link is still %s, as the room measures later',
    (_, state) => {
      const early = [...accepted, link(3, state), entry(4, 'statement-received', statement('on-screen'))]
      expect(standing(early, 3999)).toEqual({ sounds: false, pages: [] })
      expect(standing(early, 4000).sounds).toBe(true)
      expect(standing([...early, link(5, { kind: 'live' })], 60_000).sounds).toBe(false)
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
