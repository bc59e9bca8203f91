import { WebAuthnError } from '@simplewebauthn/browser'
import { describe, expect, it } from 'vitest'
import type { RoomView } from '../../../src/contract/room-view.ts'
import type { Order, Statement } from '../../../src/domain/statement/statement.ts'
import { inviteCodeOf } from '../../../src/physician/account/invite.ts'
import { passkeyProblem } from '../../../src/physician/account/passkey.ts'
import { withRecent } from '../../../src/physician/call/preferences.ts'
import { mayBeOnCall, signatureAbility, unknownReadiness } from '../../../src/physician/call/readiness.ts'
import { ordersShown } from '../../../src/physician/room/orders-shown.ts'
import { linkWords } from '../../../src/physician/rooms/link-words.ts'
import { isOld, type SigningState } from '../../../src/physician/statements/signing.ts'
import { session } from './fixtures.ts'

const epinephrine: Order = { what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' }

describe('an invite', () => {
  it.each([
    ['ABCD-1234', 'ABCD-1234'],
    ['  ABCD-1234 ', 'ABCD-1234'],
    ['https://hub.example.org/invite?code=ABCD-1234', 'ABCD-1234'],
    ['https://hub.example.org/', null],
    ['http://', null],
    ['   ', null],
  ])('is found in %j', (pasted, code) => {
    expect(inviteCodeOf(pasted)).toBe(code)
  })
})

describe('a passkey that does not work', () => {
  const failed = (name: string) => {
    const cause = new Error('as the browser says it')
    cause.name = name
    return new WebAuthnError({ message: 'x', code: 'ERROR_PASSTHROUGH_SEE_CAUSE_PROPERTY', cause })
  }
  it.each([
    ['NotAllowedError', 'cancelled'],
    ['InvalidStateError', 'already-registered'],
    ['SecurityError', 'wrong-address'],
    ['ConstraintError', 'unsuitable-authenticator'],
    ['SomethingNew', 'passkey-failed'],
  ])('%s is %s, in words that say what to do', (name, kind) => {
    const { error } = passkeyProblem(failed(name), 'signing-in')
    expect(error.kind).toBe(kind)
    expect(error.message).toMatch(/[Tt]ry again|Sign in|Open the console|Use another/)
  })
})

describe('orders used before', () => {
  it('are offered newest first, each once, and not without end', () => {
    const others = Array.from({ length: 9 }, (_, n): Order => ({ ...epinephrine, what: `drug ${n}` }))
    const all = [...others, epinephrine, others[0] ?? epinephrine].reduce(withRecent, [])
    expect(all.map(({ what }) => what)).toEqual([
      'drug 0',
      'epinephrine',
      'drug 8',
      'drug 7',
      'drug 6',
      'drug 5',
    ])
  })
})

describe('the orders of a room', () => {
  const said = (
    id: string,
    deviceId = 'd-1',
    about: { sessionId: string | null; escalationId: string | null } = {
      sessionId: 's1',
      escalationId: null,
    },
  ): Extract<Statement, { kind: 'ordered' }> => ({
    kind: 'ordered',
    id,
    physicianId: 'p-chen',
    deviceId,
    at: `2026-11-24T09:41:0${id.slice(-1)}.000Z`,
    ...about,
    order: epinephrine,
  })
  const inView = (id: string, readBackAt: string | null): RoomView['orders'][number] => {
    const { at, physicianId, order } = said(id)
    return { statementId: id, physicianId, at, order, readBackAt }
  }
  it('show how far each has come, and the room’s own word counts most', () => {
    const pending = (statement: Statement) => ({ statement, attempts: 1, atHub: false, refusal: null })
    const orders = [inView('o1', '2026-11-24T09:42:00.000Z'), inView('o2', null)]
    const shown = ordersShown('d-1', { session, orders }, [], {
      pending: [pending(said('o4')), pending(said('o2')), pending(said('o5', 'd-other'))],
      confirmed: [said('o3'), said('o1')],
      unsigned: [said('o6')],
      signProblem: null,
    })
    expect(shown.map(({ statementId, words }) => [statementId, words])).toEqual([
      ['o6', 'Not sent yet: this page cannot sign it now'],
      ['o4', 'Not yet received by the room'],
      ['o3', 'Received by the room, read-back not seen'],
      ['o2', 'Received by the room, not read back'],
      ['o1', 'Read back'],
    ])
  })

  it('are those of the patient who is there: none is left over from one who has gone', () => {
    const outbox = {
      pending: [],
      confirmed: [said('o1'), said('o2', 'd-1', { sessionId: null, escalationId: 'e1' })],
      unsigned: [],
      signProblem: null,
    }
    const ids = (view: Parameters<typeof ordersShown>[1], openCalls: readonly string[]) =>
      ordersShown('d-1', view, openCalls, outbox).map(({ statementId }) => statementId)
    expect(ids({ session, orders: [] }, ['e1'])).toEqual(['o2', 'o1'])
    expect(ids(null, [])).toEqual(['o1'])
    expect(ids({ session: null, orders: [] }, [])).toEqual([])
    expect(ids({ session: { ...session, sessionId: 's2' }, orders: [] }, [])).toEqual([])
  })
})

describe('a link', () => {
  it('is never called live for less than both ways', () => {
    expect(linkWords({ kind: 'live' }, 38.4)).toEqual({ status: 'good', word: 'Live', detail: '38 ms' })
    const partial = linkWords({ kind: 'partial', lacks: ['room-does-not-hear-physician'] }, 38)
    expect(partial).toMatchObject({ status: 'attention', detail: 'the room does not hear you' })
    expect(linkWords({ kind: 'partial', lacks: ['physician-is-muted'] }, 38)).toEqual({
      status: 'attention',
      word: 'Not attended',
      detail: 'you are muted',
    })
    const lacks = [
      'physician-does-not-see-room',
      'physician-is-muted',
      'physician-is-in-another-room',
    ] as const
    expect(linkWords({ kind: 'partial', lacks: [...lacks] }, 38, 'short').detail).toBe(
      'you do not see the room, and 2 more',
    )
    expect(linkWords({ kind: 'partial', lacks: ['physician-is-in-another-room'] }, 38, 'short')).toEqual({
      status: 'attention',
      word: 'Not in front',
      detail: '',
    })
    expect(linkWords({ kind: 'warm' }, null)).toMatchObject({ status: 'ready', detail: 'picture held' })
  })
})

it('nobody is on call in silence, or without a signature that rooms believe', () => {
  const ready = { kind: 'ready', label: '' } as const
  const signs = (signing: SigningState) => signatureAbility(signing, '2026-11-24T09:00:00.000Z')
  const certified = (expiresAt: string) => signs({ kind: 'ready', durable: true, expiresAt })
  const sounds = { ...unknownReadiness, sound: ready }
  expect(mayBeOnCall(unknownReadiness, certified('2026-11-24T21:00:00.000Z'))).toBe(false)
  expect(mayBeOnCall(sounds, certified('2026-11-24T21:00:00.000Z'))).toBe(true)
  expect(mayBeOnCall(sounds, certified('2026-11-23T08:00:00.000Z'))).toBe(false)
  // A clock that is wrong by a time zone is no reason.
  expect(mayBeOnCall(sounds, certified('2026-11-24T02:00:00.000Z'))).toBe(true)
  expect(mayBeOnCall(sounds, signs({ kind: 'opening' }))).toBe(false)
  const failed = signs({
    kind: 'failed',
    problem: { kind: 'unreachable', message: 'The hub cannot be reached.' },
  })
  expect(failed).toEqual({ kind: 'missing', words: 'The hub cannot be reached.' })
  expect(mayBeOnCall(sounds, failed)).toBe(false)
})

it('a certificate is renewed at half its life', () => {
  const certificate = { issuedAt: '2026-11-24T08:00:00.000Z', expiresAt: '2026-11-24T20:00:00.000Z' }
  expect(isOld(certificate, '2026-11-24T13:59:00.000Z')).toBe(false)
  expect(isOld(certificate, '2026-11-24T14:01:00.000Z')).toBe(true)
})
