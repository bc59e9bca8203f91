import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { cleanUp } from '../../support/undo.ts'
import { verifyFile } from '../../support/workstation-files.ts'
import { startHub } from '../hub/kit.ts'
import { enrolled, hubHas, onCall, press, synced } from './enrolled-room.ts'
import { inject, keyIn, type Room, signIn } from './kit.ts'

afterEach(cleanUp)

const tenYearsMs = 3652 * 24 * 3_600_000

/** Closes the session that is injecting and has its record made; the excerpt among its files. */
async function excerptOf({ workstation: { dispatch }, snapshot }: Room): Promise<string> {
  await dispatch({ kind: 'stop-injection' })
  await dispatch({ kind: 'end-observation', earlyReason: 'a test is in a hurry' })
  expect(await dispatch({ kind: 'close-session', disposition: 'released', note: '' })).toMatchObject({
    ok: true,
  })
  const sessionId = snapshot().recent[0]?.sessionId ?? ''
  const reply = await dispatch({ kind: 'save-record', sessionId })
  return (reply.ok ? (reply.value.paths ?? []) : []).find((path) => path.endsWith('.jsonl')) ?? ''
}

async function verifyLog({ folder }: Room) {
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, keyIn(folder))
  return verifyFile(join(folder, 'log.sqlite'), '--key-file', keyFile)
}

describe.each([
  ['ahead of', tenYearsMs],
  ['behind', -tenYearsMs],
])('a workstation whose clock is ten years %s the hub’s', (where, aheadMs) => {
  it('works, is heard, syncs everything, and says how far it is off', async () => {
    const hub = await startHub()
    const room = await enrolled(hub, 'ct-1', { aheadMs })
    const chen = await onCall(hub, 'dr-chen')
    await room.until((s) => s.peers.length === 1)
    room.measure('dr-chen')
    expect(await signIn(room, '0000')).toMatchObject({ ok: false, error: { kind: 'sign-in-refused' } })
    expect(await signIn(room)).toMatchObject({ ok: true })
    await inject(room)
    await press(room)
    const { page } = await chen.line.next('page')
    const about = { deviceId: room.deviceId, escalationId: page.escalationId }
    await chen.line.send('statement', await chen.say({ kind: 'accepted', ...about }))
    const { progress } = await room.until((s) => s.progress.reaction?.stage === 'accepted', 'accepted')
    expect(progress.reaction?.words).toMatch(/Dr\. A\. Chen has it/)
    await room.workstation.dispatch({
      kind: 'end-help',
      escalationId: page.escalationId,
      outcome: 'well',
    })
    const excerpt = await excerptOf(room)
    expect((await verifyFile(excerpt)).words).toMatch(/^VERIFIED/)
    await synced(room)
    expect(await hubHas(hub, room)).toEqual(room.entries())
    const verified = await verifyLog(room)
    expect(verified.words).toContain('The hub has signed at')
    expect(verified.exitCode).toBe(0)

    const { body } = room.entries().find(({ type }) => type === 'hub-connected')!
    expect(Math.abs(Number(body.skewMs) + aheadMs)).toBeLessThan(60_000)
    const words = [`3652 days ${where} the hub’s`, 'Have your IT set the clock']
    expect(room.snapshot().notices).toEqual([
      { kind: 'clock-off', message: expect.stringMatching(words.join('.*')) },
    ])
    const view = room.sentTo('dr-chen').findLast(({ kind }) => kind === 'room-view')
    expect(JSON.stringify(view)).toContain(`Hub connected: this workstation’s clock is ${words[0]}`)
    const next = await room.restart()
    expect(next.snapshot().state.operator.kind).toBe('locked')
    expect(await signIn(next)).toMatchObject({ ok: true })
  })

  it('is one whose clock was turned while it ran: nothing is lost, order is by sequence', async () => {
    const hub = await startHub()
    const room = await enrolled(hub)
    await signIn(room)
    await inject(room)
    room.clock.turn(aheadMs)
    await press(room)
    expect(room.snapshot().elapsedMs.reaction).toBeLessThan(60_000)
    const { id } = room.snapshot().state.reaction!
    room.clock.turn(-aheadMs)
    await room.workstation.dispatch({ kind: 'end-help', escalationId: id, outcome: 'well' })
    expect((await verifyFile(await excerptOf(room))).words).toMatch(/^VERIFIED/)
    await synced(room)
    expect(await hubHas(hub, room)).toEqual(room.entries())
    const { exitCode, words } = await verifyLog(room)
    const seqs = ['help-pressed', 'help-ended'].map(
      (sought) => room.entries().find(({ type }) => type === sought)?.seq,
    )
    const [back, ahead] = aheadMs < 0 ? seqs : seqs.toReversed()
    expect(words).toContain(`The clock went back once, first at entry ${back}, from 20`)
    expect(words).toContain(`The clock leapt ahead once, first at entry ${ahead}, from 20`)
    expect(exitCode).toBe(0)
  })
})
