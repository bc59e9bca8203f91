import { afterEach, expect, it } from 'vitest'
import type { PolicyContent } from '../../../src/domain/policy/policy.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { startHub, type TestHub } from '../hub/kit.ts'
import { enrolled, onCall, press } from './enrolled-room.ts'
import type { Room } from './kit.ts'

afterEach(cleanUp)

const began: PolicyContent['escalation'] = {
  benchAfterMs: 600_000,
  onScreenWithinMs: 500_000,
  cancelWithinMs: 400_000,
}
const later: PolicyContent['escalation'] = {
  benchAfterMs: 1000,
  onScreenWithinMs: 1000,
  cancelWithinMs: 1000,
  outOfBand: { pagersAfterMs: 1000, supervisorAfterMs: 1000, questions: true, drills: true },
}
const withPagers = (escalation: PolicyContent['escalation'], isPaged: boolean): PolicyContent => {
  const site = testSite({ escalation })
  if (!isPaged) return site
  const supervisor = { name: 'K. Adams', pagers: [{ kind: 'webhook' as const, target: 'desk' }] }
  return { ...site, site: { ...site.site, supervisor } }
}

async function newPolicy(hub: TestHub, room: Room, site: PolicyContent) {
  const before = room.snapshot().policy?.version ?? 0
  await hub.hub.replaceSite(site)
  await room.until(({ policy }) => (policy?.version ?? 0) > before, 'a new policy')
}

it('a policy that arrives in mid-call changes nothing of that call, also after a restart, and all of the next', async () => {
  const hub = await startHub({ site: withPagers(began, false) })
  const room = await enrolled(hub)
  const [chen, rao] = [await onCall(hub, 'dr-chen'), await onCall(hub, 'dr-rao')]
  await room.until((s) => s.peers.length === 2)
  room.measure('dr-rao')
  await press(room)
  const { page } = await chen.line.next('page')
  const about = { deviceId: room.deviceId, escalationId: page.escalationId }
  await chen.line.send('statement', await chen.say({ kind: 'accepted', ...about }))
  await room.until((s) => s.progress.reaction?.stage === 'accepted')
  await newPolicy(hub, room, withPagers(later, true))
  room.clock.advance(60_000)

  const quiet = { stage: 'accepted', telephone: false, words: 'Dr. A. Chen has it — not on screen yet' }
  expect(room.snapshot().policy?.escalation).toEqual(later)
  expect(room.snapshot().progress.reaction).toMatchObject(quiet)
  expect(room.snapshot().alarm).toBeNull()
  expect(room.sentTo('dr-rao').filter(({ kind }) => kind === 'page')).toEqual([])
  expect(rao.line.count('page')).toBe(0)

  const next = await room.restart()
  expect(next.snapshot().progress.reaction).toMatchObject(quiet)
  expect(next.snapshot().state.reaction?.terms).toEqual({ timing: began, pagers: [] })
  const reason = 'the patient is fine'
  const escalationId = about.escalationId
  expect(await next.workstation.dispatch({ kind: 'cancel-help', escalationId, reason })).toMatchObject({
    ok: true,
  })

  await press(next)
  expect(next.snapshot().state.reaction?.terms).toEqual({
    timing: later,
    pagers: [{ physicianId: null, channel: 'webhook' }],
  })
})
