import type { consoleToHub, HubProblem, MessageOf, workstationToHub } from '../contract/hub.ts'
import type { HubContext } from './context.ts'
import type { Presence } from './presence.ts'
import { problem } from './refusal.ts'
import type { ConsolePeer, WorkstationPeer } from './sockets/peers.ts'

export type Answer = { readonly ok: true } | HubProblem
export const accepted: Answer = { ok: true }

/** Carries the peers' own signals between a room and the physicians on its bench, unread. */
export type Signalling = {
  readonly fromWorkstation: (
    from: WorkstationPeer,
    message: MessageOf<typeof workstationToHub, 'signal'>,
  ) => Answer
  readonly fromConsole: (from: ConsolePeer, message: MessageOf<typeof consoleToHub, 'signal'>) => Answer
}

export function createSignalling(ctx: HubContext, presence: Presence): Signalling {
  return {
    fromWorkstation(from, { physicianId, connectionId, epoch, data }) {
      if (!ctx.site.isOnBench(from.roomId, physicianId)) return notOnBench(physicianId)
      const to = presence.onCall(physicianId)
      if (to?.connectionId !== connectionId)
        return problem('not-present', 'This page of the physician’s console is not on call any more.')
      to.peer.send('signal', { deviceId: from.deviceId, epoch, data })
      return accepted
    },
    fromConsole(from, { deviceId, epoch, data }) {
      const refused = refuseRoom(ctx, from.physicianId, deviceId)
      if (refused) return refused
      const { physicianId } = from
      const onCall = presence.onCall(physicianId)
      if (onCall?.peer !== from)
        return problem('not-on-call', 'Go on call first: only a page that is on call has links to rooms.')
      const to = presence.workstation(deviceId)
      if (to === undefined) return problem('room-offline', 'This room’s workstation is not connected.')
      to.send('signal', { physicianId, connectionId: onCall.connectionId, epoch, data })
      return accepted
    },
  }
}

const notOnBench = (physicianId: string): HubProblem =>
  problem('not-on-bench', `${physicianId} is not on this room’s bench.`)

/** A physician has to do with the rooms whose bench names them, and with no others. */
export function refuseRoom(ctx: HubContext, physicianId: string, deviceId: string): HubProblem | undefined {
  const roomId = ctx.directory.roomOf(deviceId)
  if (roomId === undefined) return problem('device-unknown', 'There is no such workstation at this hub.')
  if (!ctx.site.isOnBench(roomId, physicianId))
    return problem('not-your-room', 'You are not on the bench of this room.')
  return undefined
}
