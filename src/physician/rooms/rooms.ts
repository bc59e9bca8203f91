import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CoveredRoom } from '../../contract/hub.ts'
import type { RoomView } from '../../contract/room-view.ts'
import { type LinkState, linkThresholds, unconfirmed } from '../../domain/link/link.ts'
import type { ConsoleMeasurement } from '../../platform/web/session-links.ts'
import type { Clock } from '../ticker/clock.ts'
import type { RoomKnown } from './room-tile.ts'

export type RoomsState = {
  readonly byDevice: Readonly<Record<string, RoomKnown>>
  readonly streams: Readonly<Record<string, MediaStream>>
  /** When the hub last sent its list; null before the first. */
  readonly listedAt: string | null
}

export type Rooms = {
  readonly store: StoreApi<RoomsState>
  readonly listed: (rooms: readonly CoveredRoom[]) => void
  readonly viewed: (deviceId: string, view: RoomView) => void
  readonly mediaAsked: (deviceId: string, media: 'held' | 'flowing') => void
  /** Null: there is no link with this room any more. */
  readonly measured: (deviceId: string, measurement: ConsoleMeasurement | null) => void
  readonly streamed: (deviceId: string, stream: MediaStream | null) => void
  /** Whether this console decodes the room's picture and hears it now. */
  readonly isOnScreen: (deviceId: string) => boolean
  /** Judges every link again: what was measured grows old by itself. */
  readonly judge: () => void
  readonly clear: () => void
}

/** Whether this console decodes the room's picture and hears it, by its own measurement. */
export const isOnScreen = ({ received }: ConsoleMeasurement): boolean =>
  received.framesDecodedPerS >= linkThresholds.minFramesPerS &&
  received.audioBytesPerS >= linkThresholds.minAudioBytesPerS

export function createRooms(options: {
  readonly clock: Clock
  readonly assess: (measurement: ConsoleMeasurement, ageMs: number) => LinkState
  readonly selfId: () => string
  readonly onScreen: (deviceId: string) => void
}): Rooms {
  const { clock } = options
  const store = createStore<RoomsState>(() => ({ byDevice: {}, streams: {}, listedAt: null }))
  const lastByDevice = new Map<string, { readonly measurement: ConsoleMeasurement; readonly atMs: number }>()

  /** As the room judges it: whoever was brought in and has not confirmed it is not live there. */
  const asConfirmed = (view: RoomView | null, link: LinkState): LinkState =>
    view?.supervisor?.physicianId === options.selfId() && view.supervisor.takeover !== null
      ? unconfirmed(link)
      : link

  const patch = (deviceId: string, change: Partial<RoomKnown>) =>
    store.setState(({ byDevice }) => ({
      byDevice: { ...byDevice, [deviceId]: { ...(byDevice[deviceId] ?? unknownRoom(deviceId)), ...change } },
    }))

  function judgeOne(deviceId: string): void {
    const known = store.getState().byDevice[deviceId] ?? unknownRoom(deviceId)
    const last = lastByDevice.get(deviceId)
    const link: LinkState =
      last === undefined
        ? { kind: 'none' }
        : asConfirmed(known.view, options.assess(last.measurement, Math.max(0, clock.monoMs() - last.atMs)))
    const roundTripMs = last?.measurement.roundTripMs ?? null
    if (sameLink(known.link, link) && known.roundTripMs === roundTripMs) return
    patch(deviceId, { link, roundTripMs })
  }

  return {
    store,
    listed(rooms) {
      const listed = new Map(rooms.map((room) => [room.deviceId, room]))
      store.setState(({ byDevice }) => {
        const next: Record<string, RoomKnown> = {}
        for (const [deviceId, covered] of listed)
          next[deviceId] = { ...(byDevice[deviceId] ?? unknownRoom(deviceId)), covered }
        // A room whose peer is up stays, whatever the hub lists: what is live is never hidden.
        for (const [deviceId, known] of Object.entries(byDevice))
          if (!listed.has(deviceId) && lastByDevice.has(deviceId))
            next[deviceId] = { ...known, covered: null }
        return { byDevice: next, listedAt: clock.instant() }
      })
    },
    viewed(deviceId, view) {
      patch(deviceId, { view, viewAtMonoMs: clock.monoMs() })
      judgeOne(deviceId)
    },
    mediaAsked: (deviceId, media) => patch(deviceId, { media }),
    measured(deviceId, measurement) {
      if (measurement === null) lastByDevice.delete(deviceId)
      else {
        lastByDevice.set(deviceId, { measurement, atMs: clock.monoMs() })
        if (isOnScreen(measurement)) options.onScreen(deviceId)
      }
      judgeOne(deviceId)
    },
    streamed: (deviceId, stream) =>
      store.setState(({ streams }) => {
        const { [deviceId]: _, ...others } = streams
        return { streams: stream === null ? others : { ...others, [deviceId]: stream } }
      }),
    isOnScreen(deviceId) {
      const last = lastByDevice.get(deviceId)
      return (
        last !== undefined &&
        clock.monoMs() - last.atMs <= linkThresholds.staleAfterMs &&
        isOnScreen(last.measurement)
      )
    },
    judge() {
      for (const deviceId of lastByDevice.keys()) judgeOne(deviceId)
    },
    clear() {
      lastByDevice.clear()
      store.setState({ byDevice: {}, streams: {}, listedAt: null })
    },
  }
}

const unknownRoom = (deviceId: string): RoomKnown => ({
  deviceId,
  covered: null,
  view: null,
  viewAtMonoMs: 0,
  link: { kind: 'none' },
  roundTripMs: null,
  media: 'held',
})

const sameLink = (a: LinkState, b: LinkState): boolean =>
  a.kind === b.kind && JSON.stringify(a) === JSON.stringify(b)
