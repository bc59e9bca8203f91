import { type LinkLack, type LinkMeasurement, type LinkState, linkThresholds, type Received } from './link.ts'

/**
 * The one truth about a link, from what one end measured and what the other said in its last heartbeat.
 *
 * @param measurement undefined: nobody to connect to, or nothing measured yet
 * @param ageMs since the measurement was taken
 * @param perspective whose measurement it is. At the physician's end `received` is what the console receives and
 * `receivedByPhysician` is what the room says that it receives; the lacks are named the same at both ends.
 */
export function assessLink(
  measurement: Omit<LinkMeasurement, 'physicianId'> | undefined,
  ageMs: number,
  perspective: 'room' | 'physician',
): LinkState {
  if (measurement === undefined) return { kind: 'none' }
  const { transport, heartbeatAgeMs } = measurement
  const other = perspective === 'room' ? "the physician's console" : 'the room'
  // Before the first heartbeat nothing was up that could be lost.
  if (heartbeatAgeMs === null) return { kind: 'connecting' }
  if (ageMs > linkThresholds.staleAfterMs) return { kind: 'lost', reason: 'nothing is being measured' }
  if (transport === 'failed' || transport === 'closed')
    return { kind: 'lost', reason: 'the connection broke' }
  if (heartbeatAgeMs + ageMs > linkThresholds.staleAfterMs) {
    return { kind: 'lost', reason: `nothing is heard from ${other}` }
  }
  if (measurement.sending === 'held') return { kind: 'warm' }
  const lacks = lacksOf(measurement, perspective)
  return lacks.length === 0 ? { kind: 'live' } : { kind: 'partial', lacks }
}

/** A direction that the other end has said nothing about counts as missing. */
function lacksOf(
  { received, receivedByPhysician }: Omit<LinkMeasurement, 'physicianId'>,
  perspective: 'room' | 'physician',
): LinkLack[] {
  const [byPhysician, byRoom] =
    perspective === 'room' ? [receivedByPhysician, received] : [received, receivedByPhysician]
  const lacks: readonly (readonly [LinkLack, boolean])[] = [
    ['physician-does-not-see-room', !sees(byPhysician)],
    ['physician-does-not-hear-room', !hears(byPhysician)],
    ['room-does-not-see-physician', !sees(byRoom)],
    ['room-does-not-hear-physician', !hears(byRoom)],
  ]
  return lacks.filter(([, missing]) => missing).map(([lack]) => lack)
}

const sees = (received: Received | null): boolean =>
  received !== null && received.framesDecodedPerS >= linkThresholds.minFramesPerS

const hears = (received: Received | null): boolean =>
  received !== null && received.audioBytesPerS >= linkThresholds.minAudioBytesPerS
