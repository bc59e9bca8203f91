import { describe, expect, it } from 'vitest'
import { assessLink } from '../../../src/domain/link/assess.ts'
import type { LinkMeasurement } from '../../../src/domain/link/link.ts'

type Measurement = Omit<LinkMeasurement, 'physicianId'>

const flowing = { framesDecodedPerS: 30, audioBytesPerS: 3000 }
const silent = { framesDecodedPerS: 30, audioBytesPerS: 0 }
const frozen = { framesDecodedPerS: 0, audioBytesPerS: 3000 }

const measured = (change: Partial<Measurement> = {}): Measurement => ({
  epoch: 1,
  transport: 'connected',
  heartbeatAgeMs: 200,
  roundTripMs: 38,
  lossRatio: 0,
  received: flowing,
  receivedByPhysician: flowing,
  sending: 'flowing',
  ...change,
})

describe('the truth about a link, seen from the room', () => {
  it.each<[string, Measurement | undefined, number, unknown]>([
    ['nothing measured', undefined, 0, { kind: 'none' }],
    ['no heartbeat yet', measured({ heartbeatAgeMs: null }), 0, { kind: 'connecting' }],
    [
      'no heartbeat yet, transport failed',
      measured({ heartbeatAgeMs: null, transport: 'failed' }),
      0,
      { kind: 'connecting' },
    ],
    ['media held', measured({ sending: 'held' }), 0, { kind: 'warm' }],
    [
      'media held, nothing flows',
      measured({ sending: 'held', received: frozen, receivedByPhysician: null }),
      0,
      { kind: 'warm' },
    ],
    ['both ways', measured(), 0, { kind: 'live' }],
    ['just fresh enough', measured({ heartbeatAgeMs: 1500 }), 500, { kind: 'live' }],
    [
      '"connected", and the heartbeats stopped',
      measured({ heartbeatAgeMs: 2001 }),
      0,
      { kind: 'lost', reason: "nothing is heard from the physician's console" },
    ],
    [
      'heartbeat and report are old together',
      measured({ heartbeatAgeMs: 1500 }),
      501,
      { kind: 'lost', reason: "nothing is heard from the physician's console" },
    ],
    ['the window stopped measuring', measured(), 2001, { kind: 'lost', reason: 'nothing is being measured' }],
    [
      'transport failed',
      measured({ transport: 'failed' }),
      0,
      { kind: 'lost', reason: 'the connection broke' },
    ],
    [
      'transport closed',
      measured({ transport: 'closed' }),
      0,
      { kind: 'lost', reason: 'the connection broke' },
    ],
    ['media still arrives while ICE checks', measured({ transport: 'disconnected' }), 0, { kind: 'live' }],
    [
      'the physician says nothing',
      measured({ receivedByPhysician: null }),
      0,
      { kind: 'partial', lacks: ['physician-does-not-see-room', 'physician-does-not-hear-room'] },
    ],
    [
      'the picture of the physician stands still',
      measured({ received: frozen }),
      0,
      { kind: 'partial', lacks: ['room-does-not-see-physician'] },
    ],
    [
      'the physician is mute',
      measured({ received: silent }),
      0,
      { kind: 'partial', lacks: ['room-does-not-hear-physician'] },
    ],
    [
      'the physician does not hear',
      measured({ receivedByPhysician: silent }),
      0,
      { kind: 'partial', lacks: ['physician-does-not-hear-room'] },
    ],
    [
      'on the threshold',
      measured({ received: { framesDecodedPerS: 1, audioBytesPerS: 50 } }),
      0,
      { kind: 'live' },
    ],
    [
      'below the threshold',
      measured({ received: { framesDecodedPerS: 0.9, audioBytesPerS: 49 } }),
      0,
      { kind: 'partial', lacks: ['room-does-not-see-physician', 'room-does-not-hear-physician'] },
    ],
  ])('%s', (_name, measurement, ageMs, expected) => {
    expect(assessLink(measurement, ageMs, 'room')).toEqual(expected)
  })
})

describe("the same link, seen from the physician's console", () => {
  it('names the lacks the same', () => {
    expect(assessLink(measured({ received: frozen }), 0, 'physician')).toEqual({
      kind: 'partial',
      lacks: ['physician-does-not-see-room'],
    })
    expect(assessLink(measured({ receivedByPhysician: silent }), 0, 'physician')).toEqual({
      kind: 'partial',
      lacks: ['room-does-not-hear-physician'],
    })
    expect(assessLink(measured({ heartbeatAgeMs: 5000 }), 0, 'physician')).toEqual({
      kind: 'lost',
      reason: 'nothing is heard from the room',
    })
  })
})
