import { afterEach, expect, it } from 'vitest'
import { checkExport } from '../../../src/domain/log/check-export.ts'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import { cleanUp } from '../../support/undo.ts'
import { enrol, startHub, type TestHub } from '../hub/kit.ts'
import { inject, openRoom, type Room, signIn, typesOf } from './kit.ts'

afterEach(cleanUp)

async function enrolled(hub: TestHub): Promise<Room> {
  const room = openRoom()
  const code = await hub.hub.issueEnrolmentCode('ct-1')
  await room.workstation.dispatch({ kind: 'enrol', hub: hub.url, code })
  await room.until(({ hub, policy }) => hub.kind === 'online' && policy !== null, 'online with a policy')
  await signIn(room)
  return room
}

const done = async (room: Room, intent: Parameters<Room['workstation']['dispatch']>[0]) => {
  const reply = await room.workstation.dispatch(intent)
  if (!reply.ok) throw new Error(`${intent.kind}: ${reply.error.message}`)
}
async function wholeSession(room: Room): Promise<void> {
  await inject(room)
  await done(room, { kind: 'stop-injection' })
  await done(room, { kind: 'end-observation', earlyReason: 'The patient has left' })
  await done(room, { kind: 'close-session', disposition: 'released', note: '' })
}
const settled = (room: Room) => room.until(({ unsynced }) => unsynced === 0, 'everything synced')
const last = (room: Room, type: string): LogEntry | undefined =>
  room.entries().findLast((entry) => entry.type === type)
const check = (room: Room, hubKey: string) =>
  checkExport(
    room.entries().map((entry) => JSON.stringify(entry)),
    exportChecks(hubKey),
  )

it('signs its log when a session ends, keeps the hub’s receipt for it, and comes to rest', async () => {
  const hub = await startHub()
  const room = await enrolled(hub)
  await wholeSession(room)
  await room.until(() => last(room, 'hub-receipt-kept') !== undefined, 'the hub’s receipt in the log')
  await settled(room)
  const checkpoint = last(room, 'log-checkpointed')
  expect(checkpoint?.body).toMatchObject({ reason: 'session-end' })
  const report = check(room, (await enrol(hub, 'ct-2')).hubPublicKey)
  expect(report).toMatchObject({
    ok: true,
    proofs: { signedUpTo: (checkpoint?.seq ?? 0) - 1, confirmed: { seq: expect.any(Number) } },
  })
  // The receipt was an entry of its own, which the hub has confirmed as well: no further one follows from it.
  const types = typesOf(room.entries())
  expect(types.filter((type) => type === 'hub-receipt-kept')).toHaveLength(1)
  expect(types.filter((type) => type === 'log-checkpointed')).toHaveLength(1)
})

it('does not make a press wait: the two hundredth entry is signed for afterwards', async () => {
  const hub = await startHub()
  const room = await enrolled(hub)
  await settled(room)
  room.workstation.tick()
  const unsigned = () => {
    const types = typesOf(room.entries())
    return types.slice(types.lastIndexOf('log-checkpointed') + 1).length
  }
  for (let count = 0; unsigned() < 199 && count < 400; count += 1) {
    const state = count % 2 === 0 ? 'lost' : 'returned'
    room.workstation.report('main', { kind: 'device-changed', device: 'camera', state, label: 'Built-in' })
  }
  expect(unsigned()).toBe(199)
  const lastSeq = room.entries().length
  await room.workstation.dispatch({
    kind: 'press-help',
    escalation: 'reaction',
    origin: 'button',
    drill: false,
  })
  expect(last(room, 'log-checkpointed')).toBeUndefined()
  room.workstation.tick()
  const pressed = room.entries().findIndex(({ type, seq }) => type === 'help-pressed' && seq > lastSeq)
  expect(pressed).toBe(lastSeq)
  expect(last(room, 'log-checkpointed')?.body).toMatchObject({ reason: 'count' })
})

it('signs without a hub too, and keeps the receipt once there is one again', async () => {
  const hub = await startHub()
  const room = await enrolled(hub)
  await settled(room)
  await hub.hub.stop()
  await room.until(({ hub: { kind } }) => kind === 'offline', 'offline')
  await wholeSession(room)
  room.workstation.tick()
  expect(last(room, 'log-checkpointed')).toBeDefined()
  expect(last(room, 'hub-receipt-kept')).toBeUndefined()
  const again = await startHub({ data: hub.data, port: Number(new URL(hub.url).port) })
  await room.until(() => last(room, 'hub-receipt-kept') !== undefined, 'the hub’s receipt in the log')
  expect(check(room, (await enrol(again, 'ct-2')).hubPublicKey)).toMatchObject({
    ok: true,
    proofs: { confirmed: {} },
  })
})

it('signs after fifteen minutes what no session’s end has signed', async () => {
  const hub = await startHub()
  const room = await enrolled(hub)
  await settled(room)
  expect(last(room, 'log-checkpointed')).toBeUndefined()
  room.clock.advance(15 * 60_000)
  room.workstation.tick()
  expect(last(room, 'log-checkpointed')?.body).toMatchObject({ reason: 'time' })
})
