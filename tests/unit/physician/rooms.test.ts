import { describe, expect, it } from 'vitest'
import { noAlarms, stepAlarms } from '../../../src/physician/alarms/alarms.ts'
import { needOf, type RoomKnown, sortRooms } from '../../../src/physician/rooms/room-tile.ts'
import { createRooms } from '../../../src/physician/rooms/rooms.ts'
import type { ConsoleMeasurement } from '../../../src/platform/web/session-links.ts'
import { handClock, page, roomView, session } from './fixtures.ts'

const self = 'p-chen'
const known = (deviceId: string, change: Partial<RoomKnown> = {}): RoomKnown => ({
  deviceId,
  covered: {
    deviceId,
    roomId: deviceId,
    roomName: deviceId,
    siteName: 'North',
    modality: 'CT',
    online: true,
    status: { step: 'idle', technologistSignedIn: true, primary: self, standby: null },
  },
  view: roomView({ deviceId }),
  link: { kind: 'warm' },
  roundTripMs: 20,
  media: 'held',
  viewAtMonoMs: 0,
  ...change,
})
const undecided = {
  questionId: 'q1',
  text: 'Earlier reaction?',
  answer: 'yes' as const,
  leadsTo: 'physician-decides' as const,
  note: '',
  decision: null,
}
const measurement = (change: Partial<ConsoleMeasurement> = {}): ConsoleMeasurement => ({
  epoch: 1,
  transport: 'connected',
  heartbeatAgeMs: 100,
  roundTripMs: 12,
  lossRatio: 0,
  received: { framesDecodedPerS: 25, audioBytesPerS: 4000 },
  receivedByPhysician: null,
  attention: { front: 'this-room', microphone: 'on' },
  sending: 'flowing',
  ...change,
})

describe('the grid', () => {
  it('puts rooms that need the physician first, and sessions before idle rooms', () => {
    const ringing = stepAlarms(
      noAlarms,
      { kind: 'paged', page: page({ deviceId: 'd-alarm' }), level: 'primary', nowMs: 0, watching: false },
      self,
    ).state
    const rooms = [
      known('a-idle'),
      known('b-session', { view: roomView({ deviceId: 'b-session', step: 'observing', session }) }),
      known('c-gap', { view: roomView({ deviceId: 'c-gap', gapOpen: true }) }),
      known('d-alarm'),
      known('e-decide', {
        view: roomView({
          deviceId: 'e-decide',
          step: 'screening',
          session: { ...session, answers: [undecided] },
        }),
      }),
    ]
    expect(sortRooms(rooms, ringing, self).map(({ deviceId }) => deviceId)).toEqual([
      'd-alarm',
      'e-decide',
      'c-gap',
      'b-session',
      'a-idle',
    ])
  })

  it('asks for imaging records only from the physician who is the room’s primary', () => {
    const view = roomView({ step: 'ready', session: { ...session, recordsConfirmed: false } })
    const room = known('d-1', { view })
    expect(needOf(room, noAlarms, self).kind).toBe('records')
    expect(needOf(room, noAlarms, 'p-rao').kind).toBe('none')
  })

  it('asks for a signature only from whoever supervised', () => {
    const unsigned = {
      sessionId: 's1',
      accession: 'A1',
      closedAt: '2026-11-24T10:00:00.000Z',
      closingHash: '0'.repeat(64),
      physicianId: 'p-rao',
    }
    const room = known('d-1', { view: roomView({ unsigned: [unsigned] }) })
    expect(needOf(room, noAlarms, self).kind).toBe('none')
    expect(needOf(room, noAlarms, 'p-rao').kind).toBe('signature')
  })
})

it('a room that injects without a live link comes before one that waits for a decision', () => {
  const blind = { kind: 'partial' as const, lacks: ['physician-does-not-see-room' as const] }
  const view = roomView({ step: 'injecting', session: { ...session, answers: [undecided] } })
  const injecting = known('d-2', { link: blind, media: 'flowing', view })
  expect(needOf(injecting, noAlarms, self).kind).toBe('unsupervised')
  const waiting = known('d-1', {
    view: roomView({ step: 'screening', session: { ...session, answers: [undecided] } }),
  })
  expect(sortRooms([waiting, injecting], noAlarms, self)[0]?.deviceId).toBe('d-2')
})

describe('a room whose link lacks nothing but the physician', () => {
  const elsewhere = { kind: 'partial' as const, lacks: ['physician-is-in-another-room' as const] }
  const at = (step: 'screening' | 'ready' | 'injecting', link: RoomKnown['link']) =>
    needOf(known('d-1', { link, media: 'flowing', view: roomView({ step, session }) }), noAlarms, self)

  it('asks for them once contrast is about to flow, and is in no trouble before', () => {
    expect(at('screening', elsewhere).kind).toBe('none')
    expect(at('ready', elsewhere)).toEqual({
      kind: 'link',
      words: 'The injection waits for you: open this room',
    })
    expect(at('injecting', { kind: 'partial', lacks: ['physician-is-muted'] })).toEqual({
      kind: 'unsupervised',
      words: 'Injecting without your attention: you are muted',
    })
    const blind = {
      kind: 'partial' as const,
      lacks: [...elsewhere.lacks, 'physician-does-not-see-room' as const],
    }
    expect(at('screening', blind).words).toBe('Link in trouble')
  })
})

describe('the rooms', () => {
  function setUp() {
    const clock = handClock()
    const onScreen: string[] = []
    const rooms = createRooms({
      clock,
      assess: (_, ageMs) => (ageMs > 2000 ? { kind: 'lost', reason: 'silent' } : { kind: 'live' }),
      selfId: () => self,
      onScreen: (deviceId) => onScreen.push(deviceId),
    })
    return { clock, rooms, onScreen, linkOf: (id: string) => rooms.store.getState().byDevice[id]?.link.kind }
  }

  it('let a link go stale by themselves when nothing is measured any more', () => {
    const { clock, rooms, linkOf } = setUp()
    rooms.measured('d-1', measurement())
    expect(linkOf('d-1')).toBe('live')
    clock.advance(1900)
    rooms.judge()
    expect(linkOf('d-1')).toBe('live')
    clock.advance(200)
    rooms.judge()
    expect(linkOf('d-1')).toBe('lost')
  })

  it('count a room as on screen only when its picture is decoded and its sound arrives', () => {
    const { rooms, onScreen } = setUp()
    rooms.measured('d-1', measurement({ received: { framesDecodedPerS: 25, audioBytesPerS: 0 } }))
    rooms.measured('d-1', measurement({ received: { framesDecodedPerS: 0, audioBytesPerS: 4000 } }))
    expect(onScreen).toEqual([])
    rooms.measured('d-1', measurement())
    expect(onScreen).toEqual(['d-1'])
  })

  it('keep a room whose link lives when the hub no longer lists it', () => {
    const { rooms } = setUp()
    const listed = ['d-1', 'd-2'].map((deviceId) => known(deviceId).covered).filter((c) => c !== null)
    rooms.listed(listed)
    rooms.measured('d-1', measurement())
    rooms.listed([])
    expect(Object.keys(rooms.store.getState().byDevice)).toEqual(['d-1'])
  })

  it('do not render again for a measurement that changes nothing to see', () => {
    const { rooms } = setUp()
    rooms.measured('d-1', measurement())
    const before = rooms.store.getState()
    rooms.measured('d-1', measurement())
    expect(rooms.store.getState()).toBe(before)
  })
})
