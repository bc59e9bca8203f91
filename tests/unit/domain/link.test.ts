import { describe, expect, it } from 'vitest'
import { assessLink } from '../../../src/domain/link/assess.ts'
import type { LinkMeasurement } from '../../../src/domain/link/link.ts'
import { linkInWords } from '../../../src/domain/link/words.ts'

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
  attention: { front: 'this-room', microphone: 'on' },
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
    [
      'no heartbeat yet, and the relay refuses',
      measured({ heartbeatAgeMs: null, relayFault: { url: 'turn:relay.example.org', code: 401 } }),
      0,
      {
        kind: 'connecting',
        obstacle:
          "the relay turn:relay.example.org refuses the hub's credentials (401): have IT compare its secret and its clock with the hub's",
      },
    ],
    [
      'broken, and the relay does not answer',
      measured({ transport: 'failed', relayFault: { url: 'turn:relay.example.org', code: 701 } }),
      0,
      {
        kind: 'lost',
        reason:
          'the connection broke; the relay turn:relay.example.org does not answer: have IT check its address and the firewall',
      },
    ],
    [
      'both ways, though the relay refuses',
      measured({ relayFault: { url: 'turn:relay.example.org', code: 401 } }),
      0,
      { kind: 'live' },
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
      'the physician is muted: silence flows',
      measured({ attention: { front: 'this-room', microphone: 'muted' } }),
      0,
      { kind: 'partial', lacks: ['physician-is-muted'] },
    ],
    [
      'the physician talks to another room',
      measured({ attention: { front: 'another-room', microphone: 'on' } }),
      0,
      { kind: 'partial', lacks: ['physician-is-in-another-room'] },
    ],
    [
      'the physician is muted and looks at the overview',
      measured({ attention: { front: 'no-room', microphone: 'muted' } }),
      0,
      { kind: 'partial', lacks: ['physician-is-muted', 'physician-has-opened-no-room'] },
    ],
    [
      'the physician has the room in front on a hidden page',
      measured({ attention: { front: 'hidden', microphone: 'on' } }),
      0,
      { kind: 'partial', lacks: ['physician-is-not-looking'] },
    ],
    [
      'a console that does not say whether it attends',
      measured({ attention: null }),
      0,
      { kind: 'partial', lacks: ['physician-attention-unknown'] },
    ],
    [
      'nobody need attend while media is held',
      measured({ sending: 'held', attention: { front: 'no-room', microphone: 'muted' } }),
      0,
      { kind: 'warm' },
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
    const muted = measured({ attention: { front: 'this-room', microphone: 'muted' } })
    expect(assessLink(muted, 0, 'physician')).toEqual({ kind: 'partial', lacks: ['physician-is-muted'] })
    expect(assessLink(measured({ heartbeatAgeMs: 5000 }), 0, 'physician')).toEqual({
      kind: 'lost',
      reason: 'nothing is heard from the room',
    })
  })
})

describe('what a link lacks, in words', () => {
  it.each([
    ['physician-is-muted', "Dr. Chen's microphone is muted"],
    ['physician-is-in-another-room', 'Dr. Chen has another room in front'],
    ['physician-has-opened-no-room', 'Dr. Chen has not opened this room'],
    ['physician-is-not-looking', 'Dr. Chen is not looking: their console is hidden'],
  ] as const)('%s', (lack, words) => {
    expect(linkInWords({ kind: 'partial', lacks: [lack] }, 'Dr. Chen')).toBe(words)
  })
})
