import type { HubContext } from '../context.ts'
import type { Paging } from '../paging.ts'
import type { Presence } from '../presence.ts'
import type { ConsolePeer, WorkstationPeer } from '../sockets/peers.ts'
import type { PeerState, Publish } from './words.ts'

type StateOf<K extends PeerState['kind']> = Extract<PeerState, { readonly kind: K }>
type RemotePeer =
  | { readonly kind: 'workstation'; readonly peer: WorkstationPeer }
  | { readonly kind: 'console'; readonly peer: ConsolePeer }

/** What another hub has connected, in the presence of this one: what is sent to it goes by way of that hub. */
export type RemotePeers = {
  readonly update: (state: PeerState) => void
  /** These, and no others. */
  readonly replace: (states: readonly PeerState[]) => void
  readonly remove: (id: string) => void
}

export function createRemotePeers(
  ctx: HubContext,
  presence: Presence,
  paging: Paging,
  hubId: string,
  publish: Publish,
): RemotePeers {
  const peers = new Map<string, RemotePeer>()

  const remote = (id: string) => ({
    id,
    isHere: false,
    send: (event: string, message: unknown) => publish({ kind: 'send', id, event, message }, hubId),
    close: () => publish({ kind: 'close', id }, hubId),
  })

  function updateWorkstation({ id, deviceId, roomId, sinceMs, status }: StateOf<'workstation'>): void {
    if (ctx.directory.roomOf(deviceId) !== roomId) ctx.directory.enrolled({ deviceId, roomId })
    let known = peers.get(id)
    if (known?.kind !== 'workstation') {
      known = { kind: 'workstation', peer: { ...remote(id), deviceId, roomId } }
      peers.set(id, known)
      presence.addWorkstation(known.peer, sinceMs)
    }
    if (status !== null) presence.setStatus(known.peer, status)
  }
  function updateConsole(state: StateOf<'console'>): void {
    const { id, physicianId, sessionId, sessionEndsAtMs, onCall } = state
    let known = peers.get(id)
    if (known?.kind !== 'console') {
      known = { kind: 'console', peer: { ...remote(id), physicianId, sessionId, sessionEndsAtMs } }
      peers.set(id, known)
      presence.addConsole(known.peer)
    }
    presence.setOnCall(known.peer, onCall?.connectionId ?? null, onCall?.sinceMs)
    if (onCall !== null) paging.cameOnCall(physicianId)
  }
  function update(state: PeerState): void {
    if (state.kind === 'workstation') updateWorkstation(state)
    else updateConsole(state)
  }
  function remove(id: string): void {
    const gone = peers.get(id)
    peers.delete(id)
    if (gone?.kind === 'workstation') presence.removeWorkstation(gone.peer)
    else if (gone) presence.removeConsole(gone.peer)
  }
  return {
    update,
    replace(states) {
      const there = new Set(states.map(({ id }) => id))
      for (const id of peers.keys()) if (!there.has(id)) remove(id)
      for (const state of states) update(state)
    },
    remove,
  }
}
