import { afterEach, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/contract/ipc.ts'
import { approvalInWords, standingOf } from '../../../src/domain/policy/cards-standing.ts'
import { cleanUp } from '../../support/undo.ts'
import { approve, directedSite, withdraw } from '../hub/cards-kit.ts'
import { register, startHub } from '../hub/kit.ts'
import { enrolled, press } from './enrolled-room.ts'
import type { Room } from './kit.ts'

afterEach(cleanUp)

const isApproval =
  (kind: NonNullable<Snapshot['cards']>['approval']['kind']) =>
  ({ cards }: Snapshot): boolean =>
    cards?.approval.kind === kind

const shownIn = (room: Room): string => {
  const { cards } = room.snapshot()
  if (cards === null) throw new Error('the room has no cards')
  return approvalInWords(standingOf(cards, new Date(room.clock.nowMs()).toISOString()).approval)
}

const pressed = (room: Room) =>
  room
    .entries()
    .filter(({ type }) => type === 'help-pressed')
    .map(({ body }) => body.cards)

it('comes to the room with the policy, holds without the hub, and is named at the press', async () => {
  const hub = await startHub({ site: directedSite() })
  const first = await enrolled(hub)
  expect(shownIn(first)).toBe('NOT APPROVED by a medical director')
  const chen = await register(hub, 'dr-chen')
  const { said } = await approve(chen)
  await first.until(isApproval('sound'), 'approved')
  await hub.hub.stop()

  const room = await first.restart()
  expect(shownIn(room)).toMatch(/^Approved by Dr\. A\. Chen, medical director/)
  await press(room)
  const { edition, hash } = said.cards
  const about = { by: 'Dr. A. Chen', physicianId: 'dr-chen', at: said.at, validUntil: said.validUntil }
  expect(pressed(room)).toEqual([{ edition, hash, approval: { kind: 'approved', ...about } }])
  const open = room.snapshot().state.reaction?.id ?? ''
  await room.workstation.dispatch({ kind: 'end-help', escalationId: open, outcome: 'over' })

  // Nobody says anything: the day passes.
  room.clock.advance(366 * 86_400_000)
  expect(shownIn(room)).toMatch(/^NOT APPROVED .* ended on/)
  await press(room)
  expect(pressed(room).at(-1)).toMatchObject({ approval: { kind: 'expired', ...about } })
})

it('is gone from the room when it is withdrawn, and when the cards are others', async () => {
  const hub = await startHub({ site: directedSite() })
  const room = await enrolled(hub)
  const chen = await register(hub, 'dr-chen')
  const { said } = await approve(chen)
  await room.until(isApproval('sound'), 'approved')
  const { cards } = directedSite()
  await hub.hub.replaceSite(directedSite({ cards: { ...cards, edition: 'next' } }))
  await room.until(isApproval('other-content'), 'of other cards')
  await hub.hub.replaceSite(directedSite())
  await room.until(isApproval('sound'), 'approved again: the same cards')
  await withdraw(chen, said)
  await room.until(isApproval('withdrawn'), 'withdrawn')
  expect(shownIn(room)).toMatch(/^NOT APPROVED .* Dr\. A\. Chen withdrew the approval/)
  await press(room)
  expect(pressed(room)).toMatchObject([{ edition: 'test', approval: { kind: 'withdrawn' } }])
})
