import type { SignalEnvelope } from '../../contract/hub.ts'
import type { Page, PeerMessage } from '../../contract/room-view.ts'
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
  readonly handleSignal: (deviceId: string, envelope: SignalEnvelope) => void
  readonly superseded: () => void
}

export function hubListeners({ clock, rooms, alarms, outbox, ...doors }: Doors): HubListeners {
  return {
    rooms: ({ rooms: listed }) => rooms.listed(listed),
    signal: ({ deviceId, ...envelope }) => doors.handleSignal(deviceId, envelope),
    page: ({ page, level }) => alarms.dispatch({ kind: 'paged', page, level, nowMs: clock.monoMs() }),
    'page-end': (end) => alarms.dispatch({ kind: 'ended', end }),
    'page-taken': (taken) => alarms.dispatch({ kind: 'taken', taken }),
    'statement-logged': ({ statementId }) => outbox.logged(statementId),
    superseded: () => doors.superseded(),
  }
}

export function onPeerMessage({ clock, rooms, alarms, outbox, notice }: Doors) {
  const fromOwnRoom = (deviceId: string, page: Page) => {
    if (page.deviceId === deviceId) return true
    notice(
      'A room sent a call for help in the name of another room. It was not shown; tell the hub’s administrator.',
    )
    return false
  }
  return (deviceId: string, message: PeerMessage): void => {
    switch (message.kind) {
      case 'media':
        rooms.mediaAsked(deviceId, message.want)
        break
      case 'room-view': {
        const { view } = message
        rooms.viewed(deviceId, view)
        const open = view.escalations.map(({ escalationId }) => escalationId)
        alarms.dispatch({ kind: 'viewed', deviceId, open })
        break
      }
      case 'page':
        if (fromOwnRoom(deviceId, message.page))
          alarms.dispatch({ kind: 'paged', page: message.page, level: null, nowMs: clock.monoMs() })
        break
      case 'page-end':
        alarms.dispatch({ kind: 'ended', end: message.end })
        break
      case 'page-taken':
        alarms.dispatch({ kind: 'taken', taken: message.taken })
        break
      case 'statement-logged':
        outbox.logged(message.statementId)
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
