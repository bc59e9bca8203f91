import type { SignalEnvelope } from '../../contract/hub.ts'
import type { PeerMessage } from '../../contract/room-view.ts'
import { assertNever } from '../../domain/result.ts'
import type { AlarmKeeper } from '../alarms/alarm-keeper.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Outbox } from '../statements/outbox.ts'
import type { Clock } from '../ticker/clock.ts'
import type { HubListeners } from './hub-socket.ts'

/** Where what arrives goes. The hub and a room's peer channel say the same things; duplicates are harmless. */
export type Doors = {
  readonly clock: Clock
  readonly rooms: Rooms
  readonly alarms: AlarmKeeper
  readonly outbox: Outbox
  readonly notice: (words: string) => void
  /** Whether this physician has the room before their eyes now, and its picture and sound come. */
  readonly isWatching: (deviceId: string) => boolean
  readonly handleSignal: (deviceId: string, envelope: SignalEnvelope) => void
  readonly superseded: () => void
}

export function hubListeners({ clock, rooms, alarms, outbox, ...doors }: Doors): HubListeners {
  const nowMs = clock.monoMs
  return {
    rooms: ({ rooms: listed }) => rooms.listed(listed),
    signal: ({ deviceId, ...envelope }) => doors.handleSignal(deviceId, envelope),
    page: ({ page, level }) => {
      const watching = doors.isWatching(page.deviceId)
      alarms.dispatch({ kind: 'paged', page, level, nowMs: nowMs(), watching })
    },
    'page-end': (end) => alarms.dispatch({ kind: 'ended', end, from: null }),
    'page-taken': (taken) => alarms.dispatch({ kind: 'taken', taken, nowMs: nowMs(), from: null }),
    'page-free': (free) => alarms.dispatch({ kind: 'freed', free, nowMs: nowMs(), from: null }),
    'statement-logged': ({ statementId }) => outbox.logged(statementId),
    superseded: () => doors.superseded(),
  }
}

/** A room speaks for itself alone: what it says of another room's call or patient is dropped, and the person told. */
export function onPeerMessage({ clock, rooms, alarms, outbox, notice, isWatching }: Doors) {
  const isOwn = (from: string, deviceId: string | undefined) => {
    if (deviceId === undefined || deviceId === from) return true
    notice(
      'A room sent a message about another room’s call or patient. It was not used; tell the hub’s administrator.',
    )
    return false
  }
  const isOwnCall = (from: string, escalationId: string) => {
    const known = alarms.store.getState().alarms.find(({ page }) => page.escalationId === escalationId)
    return isOwn(from, known?.page.deviceId)
  }
  return (from: string, message: PeerMessage): void => {
    const nowMs = clock.monoMs()
    switch (message.kind) {
      case 'media':
        rooms.mediaAsked(from, message.want)
        break
      case 'room-view': {
        const { view } = message
        if (!isOwn(from, view.deviceId)) break
        rooms.viewed(from, view)
        const open = view.escalations.map(({ escalationId }) => escalationId)
        alarms.dispatch({ kind: 'viewed', deviceId: from, open })
        break
      }
      case 'page': {
        const { page } = message
        if (!isOwn(from, page.deviceId) || !isOwnCall(from, page.escalationId)) break
        alarms.dispatch({ kind: 'paged', page, level: null, nowMs, watching: isWatching(from) })
        break
      }
      case 'page-end':
        if (isOwnCall(from, message.end.escalationId))
          alarms.dispatch({ kind: 'ended', end: message.end, from })
        break
      case 'page-taken':
        if (isOwnCall(from, message.taken.escalationId))
          alarms.dispatch({ kind: 'taken', taken: message.taken, nowMs, from })
        break
      case 'page-free':
        if (isOwnCall(from, message.free.escalationId))
          alarms.dispatch({ kind: 'freed', free: message.free, nowMs, from })
        break
      case 'statement-logged':
        isOwn(from, outbox.logged(message.statementId, from))
        break
      // The link keeps heartbeats to itself, and rooms make no statements: nothing to do with either.
      case 'heartbeat':
      case 'statement':
        break
      default:
        assertNever(message, 'peer message')
    }
  }
}
