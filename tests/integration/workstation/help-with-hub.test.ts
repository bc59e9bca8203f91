import { afterEach, describe, expect, it } from 'vitest'
import type { Statement } from '../../../src/domain/statement/statement.ts'
import { cleanUp } from '../../support/undo.ts'
import { startHub } from '../hub/kit.ts'
import { enrolled, onCall, press } from './enrolled-room.ts'
import { inject, signIn, typesOf } from './kit.ts'

afterEach(cleanUp)

/** Both physicians linked and the room's call accepted by the first of them. */
async function acceptedCall() {
  const hub = await startHub()
  const room = await enrolled(hub)
  const chen = await onCall(hub, 'dr-chen')
  await onCall(hub, 'dr-rao')
  await room.until((s) => s.peers.length === 2)
  room.measure('dr-chen')
  room.measure('dr-rao')
  await press(room)
  const { page } = await chen.line.next('page')
  const about = { deviceId: room.deviceId, escalationId: page.escalationId }
  await chen.line.send('statement', await chen.say({ kind: 'accepted', ...about }))
  return { room, chen, about }
}

describe('a physician', () => {
  it('is rung again, as is the whole bench, when the room calls again, whoever has it; a restart keeps that', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    const [chen, rao] = [await onCall(hub, 'dr-chen'), await onCall(hub, 'dr-rao')]
    await room.until((s) => s.present.length === 2)
    await press(room)
    const { page } = await chen.line.next('page')
    const { escalationId } = page
    const say = async (kind: Statement['kind'], round?: number) => {
      const rounds = round === undefined ? {} : { round }
      const about = { deviceId: room.deviceId, escalationId, ...rounds }
      await chen.line.send('statement', await chen.say({ kind, ...about }))
    }
    await say('accepted')
    await room.until((s) => s.progress.reaction?.stage === 'accepted')
    expect(room.snapshot().alarm).toBeNull()
    expect(rao.line.count('page')).toBe(0)
    const before = room.snapshot().state.reaction!

    room.clock.advance(1000)
    await press(room)
    expect((await chen.line.next('page')).page).toMatchObject({ escalationId, round: 2 })
    expect((await rao.line.next('page')).page).toMatchObject({ escalationId, round: 2 })
    const called = await room.until(
      (s) => Object.keys(s.state.reaction?.roundReceipts ?? {}).length === 2,
      'both rung',
    )
    expect(called.progress.reaction?.words).toBe('Calling again: Dr. A. Chen, Dr. M. Rao…')
    expect(called.alarm).not.toBeNull()
    expect(called.state.reaction).toMatchObject({
      id: before.id,
      pressedAt: before.pressedAt,
      receipts: { 'dr-chen': { accepted: before.receipts['dr-chen']?.accepted } },
      round: 2,
    })
    expect(called.elapsedMs.reaction).toBeGreaterThan(0)

    const next = await room.restart()
    const folded = next.snapshot()
    expect(folded.state.reaction).toMatchObject({ id: before.id, round: 2 })
    expect(folded.alarm).not.toBeNull()
    const again = next.entries().filter(({ type }) => type === 'help-pressed-again')
    expect(again.map(({ body }) => body.round)).toEqual([2])
  })

  it('is rung again over the peer channel with the hub dead, and is heard for the press that they answer', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    const [chen, rao] = [await onCall(hub, 'dr-chen'), await onCall(hub, 'dr-rao')]
    await room.until((s) => s.peers.length === 2)
    room.measure('dr-chen')
    room.measure('dr-rao')
    // Certified while there is a hub to certify them.
    for (const { say } of [chen, rao])
      await say({ kind: 'seen', deviceId: room.deviceId, escalationId: 'e-none' })
    await hub.hub.stop()
    await room.until((s) => s.hub.kind === 'offline')
    await press(room)
    const { id: escalationId } = room.snapshot().state.reaction!
    const pages = (to: string) =>
      room.sentTo(to).flatMap((message) => (message.kind === 'page' ? [message.page] : []))
    const hear = async (from: typeof chen, kind: Statement['kind'], round?: number) => {
      const rounds = round === undefined ? {} : { round }
      const reason = kind === 'declined' ? { reason: 'with another patient' } : {}
      const signed = await from.say({ kind, deviceId: room.deviceId, escalationId, ...rounds, ...reason })
      room.workstation.report('main', {
        kind: 'peer-message',
        physicianId: from.physicianId,
        message: { kind: 'statement', signed },
      })
    }
    await hear(chen, 'delivered')
    await hear(chen, 'accepted')
    expect(pages('dr-rao')).toEqual([])
    room.clock.advance(1000)
    await press(room)
    expect(pages('dr-chen').at(-1)).toMatchObject({ escalationId, round: 2 })
    expect(pages('dr-rao').at(-1)).toMatchObject({ escalationId, round: 2 })

    await hear(rao, 'delivered', 2)
    await hear(rao, 'accepted', 2)
    const taken = room.sentTo('dr-chen').findLast(({ kind }) => kind === 'page-taken')
    expect(taken).toMatchObject({ taken: { physicianId: 'dr-rao', round: 2, onScreen: false } })
    expect(room.snapshot().alarm).toBeNull()
    await hear(rao, 'declined', 2)
    expect(room.sentTo('dr-chen')).toContainEqual({ kind: 'page-free', free: { escalationId } })
    expect(room.snapshot().alarm).not.toBeNull()
    const paged = room.entries().filter(({ type }) => type === 'physician-paged')
    expect(paged.map(({ body }) => [body.physicianId, body.path, body.round ?? 1])).toEqual([
      ['dr-chen', 'peer', 1],
      ['dr-chen', 'peer', 2],
      ['dr-rao', 'peer', 2],
    ])
  })

  it('who stands by is called at once when nothing reaches the primary', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    await onCall(hub, 'dr-chen')
    await onCall(hub, 'dr-rao')
    const { state } = await room.until((s) => s.peers.length === 2)
    expect(state.supervisor).toMatchObject({ primary: 'dr-chen', standby: 'dr-rao' })
    room.measure('dr-rao')
    await hub.hub.stop()
    await room.until((s) => s.hub.kind === 'offline')
    await press(room)
    expect(room.sentTo('dr-rao').some(({ kind }) => kind === 'page')).toBe(true)
    const paged = room.entries().filter(({ type }) => type === 'physician-paged')
    expect(paged).toMatchObject([{ body: { physicianId: 'dr-rao', path: 'peer', level: 'bench' } }])
  })

  it('whom the hub still reaches is called by it, and who stands by not before the time of the bench', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    const chen = await onCall(hub, 'dr-chen')
    await onCall(hub, 'dr-rao')
    await room.until((s) => s.peers.length === 2)
    room.measure('dr-rao')
    await press(room)
    await chen.line.next('page')
    expect(room.sentTo('dr-rao').some(({ kind }) => kind === 'page')).toBe(false)
  })

  it('told of who came on screen, was lost and came back, each time anew', async () => {
    const { room, chen, about } = await acceptedCall()
    await room.until((s) => s.progress.reaction?.stage === 'accepted')
    await chen.line.send('statement', await chen.say({ kind: 'on-screen', ...about }))
    await room.until((s) => s.progress.reaction?.stage === 'on-screen')
    room.measure('dr-chen', { transport: 'failed' })
    const lost = await room.until((s) => s.progress.reaction?.telephone === true)
    expect(lost.progress.reaction?.words).toMatch(
      /^Dr. A. Chen has it — the link is lost. Telephone, and do not wait/,
    )
    expect(lost.alarm).not.toBeNull()
    room.measure('dr-chen')
    await room.until((s) => s.progress.reaction?.stage === 'on-screen')
    const told = room
      .sentTo('dr-rao')
      .flatMap((message) => (message.kind === 'page-taken' ? [message.taken.onScreen] : []))
    expect(told).toEqual([false, true, false, true])
  })

  it('told that whoever turned to another room is on screen no more, and the room’s alarm sounds', async () => {
    const { room, chen, about } = await acceptedCall()
    await chen.line.send('statement', await chen.say({ kind: 'on-screen', ...about }))
    await room.until((s) => s.progress.reaction?.stage === 'on-screen')
    room.measure('dr-chen', { attention: { front: 'this-room', microphone: 'muted' } })
    const muted = await room.until((s) => s.progress.reaction?.words.includes('muted') === true)
    expect(muted.progress.reaction?.words).toBe('Dr. A. Chen is on screen, muted')
    expect(muted.alarm).toBeNull()
    room.measure('dr-chen', { attention: { front: 'another-room', microphone: 'on' } })
    const away = await room.until((s) => s.progress.reaction?.stage === 'accepted')
    expect(away.progress.reaction?.words).toMatch(/^Dr. A. Chen has it — not on screen any more. Telephone/)
    expect(away.alarm).not.toBeNull()
    const told = room
      .sentTo('dr-rao')
      .flatMap((message) => (message.kind === 'page-taken' ? [message.taken.onScreen] : []))
    expect(told.at(-1)).toBe(false)
  })

  it('whom nobody finds on call is said to be missing, on the screen and in the record', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    await press(room)
    const { progress } = await room.until((s) => s.state.reaction?.unreachable != null)
    expect(progress.reaction).toMatchObject({ stage: 'unreachable', telephone: true })
    expect(room.snapshot().hub.kind).toBe('online')
    const said = room.entries().filter(({ type }) => type === 'help-unreachable')
    expect(said.map(({ body }) => body.reason)).toEqual(['no physician of this room is on call'])
  })

  it('who is on call and whose console never answers is in the record when the ladder has ended', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    const chen = await onCall(hub, 'dr-chen')
    await room.until((s) => s.present.length === 1)
    await press(room)
    await chen.line.next('page')
    room.clock.advance(29_000)
    room.workstation.tick()
    expect(typesOf(room.entries())).not.toContain('help-unreachable')
    room.clock.advance(1500)
    const { progress } = await room.until((s) => s.state.reaction?.unreachable != null)
    expect(progress.reaction?.words).toBe('Nobody reached yet: call 911 / code team')
    const said = room.entries().find(({ type }) => type === 'help-unreachable')
    expect(said?.body.reason).toBe('no console has taken the alarm')
  })
})

it('a screen that locks because nobody is at it keeps link and session, and its help button calls', async () => {
  const hub = await startHub()
  const room = await enrolled(hub)
  await signIn(room)
  const chen = await onCall(hub, 'dr-chen')
  await room.until((s) => s.peers.length === 1)
  room.measure('dr-chen')
  await inject(room)
  const before = await room.until((s) => s.links['dr-chen']?.state.kind === 'live')
  const { lockAfterMs } = before.policy ?? { lockAfterMs: Number.NaN }
  const signedInAt = room.entries().length

  room.clock.advance(lockAfterMs - 10_000)
  await new Promise((resolve) => setTimeout(resolve, 250))
  expect(room.snapshot().state.operator.kind).toBe('signed-in')
  room.clock.advance(10_001)
  const locked = await room.until((s) => s.state.operator.kind === 'locked')
  const lock = room.entries().find(({ type, seq }) => type === 'workstation-locked' && seq > signedInAt)
  expect(lock).toMatchObject({ actor: { kind: 'system' }, body: { reason: 'inactivity' } })

  expect(locked.links['dr-chen']?.state.kind).toBe('live')
  expect(locked.peers).toEqual(before.peers)
  expect(locked.state.session).toEqual(before.state.session)
  expect(locked.state.session.kind).toBe('injecting')
  expect(
    room
      .entries()
      .slice(signedInAt)
      .map(({ type }) => type),
  ).not.toContain('link-changed')
  expect(typesOf(room.entries())).not.toContain('supervision-gap-opened')

  await room.workstation.dispatch({
    kind: 'press-help',
    escalation: 'reaction',
    origin: 'lock-screen',
    drill: false,
  })
  const { page } = await chen.line.next('page')
  const { deviceId } = room
  const { escalationId } = page
  for (const kind of ['accepted', 'on-screen'] as const)
    await chen.line.send('statement', await chen.say({ kind, deviceId, escalationId }))
  await room.until((s) => s.progress.reaction?.stage === 'on-screen')
  expect(room.snapshot().state).toMatchObject({
    operator: { kind: 'locked', technologistId: 'j-ortiz' },
    session: { kind: 'injecting' },
    reaction: { id: escalationId, origin: 'lock-screen' },
  })
})
