import { describe, expect, it } from 'vitest'
import type { LinkMeasurement } from '../../../src/domain/link/link.ts'
import { primaryStands, returnedFrom } from '../../../src/main/failover.ts'
import { createLinks } from '../../../src/main/links.ts'
import { peersWanted } from '../../../src/main/peers.ts'
import { createScenario, readyToInject, signIn } from '../domain/scenario.ts'

const open = readyToInject().state
const idle = createScenario()
idle.run(signIn)
idle.run({ kind: 'report-supervisor', primary: 'p-chen', standby: 'p-rao' })

/** @param silent milliseconds since the primary and the standby were heard; null without a link */
const stands = (silent: readonly [number | null, number | null], isOnCall = true, state = open) =>
  primaryStands(
    state,
    (id) => (id === 'p-chen' ? silent[0] : silent[1]),
    () => isOnCall,
  )

describe('whether the primary is still there', () => {
  it.each<[string, readonly [number | null, number | null], boolean, string]>([
    ['both are heard', [400, 300], true, 'there'],
    ['one heartbeat is late', [900, 100], true, 'there'],
    ['two heartbeats are missed while the standby is heard', [1300, 200], true, 'doubted'],
    ['silent for longer than a link counts as known', [2100, 200], true, 'gone'],
    ['the hub has lost them too', [1300, 200], false, 'gone'],
    ['the hub has lost them and the link has not', [400, 300], false, 'there'],
    ['the room itself is cut off: both were last heard at about the same time', [2600, 2000], true, 'there'],
    ['the standby is as silent as they are', [9000, 8500], true, 'there'],
    ['the standby is silent, though less long', [9000, 2100], true, 'there'],
    ['there is no link to the standby', [9000, null], true, 'there'],
    ['there was no link to the primary either', [null, 200], true, 'there'],
  ])('%s', (_name, silent, isOnCall, expected) => {
    expect(stands(silent, isOnCall)).toBe(expected)
  })

  it('is asked only while somebody needs them', () => {
    expect(stands([9000, 200], true, idle.state)).toBe('there')
    idle.run({ kind: 'press-help', escalation: 'reaction', origin: 'button', drill: true })
    expect(stands([9000, 200], true, idle.state)).toBe('gone')
  })

  it('lets the picture of the standby flow from the first doubt on', () => {
    const present = ['p-chen', 'p-rao'].map((physicianId) => ({
      physicianId,
      name: physicianId,
      connectionId: `c-${physicianId}`,
    }))
    const media = (isDoubted: boolean) => peersWanted(open, present, isDoubted).map((peer) => peer.media)
    expect(media(false)).toEqual(['flowing', 'held'])
    expect(media(true)).toEqual(['flowing', 'flowing'])
  })
})

describe('a primary who was followed', () => {
  it('comes back when heard again, until the other one has confirmed', () => {
    const session = readyToInject()
    expect(returnedFrom(session.state, () => true)).toBeNull()
    session.run({ kind: 'report-supervisor', primary: 'p-rao', standby: 'p-chen', why: 'console-silent' })
    expect(returnedFrom(session.state, () => false)).toBeNull()
    expect(returnedFrom(session.state, (id) => id === 'p-chen')).toBe('p-chen')
    session.hear({ kind: 'took-over', sessionId: session.sessionId, from: 'p-chen' }, 'p-rao')
    expect(returnedFrom(session.state, () => true)).toBeNull()
  })
})

describe('since when a physician is silent', () => {
  const measurement = (heartbeatAgeMs: number | null): LinkMeasurement => ({
    physicianId: 'p-chen',
    epoch: 1,
    transport: 'connected',
    heartbeatAgeMs,
    roundTripMs: 10,
    lossRatio: 0,
    received: { framesDecodedPerS: 10, audioBytesPerS: 1000 },
    receivedByPhysician: null,
    attention: null,
    sending: 'flowing',
  })

  it('is counted from their last heartbeat, or from when they should have been heard', () => {
    const links = createLinks()
    expect(links.silentMs('p-chen', 0)).toBeNull()
    links.measured([measurement(null)], 1000)
    links.measured([measurement(null)], 3000)
    expect(links.silentMs('p-chen', 15_000)).toBe(0)
    expect(links.silentMs('p-chen', 18_500)).toBe(2500)
    links.measured([measurement(300)], 20_000)
    expect(links.silentMs('p-chen', 20_400)).toBe(700)
    // A new page there, which has all its time again.
    links.measured([measurement(null)], 21_000)
    expect(links.silentMs('p-chen', 36_500)).toBe(500)
  })
})
