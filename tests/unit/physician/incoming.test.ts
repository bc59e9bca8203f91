import { expect, it } from 'vitest'
import type { PeerMessage } from '../../../src/contract/room-view.ts'
import type { Statement } from '../../../src/domain/statement/statement.ts'
import { createAlarmKeeper } from '../../../src/physician/alarms/alarm-keeper.ts'
import { soundFor } from '../../../src/physician/alarms/attention.ts'
import { hubListeners, onPeerMessage } from '../../../src/physician/hub/incoming.ts'
import { createRooms } from '../../../src/physician/rooms/rooms.ts'
import type { StatementSigner } from '../../../src/physician/statements/console-key.ts'
import { createOutbox } from '../../../src/physician/statements/outbox.ts'
import { memoryStorage } from '../../../src/physician/statements/storage.ts'
import { handClock, page, roomView } from './fixtures.ts'

const accepted: Statement = {
  kind: 'accepted',
  id: 'st-1',
  physicianId: 'p-chen',
  deviceId: 'd-1',
  escalationId: 'e1',
  at: '2026-11-24T09:41:10.000Z',
}
const certificate = {
  physicianId: 'p-chen',
  publicKey: 'AAAA',
  issuedAt: '2026-11-24T09:00:00.000Z',
  expiresAt: '2026-11-24T21:00:00.000Z',
}
const signer: StatementSigner = {
  physicianId: 'p-chen',
  sign: async (statement) => ({ statement, signature: 'AAAA', signer: { certificate, signature: 'AAAA' } }),
  certificate: () => ({ certificate, signature: 'AAAA' }),
  renew: async () => ({ ok: true, value: { certificate, signature: 'AAAA' } }),
}

/** A console whose room `d-1` has called by the hub, with the peer channels of this room and of another. */
function consoleWithCall() {
  const clock = handClock()
  const storage = memoryStorage()
  const notices: string[] = []
  const doors = {
    clock,
    alarms: createAlarmKeeper({
      storage,
      instant: clock.instant,
      selfId: () => 'p-chen',
      say: async () => true,
    }),
    rooms: createRooms({
      clock,
      assess: () => ({ kind: 'live' }),
      selfId: () => 'p-chen',
      onScreen: () => undefined,
    }),
    outbox: createOutbox(
      storage,
      { hub: async () => ({ kind: 'offline' as const }), peer: () => false },
      clock,
      () => signer,
    ),
    notice: (words: string) => void notices.push(words),
    isWatching: () => false,
    handleSignal: () => undefined,
    superseded: () => undefined,
  }
  hubListeners(doors).page({ page: page(), level: 'primary' })
  const peer = onPeerMessage(doors)
  const rings = () => soundFor(doors.alarms.store.getState()) !== null
  return { ...doors, notices, peer, rings }
}

const silencing: readonly PeerMessage[] = [
  { kind: 'page-end', end: { escalationId: 'e1', outcome: 'ended', words: 'recovered' } },
  {
    kind: 'page-taken',
    taken: { escalationId: 'e1', physicianId: 'p-rao', name: 'Dr. M. Rao', afterMs: 2000, onScreen: true },
  },
]

it.each(silencing)('$kind silences an alarm by the channel of its own room alone', (message) => {
  const { peer, rings, notices } = consoleWithCall()
  peer('d-other', message)
  expect(rings()).toBe(true)
  expect(notices).toHaveLength(1)
  peer('d-1', message)
  expect(rings()).toBe(false)
})

it('a statement goes on being sent until its own room has it', async () => {
  const { peer, outbox, notices } = consoleWithCall()
  await outbox.say(accepted)
  const pending = () => outbox.store.getState().pending.length
  peer('d-other', { kind: 'statement-logged', statementId: 'st-1' })
  expect(pending()).toBe(1)
  expect(notices).toHaveLength(1)
  peer('d-1', { kind: 'statement-logged', statementId: 'st-1' })
  expect(pending()).toBe(0)
})

it('a statement is sent although another room has said beforehand that it has it', async () => {
  const { peer, outbox } = consoleWithCall()
  peer('d-other', { kind: 'statement-logged', statementId: 'st-1' })
  await outbox.say(accepted)
  expect(outbox.store.getState().pending).toHaveLength(1)
})

it('a room shows its own patient alone, and cannot repeat the call of another', () => {
  const { peer, rooms, alarms, notices } = consoleWithCall()
  peer('d-other', { kind: 'room-view', view: roomView({ deviceId: 'd-1' }) })
  expect(rooms.store.getState().byDevice).toEqual({})
  peer('d-other', { kind: 'page', page: page({ deviceId: 'd-other', roomName: 'CT 9', round: 2 }) })
  expect(alarms.store.getState().alarms.map((alarm) => alarm.page.roomName)).toEqual(['CT 2'])
  expect(notices).toHaveLength(2)
})
