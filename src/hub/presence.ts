import type { CoveredRoom, PresentPhysician, RoomStatus } from '../contract/hub.ts'
import type { HubContext } from './context.ts'
import type { ConsolePeer, WorkstationPeer } from './sockets/peers.ts'

export type OnCall = { readonly peer: ConsolePeer; readonly connectionId: string }

/** Changes of rooms within this time reach a console as one list. Alarms do not travel this way. */
const gatherMs = 100

/** Who is there now. Knows nothing of transports; lives in memory, because a restart asks everyone again. */
export type Presence = {
  /** A newer connection of the same device takes the place of the older. */
  readonly addWorkstation: (peer: WorkstationPeer) => void
  readonly removeWorkstation: (peer: WorkstationPeer) => void
  readonly setStatus: (peer: WorkstationPeer, status: RoomStatus) => void
  readonly addConsole: (peer: ConsolePeer) => void
  readonly removeConsole: (peer: ConsolePeer) => void
  /** A newer page of the same physician that goes on call makes the older step back. */
  readonly setOnCall: (peer: ConsolePeer, connectionId: string | null) => void
  readonly workstation: (deviceId: string) => WorkstationPeer | undefined
  readonly workstations: () => Iterable<WorkstationPeer>
  readonly statusOf: (deviceId: string) => RoomStatus | null
  readonly onCall: (physicianId: string) => OnCall | undefined
  readonly consoles: () => Iterable<ConsolePeer>
  readonly consolesOf: (physicianId: string) => readonly ConsolePeer[]
  /** A room has changed for its bench: enrolment, revocation. */
  readonly roomChanged: (roomId: string) => void
  /** The site has changed for everybody. */
  readonly siteChanged: () => void
}

export function createPresence(ctx: HubContext): Presence {
  const workstations = new Map<string, WorkstationPeer>()
  const statuses = new Map<string, RoomStatus>()
  const consolesByPhysician = new Map<string, Set<ConsolePeer>>()
  const onCall = new Map<string, OnCall>()
  const waiting = new Set<string>()

  const present = (roomId: string): PresentPhysician[] =>
    (ctx.site.room(roomId)?.bench ?? []).flatMap((physicianId) => {
      const there = onCall.get(physicianId)
      const name = ctx.site.physician(physicianId)?.name
      return there && name !== undefined ? [{ physicianId, name, connectionId: there.connectionId }] : []
    })

  const tellWorkstation = (peer: WorkstationPeer) =>
    peer.send('presence', { physicians: present(peer.roomId) })

  const tellRoomsOf = (physicianId: string) => {
    for (const room of ctx.site.roomsOf(physicianId))
      for (const deviceId of ctx.directory.devicesIn(room.id)) {
        const peer = workstations.get(deviceId)
        if (peer) tellWorkstation(peer)
      }
  }

  const coveredBy = (physicianId: string): CoveredRoom[] => {
    const siteName = ctx.site.policy().site.name
    return ctx.site.roomsOf(physicianId).flatMap((room) =>
      ctx.directory.devicesIn(room.id).map((deviceId) => ({
        deviceId,
        roomId: room.id,
        roomName: room.name,
        siteName,
        modality: room.modality,
        online: workstations.has(deviceId),
        status: statuses.get(deviceId) ?? null,
      })),
    )
  }

  /** Many rooms change at once when a hub restarts: each console is told once for all of them. */
  const roomsChangedFor = (physicianIds: Iterable<string>) => {
    const isScheduled = waiting.size > 0
    for (const physicianId of physicianIds) if (consolesByPhysician.has(physicianId)) waiting.add(physicianId)
    if (!isScheduled && waiting.size > 0) setTimeout(tellWaiting, gatherMs).unref()
  }
  function tellWaiting(): void {
    const told = [...waiting]
    waiting.clear()
    for (const physicianId of told) {
      const rooms = coveredBy(physicianId)
      for (const peer of consolesByPhysician.get(physicianId) ?? []) peer.send('rooms', { rooms })
    }
  }
  const roomChanged = (roomId: string) => roomsChangedFor(ctx.site.room(roomId)?.bench ?? [])

  function stepBack(peer: ConsolePeer): void {
    if (onCall.get(peer.physicianId)?.peer !== peer) return
    onCall.delete(peer.physicianId)
    tellRoomsOf(peer.physicianId)
  }

  return {
    addWorkstation(peer) {
      const older = workstations.get(peer.deviceId)
      workstations.set(peer.deviceId, peer)
      older?.close()
      tellWorkstation(peer)
      roomChanged(peer.roomId)
    },
    removeWorkstation(peer) {
      if (workstations.get(peer.deviceId) !== peer) return
      workstations.delete(peer.deviceId)
      statuses.delete(peer.deviceId)
      roomChanged(peer.roomId)
    },
    setStatus(peer, status) {
      if (workstations.get(peer.deviceId) !== peer) return
      statuses.set(peer.deviceId, status)
      roomChanged(peer.roomId)
    },
    addConsole(peer) {
      const pages = consolesByPhysician.get(peer.physicianId) ?? new Set()
      consolesByPhysician.set(peer.physicianId, pages.add(peer))
      peer.send('rooms', { rooms: coveredBy(peer.physicianId) })
    },
    removeConsole(peer) {
      const pages = consolesByPhysician.get(peer.physicianId)
      pages?.delete(peer)
      if (pages?.size === 0) consolesByPhysician.delete(peer.physicianId)
      stepBack(peer)
    },
    setOnCall(peer, connectionId) {
      if (connectionId === null) return stepBack(peer)
      const before = onCall.get(peer.physicianId)
      onCall.set(peer.physicianId, { peer, connectionId })
      if (before && before.peer !== peer && before.connectionId !== connectionId)
        before.peer.send('superseded', { connectionId: before.connectionId })
      if (before?.connectionId !== connectionId) tellRoomsOf(peer.physicianId)
    },
    workstation: (deviceId) => workstations.get(deviceId),
    workstations: () => workstations.values(),
    statusOf: (deviceId) => statuses.get(deviceId) ?? null,
    onCall: (physicianId) => onCall.get(physicianId),
    consoles: () => [...consolesByPhysician.values()].flatMap((pages) => [...pages]),
    consolesOf: (physicianId) => [...(consolesByPhysician.get(physicianId) ?? [])],
    roomChanged,
    siteChanged() {
      for (const peer of workstations.values()) tellWorkstation(peer)
      roomsChangedFor(consolesByPhysician.keys())
    },
  }
}
