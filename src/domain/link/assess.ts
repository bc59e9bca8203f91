import {
  type Attention,
  type LinkLack,
  type LinkMeasurement,
  type LinkState,
  linkThresholds,
  type Received,
  type RelayFault,
} from './link.ts'

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
  const { transport, heartbeatAgeMs, relayFault } = measurement
  const obstacle = relayFault == null ? null : relayWords(relayFault)
  const lost = (reason: string): LinkState => ({
    kind: 'lost',
    reason: obstacle === null ? reason : `${reason}; ${obstacle}`,
  })
  const other = perspective === 'room' ? "the physician's console" : 'the room'
  // Before the first heartbeat nothing was up that could be lost.
  if (heartbeatAgeMs === null) {
    return obstacle === null ? { kind: 'connecting' } : { kind: 'connecting', obstacle }
  }
  if (ageMs > linkThresholds.staleAfterMs) return lost('nothing is being measured')
  if (transport === 'failed' || transport === 'closed') return lost('the connection broke')
  if (heartbeatAgeMs + ageMs > linkThresholds.staleAfterMs) {
    return lost(`nothing is heard from ${other}`)
  }
  if (measurement.sending === 'held') return { kind: 'warm' }
  const lacks = lacksOf(measurement, perspective)
  return lacks.length === 0 ? { kind: 'live' } : { kind: 'partial', lacks }
}

/** Only while nothing flows: a link that does needs no relay. */
function relayWords({ url, code }: RelayFault): string {
  switch (code) {
    case 401:
    case 403:
    case 438:
    case 441:
      return `the relay ${url} refuses the hub's credentials (${code}): have IT compare its secret and its clock with the hub's`
    case 486:
    case 508:
      return `the relay ${url} has no room for another call (${code}): have IT raise its limits`
    case 701:
      return `the relay ${url} does not answer: have IT check its address and the firewall`
    default:
      return `the relay ${url} failed (${code}): have IT look into its log`
  }
}

/** A direction that the other end has said nothing about counts as missing. */
function lacksOf(
  { received, receivedByPhysician, attention }: Omit<LinkMeasurement, 'physicianId'>,
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
  return [...lacks.filter(([, missing]) => missing).map(([lack]) => lack), ...attentionLacks(attention)]
}

/** A silence that was chosen flows like any other sound, so it cannot be measured: it must be said. */
function attentionLacks(attention: Attention | null): LinkLack[] {
  if (attention === null) return ['physician-attention-unknown']
  const lacks: LinkLack[] = attention.microphone === 'muted' ? ['physician-is-muted'] : []
  if (attention.front === 'another-room') lacks.push('physician-is-in-another-room')
  if (attention.front === 'no-room') lacks.push('physician-has-opened-no-room')
  if (attention.front === 'hidden') lacks.push('physician-is-not-looking')
  return lacks
}

const sees = (received: Received | null): boolean =>
  received !== null && received.framesDecodedPerS >= linkThresholds.minFramesPerS

const hears = (received: Received | null): boolean =>
  received !== null && received.audioBytesPerS >= linkThresholds.minAudioBytesPerS
