import type { Received } from '../../domain/link/link.ts'

/** What one look at `RTCPeerConnection.getStats()` says of the receiving side. Counters only grow. */
export type StatsSample = {
  /** Milliseconds, on the clock of the statistics themselves. */
  readonly atMs: number
  readonly framesDecoded: number
  /** Payload bytes of audio, without headers. */
  readonly audioBytes: number
  readonly packetsReceived: number
  /** May fall again: a packet that was only late is given back. */
  readonly packetsLost: number
  readonly roundTripMs: number | null
}

export type MediaRates = {
  readonly received: Received
  readonly lossRatio: number | null
}

type Stat = Readonly<Record<string, unknown>>

const numberOf = (stat: Stat, key: string): number => {
  const value = stat[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** A peer that has just opened has received nothing yet. */
export const emptySample = (atMs: number): StatsSample => ({
  atMs,
  framesDecoded: 0,
  audioBytes: 0,
  packetsReceived: 0,
  packetsLost: 0,
  roundTripMs: null,
})

/**
 * Adds up a statistics report. Streams that have not received a packet are absent from it and count as zero.
 * @param stats the values of an `RTCStatsReport`
 * @param fallbackAtMs the time, should no member of the report carry one
 */
export function sampleOf(stats: Iterable<unknown>, fallbackAtMs: number): StatsSample {
  const byId = new Map<string, Stat>()
  for (const stat of stats) {
    if (typeof stat === 'object' && stat !== null && 'id' in stat && typeof stat.id === 'string') {
      byId.set(stat.id, stat as Stat)
    }
  }
  let sample = emptySample(fallbackAtMs)
  for (const stat of byId.values()) {
    if (stat.type === 'transport') {
      const pair = byId.get(String(stat.selectedCandidatePairId))
      const seconds = pair?.currentRoundTripTime
      const roundTripMs = typeof seconds === 'number' ? seconds * 1000 : null
      sample = { ...sample, atMs: numberOf(stat, 'timestamp') || sample.atMs, roundTripMs }
    }
    if (stat.type !== 'inbound-rtp') continue
    sample = {
      ...sample,
      framesDecoded: sample.framesDecoded + numberOf(stat, 'framesDecoded'),
      audioBytes: sample.audioBytes + (stat.kind === 'audio' ? numberOf(stat, 'bytesReceived') : 0),
      packetsReceived: sample.packetsReceived + numberOf(stat, 'packetsReceived'),
      packetsLost: sample.packetsLost + numberOf(stat, 'packetsLost'),
    }
  }
  return sample
}

/** Shorter spans than this tell nothing: at 5 frames a second one may hold none. */
const shortestSpanMs = 450
/** Rates are taken over about a second, so that a hiccup of the picture is not a loss of it. */
const spanMs = 950
const keptMs = 2500

/** Adds a sample and forgets those that are too old to be a baseline. Samples out of order are ignored. */
export function remember(history: readonly StatsSample[], sample: StatsSample): readonly StatsSample[] {
  const last = history.at(-1)
  if (last !== undefined && sample.atMs <= last.atMs) return history
  return [...history.filter((old) => sample.atMs - old.atMs <= keptMs), sample]
}

/** What flowed per second between the newest sample and the one about a second before it. */
export function ratesOf(history: readonly StatsSample[]): MediaRates {
  const now = history.at(-1)
  const baseline =
    now && (history.findLast((old) => now.atMs - old.atMs >= spanMs) ?? history.find((old) => old !== now))
  if (now === undefined || baseline === undefined || now.atMs - baseline.atMs < shortestSpanMs) {
    return { received: { framesDecodedPerS: 0, audioBytesPerS: 0 }, lossRatio: null }
  }
  // Fifty audio packets come every second, so half a second without one is no hiccup: the path is dead.
  const latest = history.findLast((old) => now.atMs - old.atMs >= shortestSpanMs)
  const isSilent = latest !== undefined && now.audioBytes <= latest.audioBytes
  const audioBytes = isSilent ? 0 : Math.max(0, now.audioBytes - baseline.audioBytes)
  const seconds = (now.atMs - baseline.atMs) / 1000
  const lost = Math.max(0, now.packetsLost - baseline.packetsLost)
  const expected = lost + Math.max(0, now.packetsReceived - baseline.packetsReceived)
  return {
    received: {
      framesDecodedPerS: Math.max(0, now.framesDecoded - baseline.framesDecoded) / seconds,
      audioBytesPerS: audioBytes / seconds,
    },
    lossRatio: expected === 0 ? null : lost / expected,
  }
}
