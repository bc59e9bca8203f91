import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import type { Statement } from '../../../src/domain/statement/statement.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { startHub } from '../hub/kit.ts'
import { enrolled, hubHas, onCall, press, restarted, synced } from './enrolled-room.ts'
import { inject, isWhole, openRoom, signIn, typesOf } from './kit.ts'

afterEach(cleanUp)

describe('enrolment', () => {
  it('makes the room known, brings its policy and its log, once', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    expect(room.snapshot()).toMatchObject({
      enrolment: { kind: 'enrolled', deviceId: room.deviceId, roomId: 'ct-1' },
      policy: { site: { id: 'site-1' } },
    })
    await synced(room)
    expect(await hubHas(hub, room)).toEqual(room.entries())
    const again = await room.workstation.dispatch({ kind: 'enrol', hub: hub.url, code: 'ABCD-EFGH' })
    expect(again).toMatchObject({ ok: false, error: { kind: 'already-enrolled' } })
  })

  it('survives a restart: no second code, the same device', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    const next = await room.restart()
    expect(next.snapshot().policy).not.toBeNull()
    next.workstation.connect()
    await next.until(({ hub: { kind } }) => kind === 'online', 'online again')
    expect(next.deviceId).toBe(room.deviceId)
  })

  it('names a wrong code, a used one, and what is no hub', async () => {
    const hub = await startHub()
    const room = openRoom()
    const ask = async (address: string, code: string) => {
      const reply = await room.workstation.dispatch({ kind: 'enrol', hub: address, code })
      return reply.ok ? 'enrolled' : reply.error.kind
    }
    expect(await ask(hub.url, 'WRONG-CODE')).toBe('code-wrong')
    const code = await hub.hub.issueEnrolmentCode('ct-1')
    await openRoom().workstation.dispatch({ kind: 'enrol', hub: hub.url, code })
    expect(await ask(hub.url, code)).toBe('code-used')
    expect(await ask('http://127.0.0.1:9', code)).toBe('unreachable')
    expect(await ask('ftp://hub.example.org', code)).toBe('bad-address')
    expect(await ask('http://hub.example.org', code)).toBe('bad-address')
    expect(room.snapshot().enrolment).toEqual({ kind: 'none' })
  })
})

describe('the log', () => {
  it('written while the hub is away arrives later: nothing lost, nothing twice', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    await signIn(room)
    await synced(room)
    await hub.hub.stop()
    await room.until(({ hub: { kind } }) => kind === 'offline', 'offline')
    await inject(room)
    await press(room)
    await room.workstation.dispatch({ kind: 'stop-injection' })
    expect(room.snapshot().unsynced).toBeGreaterThan(6)

    const back = await restarted(hub)
    await synced(room)
    const stored = await hubHas(back, room)
    expect(stored).toEqual(room.entries())
    expect(isWhole(room.entries())).toBe(true)
    expect(typesOf(room.entries())).toEqual(
      expect.arrayContaining(['hub-lost', 'help-pressed', 'hub-connected']),
    )
  })

  it('of a room that was switched off meanwhile arrives too', async () => {
    const hub = await startHub()
    const first = await enrolled(hub)
    await hub.hub.stop()
    await first.until(({ hub: { kind } }) => kind === 'offline', 'offline')
    await signIn(first)
    const room = await first.restart()
    room.workstation.connect()
    const back = await restarted(hub)
    await synced(room)
    expect(await hubHas(back, room)).toEqual(room.entries())
  })

  it('goes on from a hub that was restored from an old backup', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    await signIn(room)
    await synced(room)
    await hub.hub.stop()
    await room.until(({ hub: { kind } }) => kind === 'offline', 'offline')
    // The hub that comes back knows the device and none of its log.
    const db = new Database(join(hub.data, 'hub.sqlite'))
    db.exec('DROP TRIGGER log_refuses_delete; DELETE FROM log')
    db.close()
    const back = await restarted(hub)
    await synced(room)
    expect(await hubHas(back, room)).toEqual(room.entries())
    expect(room.appLog).toContainEqual(expect.objectContaining({ kind: 'sync-lost-at-hub' }))
  })
})

describe('a physician', () => {
  it('on call becomes a warm peer, flows in a session, and opens the gate only when both ends measure it', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    await signIn(room)
    await onCall(hub, 'dr-chen', 'page-1')
    await onCall(hub, 'dr-rao', 'page-2')
    const { peers } = await room.until((s) => s.peers.length === 2)
    expect(peers).toEqual([
      { physicianId: 'dr-chen', connectionId: 'page-1', media: 'held' },
      { physicianId: 'dr-rao', connectionId: 'page-2', media: 'held' },
    ])
    room.measure('dr-chen')
    await room.until((s) => s.links['dr-chen']?.state.kind === 'warm')

    const { scheduledAt: _, ...exam } = testSite().worklist[0]!
    await room.workstation.dispatch({ kind: 'open-session', exam, contrastClass: 'iodinated' })
    const opened = await room.until((s) => s.peers[0]?.media === 'flowing')
    expect(opened.peers[1]?.media).toBe('held')
    room.measure('dr-chen', { receivedByPhysician: { framesDecodedPerS: 0, audioBytesPerS: 900 } })
    const partial = await room.until((s) => s.links['dr-chen']?.state.kind === 'partial')
    expect(partial.links['dr-chen']?.state).toMatchObject({ lacks: ['physician-does-not-see-room'] })
    expect(partial.gate?.open).toBe(false)
    room.measure('dr-chen')
    await room.until((s) => s.links['dr-chen']?.state.kind === 'live')

    // Two seconds without a measurement are two seconds without knowing.
    room.silence('dr-chen')
    await room.until((s) => s.links['dr-chen']?.state.kind === 'lost')
    expect(typesOf(room.entries())).toContain('link-changed')
  })

  it.each([
    ['is lost', { transport: 'failed' }, { kind: 'lost' }],
    [
      'is muted',
      { attention: { front: 'this-room', microphone: 'muted' } },
      { kind: 'partial', lacks: ['physician-is-muted'] },
    ],
    [
      'goes to another room',
      { attention: { front: 'another-room', microphone: 'on' } },
      { kind: 'partial', lacks: ['physician-is-in-another-room'] },
    ],
  ] as const)(
    'who %s while contrast flows leaves a gap in the record, within two seconds',
    async (...[, over, link]) => {
      const hub = await startHub()
      const room = await enrolled(hub)
      await signIn(room)
      await onCall(hub, 'dr-chen')
      await room.until((s) => s.peers.length === 1)
      room.measure('dr-chen')
      const { scheduledAt: _, ...exam } = testSite().worklist[0]!
      await room.workstation.dispatch({ kind: 'open-session', exam, contrastClass: 'iodinated' })
      await room.until((s) => s.links['dr-chen']?.state.kind === 'live')
      await room.workstation.dispatch({ kind: 'abandon-session', reason: 'begins again below' })
      await inject(room)
      expect(room.snapshot().state.gap).toBeNull()
      room.measure('dr-chen', over)
      const { state } = await room.until((s) => s.state.gap !== null)
      expect(state.gap?.physicianId).toBe('dr-chen')
      const opened = room.entries().find(({ type }) => type === 'supervision-gap-opened')
      expect(opened?.body).toMatchObject({ physicianId: 'dr-chen', link })
    },
  )

  it('sees the room, whole at every change', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    await signIn(room)
    await onCall(hub, 'dr-chen')
    await room.until((s) => s.peers.length === 1)
    room.measure('dr-chen')
    await inject(room)
    const views = () =>
      room.sentTo('dr-chen').flatMap((message) => (message.kind === 'room-view' ? [message.view] : []))
    await room.until(() => views().at(-1)?.step === 'injecting')
    expect(views().at(-1)).toMatchObject({
      roomName: 'CT 1',
      technologist: 'J. Ortiz',
      responder: 'R. Patel',
      session: { exam: { accession: 'ACC-1001' }, injections: [{ agent: expect.any(String) }] },
    })
    const words = views()
      .at(-1)
      ?.timeline.map((line) => line.words)
    expect(words).toContainEqual(expect.stringMatching(/^Injection started/))
    const before = views().length
    room.measure('dr-chen', { epoch: 2 })
    await room.until(() => views().length > before)
  })

  it('keeps the link when the hub dies, and is still paged over it', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    const chen = await onCall(hub, 'dr-chen')
    await room.until((s) => s.peers.length === 1)
    room.measure('dr-chen')
    await hub.hub.stop()
    await room.until((s) => s.hub.kind === 'offline')
    expect(room.snapshot().peers).toHaveLength(1)

    // Peers live in the main window: while that is dead, nobody is said to be paged by way of one.
    room.windows.alive.delete('main')
    await press(room)
    expect(room.entries().filter(({ type }) => type === 'physician-paged')).toEqual([])
    room.windows.alive.add('main')
    room.measure('dr-chen')
    const page = room.sentTo('dr-chen').find(({ kind }) => kind === 'page')
    expect(page).toMatchObject({ page: { roomName: 'CT 1', kind: 'reaction', deviceId: room.deviceId } })
    expect(room.snapshot().peers[0]?.media).toBe('flowing')
    expect(room.entries().filter(({ type }) => type === 'physician-paged')).toMatchObject([
      { body: { physicianId: 'dr-chen', path: 'peer', level: 'primary' } },
    ])

    // A hub that comes back hears of the call that is still open, and then of its end.
    await restarted(hub)
    await room.until((s) => s.hub.kind === 'online')
    const line = await chen.onCall()
    const { id } = room.snapshot().state.reaction!
    expect(await line.next('page')).toMatchObject({ page: { escalationId: id } })
    await room.workstation.dispatch({ kind: 'cancel-help', escalationId: id, reason: 'a test' })
    expect(await line.next('page-end')).toMatchObject({ escalationId: id, outcome: 'cancelled' })
    expect(room.sentTo('dr-chen')).toContainEqual(expect.objectContaining({ kind: 'page-end' }))
  })

  it('is paged by the hub, accepts, and is told that the room has it in its log', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    const chen = await onCall(hub, 'dr-chen')
    await room.until((s) => s.present.length === 1)
    await press(room)
    const { page } = await chen.line.next('page')
    expect(page.escalationId).toBe(room.snapshot().state.reaction?.id)
    const say = async (kind: Statement['kind']) => {
      const signed = await chen.say({ kind, deviceId: room.deviceId, escalationId: page.escalationId })
      await chen.line.send('statement', signed)
      expect(await chen.line.next('statement-logged')).toEqual({ statementId: signed.statement.id })
    }
    await say('delivered')
    await say('seen')
    await say('accepted')
    const { progress, alarm } = await room.until((s) => s.progress.reaction?.stage === 'accepted')
    expect(progress.reaction?.words).toMatch(/Dr\. A\. Chen has it — not on screen yet/)
    expect(alarm).toBeNull()
    await say('on-screen')
    await room.until((s) => s.progress.reaction?.stage === 'on-screen')
    await room.workstation.dispatch({ kind: 'end-help', escalationId: page.escalationId, outcome: 'well' })
    expect(await chen.line.next('page-end')).toMatchObject({ escalationId: page.escalationId })
    const said = room.entries().filter(({ type }) => type === 'statement-received')
    expect(said.map(({ actor }) => actor)).toEqual(Array(4).fill({ kind: 'physician', id: 'dr-chen' }))
  })

  it('is heard once, by whichever path it comes and however often', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    const chen = await onCall(hub, 'dr-chen')
    await room.until((s) => s.present.length === 1)
    await press(room)
    const escalationId = room.snapshot().state.reaction!.id
    const signed = await chen.say({ kind: 'accepted', deviceId: room.deviceId, escalationId })
    const byPeer = () =>
      room.workstation.report('main', {
        kind: 'peer-message',
        physicianId: 'dr-chen',
        message: { kind: 'statement', signed },
      })
    byPeer()
    byPeer()
    await chen.line.send('statement', signed)
    await chen.line.next('statement-logged')
    const confirmed = () => room.sentTo('dr-chen').filter(({ kind }) => kind === 'statement-logged').length
    const before = confirmed()
    byPeer()
    await room.until(() => confirmed() > before)
    expect(room.entries().filter(({ type }) => type === 'statement-received')).toHaveLength(1)
    // The log itself keeps it once, so it is once after a restart too.
    const next = await room.restart()
    next.workstation.report('main', {
      kind: 'peer-message',
      physicianId: 'dr-chen',
      message: { kind: 'statement', signed },
    })
    expect(next.entries().filter(({ type }) => type === 'statement-received')).toHaveLength(1)
  })

  it('cannot be forged: not by content, not by another console, not for another room', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    const chen = await onCall(hub, 'dr-chen')
    const rao = await onCall(hub, 'dr-rao')
    await room.until((s) => s.present.length === 2)
    await press(room)
    const escalationId = room.snapshot().state.reaction!.id
    const good = await chen.say({ kind: 'accepted', deviceId: room.deviceId, escalationId })
    const other = await rao.say({ kind: 'accepted', deviceId: room.deviceId, escalationId })
    const elsewhere = await chen.say({ kind: 'accepted', deviceId: 'd-another', escalationId })
    const send = (physicianId: string, signed: typeof good) =>
      room.workstation.report('main', {
        kind: 'peer-message',
        physicianId,
        message: { kind: 'statement', signed },
      })
    send('dr-chen', { ...good, statement: { ...good.statement, at: '2026-11-20T12:00:01.000Z' } })
    send('dr-chen', { ...good, signer: other.signer })
    send('dr-chen', { ...good, statement: { ...good.statement, physicianId: 'dr-rao' } })
    send('dr-chen', other)
    send('dr-chen', elsewhere)
    expect(room.entries().some(({ type }) => type === 'statement-received')).toBe(false)
    expect(room.appLog.filter(({ event }) => event === 'statement-refused')).toHaveLength(5)
    expect(room.sentTo('dr-chen').some(({ kind }) => kind === 'statement-logged')).toBe(false)
    send('dr-chen', good)
    expect(room.snapshot().state.reaction?.receipts['dr-chen']?.accepted).not.toBeNull()
  })
})

it('two rooms and two physicians do not mix', async () => {
  const hub = await startHub()
  const [one, two] = [await enrolled(hub, 'ct-1'), await enrolled(hub, 'mr-1')]
  await onCall(hub, 'dr-chen')
  await onCall(hub, 'dr-okafor')
  expect((await one.until((s) => s.present.length > 0)).present.map((p) => p.physicianId)).toEqual([
    'dr-chen',
  ])
  expect((await two.until((s) => s.present.length > 0)).present.map((p) => p.physicianId)).toEqual([
    'dr-okafor',
  ])
  await press(one)
  await synced(one)
  await synced(two)
  expect(two.snapshot().state.reaction).toBeNull()
  expect(await hubHas(hub, one)).toEqual(one.entries())
  expect(await hubHas(hub, two)).toEqual(two.entries())
})

it('takes a new policy as soon as the hub has one', async () => {
  const hub = await startHub()
  const room = await enrolled(hub)
  await hub.hub.replaceSite(testSite({ observationMs: 90_000 }))
  const { policy } = await room.until((s) => s.policy?.observationMs === 90_000)
  expect(policy?.version).toBe(2)
  const adopted = room.entries().filter(({ type }) => type === 'policy-adopted')
  expect(adopted.map(({ body }) => body.version)).toEqual([1, 2])
})
