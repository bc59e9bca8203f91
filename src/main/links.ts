import type { LinkReading, PeerWanted } from '../contract/ipc.ts'
import { assessLink } from '../domain/link/assess.ts'
import { type LinkMeasurement, type LinkState, linkThresholds } from '../domain/link/link.ts'

/** What the main window measured of each peer, and how long ago: nothing here is believed longer than it is fresh. */
export type Links = {
  readonly measured: (measurements: readonly LinkMeasurement[], mono: number) => void
  /** Forgets peers that are not wanted any more; true for those that remain or have no measurement yet. */
  readonly keepOnly: (physicianIds: readonly string[]) => void
  readonly readings: (peers: readonly PeerWanted[], mono: number) => Readonly<Record<string, LinkReading>>
  /** Whether something sent to this peer now would arrive: heartbeats were heard just now. */
  readonly isUp: (physicianId: string, mono: number) => boolean
  /**
   * Since they were last heard, ms; for those who never were, since they should have been. Null: nothing has been
   * measured of them.
   */
  readonly silentMs: (physicianId: string, mono: number) => number | null
  /** Changes whenever the peer is another one or has come back: what it needs to know must be sent again. */
  readonly incarnation: (physicianId: string, mono: number) => string | null
}

type Held = {
  readonly measurement: LinkMeasurement
  readonly atMono: number
  readonly rises: number
  /** Since when this peer has been looked for without having been heard. */
  readonly soughtSinceMono: number
}

/** A peer takes so long to come about on a machine that is busy with restarting its page, ms. */
const connectsWithinMs = 15_000

export function createLinks(): Links {
  const heldById = new Map<string, Held>()

  const isFresh = ({ measurement, atMono }: Held, mono: number): boolean =>
    measurement.transport === 'connected' &&
    measurement.heartbeatAgeMs !== null &&
    measurement.heartbeatAgeMs + (mono - atMono) <= linkThresholds.staleAfterMs

  const isUp = (physicianId: string, mono: number): boolean => {
    const held = heldById.get(physicianId)
    return held !== undefined && isFresh(held, mono)
  }

  return {
    measured: (measurements, mono) => {
      for (const measurement of measurements) {
        const { physicianId } = measurement
        const before = heldById.get(physicianId)
        const wasUp = isUp(physicianId, mono)
        const isSought = before?.measurement.heartbeatAgeMs === null && measurement.heartbeatAgeMs === null
        const soughtSinceMono = isSought ? before.soughtSinceMono : mono
        const next = { measurement, atMono: mono, rises: before?.rises ?? 0, soughtSinceMono }
        heldById.set(physicianId, !wasUp && isFresh(next, mono) ? { ...next, rises: next.rises + 1 } : next)
      }
    },
    keepOnly: (physicianIds) => {
      for (const physicianId of heldById.keys()) {
        if (!physicianIds.includes(physicianId)) heldById.delete(physicianId)
      }
    },
    readings: (peers, mono) =>
      Object.fromEntries(
        peers.map(({ physicianId }) => [physicianId, readingOf(heldById.get(physicianId), mono)]),
      ),
    isUp,
    silentMs: (physicianId, mono) => {
      const held = heldById.get(physicianId)
      if (held === undefined) return null
      const { heartbeatAgeMs } = held.measurement
      return heartbeatAgeMs === null
        ? Math.max(0, mono - held.soughtSinceMono - connectsWithinMs)
        : heartbeatAgeMs + (mono - held.atMono)
    },
    incarnation: (physicianId, mono) => {
      const held = heldById.get(physicianId)
      return held !== undefined && isFresh(held, mono) ? `${held.measurement.epoch}.${held.rises}` : null
    },
  }
}

function readingOf(held: Held | undefined, mono: number): LinkReading {
  // Wanted, and nothing heard of it yet: the main window is on its way to it.
  if (held === undefined) {
    return { state: { kind: 'connecting' }, roundTripMs: null, lossRatio: null, framesPerS: 0 }
  }
  const { measurement, atMono } = held
  const state: LinkState = assessLink(measurement, mono - atMono, 'room')
  const isHeard = state.kind === 'live' || state.kind === 'warm' || state.kind === 'partial'
  return {
    state,
    roundTripMs: isHeard ? measurement.roundTripMs : null,
    lossRatio: isHeard ? measurement.lossRatio : null,
    framesPerS: isHeard ? measurement.received.framesDecodedPerS : 0,
  }
}
