import type { CoveredRoom, PresentPhysician, RoomStatus } from '../contract/hub.ts'
import type { HubContext } from './context.ts'
import type { PeerState, Word } from './sharing/words.ts'
import type { ConsolePeer, WorkstationPeer } from './sockets/peers.ts'

export type OnCall = {
  readonly peer: ConsolePeer
  readonly connectionId: string
  readonly sinceMs: number
}

/** Changes of rooms within this time reach a console as one list. Alarms do not travel this way. */
const gatherMs = 100

/**
 * Who is there now, here or at another hub of the site. Knows nothing of transports; lives in memory, because a restart
 * asks everyone again. Each hub tells its own connections what has changed.
 */
export type Presence = {
  /** A newer connection of the same device takes the place of the older. */
  readonly addWorkstation: (peer: WorkstationPeer, sinceMs?: number) => void
  readonly removeWorkstation: (peer: WorkstationPeer) => void
  readonly setStatus: (peer: WorkstationPeer, status: RoomStatus) => void
  readonly addConsole: (peer: ConsolePeer) => void
  readonly removeConsole: (peer: ConsolePeer) => void
  /** A newer page of the same physician that goes on call makes the older step back. */
  readonly setOnCall: (peer: ConsolePeer, connectionId: string | null, sinceMs?: number) => void
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
  /** What is connected to this hub. */
  readonly here: () => readonly PeerState[]
  readonly sendHere: (id: string, event: string, message: unknown) => void
  readonly closeHere: (id: string) => void
  /** Of what is connected to this hub. */
  readonly onChanged: (listener: (change: Change) => void) => void
}
type Change = Extract<Word, { readonly kind: 'peer' | 'gone' }>

type RawSend = (event: string, message: unknown) => void

export function createPresence(ctx: HubContext): Presence {
  const workstations = new Map<string, WorkstationPeer>()
  /** When each device's connection was made, by the clock of its hub, and later than that which it replaced. */
  const sinceMsByDevice = new Map<string, number>()
  const statuses = new Map<string, RoomStatus>()
  const consolesByPhysician = new Map<string, Set<ConsolePeer>>()
  const onCall = new Map<string, OnCall>()
  const waiting = new Set<string>()
  const here = new Map<string, WorkstationPeer | ConsolePeer>()
  let tell: (change: Change) => void = () => undefined

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
        if (peer?.isHere) tellWorkstation(peer)
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
      for (const peer of consolesByPhysician.get(physicianId) ?? [])
        if (peer.isHere) peer.send('rooms', { rooms })
    }
  }
  const roomChanged = (roomId: string) => roomsChangedFor(ctx.site.room(roomId)?.bench ?? [])

  function stateOf(peer: WorkstationPeer | ConsolePeer): PeerState {
    if ('deviceId' in peer) {
      const { id, deviceId, roomId } = peer
      const sinceMs = sinceMsByDevice.get(deviceId) ?? 0
      return { kind: 'workstation', id, deviceId, roomId, sinceMs, status: statuses.get(deviceId) ?? null }
    }
    const { id, physicianId, sessionId, sessionEndsAtMs } = peer
    const there = onCall.get(physicianId)
    const mine = there?.peer === peer ? { connectionId: there.connectionId, sinceMs: there.sinceMs } : null
    return { kind: 'console', id, physicianId, sessionId, sessionEndsAtMs, onCall: mine }
  }
  const tellChanged = (peer: WorkstationPeer | ConsolePeer) => {
    if (here.has(peer.id)) tell({ kind: 'peer', peer: stateOf(peer) })
  }
  const tellGone = (peer: WorkstationPeer | ConsolePeer) => {
    if (here.delete(peer.id)) tell({ kind: 'gone', id: peer.id })
  }

  function stepBack(peer: ConsolePeer): void {
    if (onCall.get(peer.physicianId)?.peer !== peer) return
    onCall.delete(peer.physicianId)
    tellChanged(peer)
    tellRoomsOf(peer.physicianId)
  }

  return {
    addWorkstation(peer, remoteSinceMs) {
      const other = workstations.get(peer.deviceId)
      const otherSinceMs = sinceMsByDevice.get(peer.deviceId) ?? 0
      // Another hub speaks of a connection that has been given up for this one already.
      if (other && remoteSinceMs !== undefined && otherSinceMs > remoteSinceMs) return peer.close()
      workstations.set(peer.deviceId, peer)
      sinceMsByDevice.set(peer.deviceId, remoteSinceMs ?? Math.max(ctx.clock.nowMs(), otherSinceMs + 1))
      // Nobody hears it where the workstation has given that connection up itself; else it is another computer.
      other?.send('replaced', {})
      other?.close()
      if (peer.isHere) {
        here.set(peer.id, peer)
        tellChanged(peer)
        tellWorkstation(peer)
      }
      roomChanged(peer.roomId)
    },
    removeWorkstation(peer) {
      tellGone(peer)
      if (workstations.get(peer.deviceId) !== peer) return
      workstations.delete(peer.deviceId)
      sinceMsByDevice.delete(peer.deviceId)
      statuses.delete(peer.deviceId)
      roomChanged(peer.roomId)
    },
    setStatus(peer, status) {
      if (workstations.get(peer.deviceId) !== peer) return
      // Said again, as by a heartbeat: nobody has to hear it.
      if (isSameStatus(statuses.get(peer.deviceId), status)) return
      statuses.set(peer.deviceId, status)
      tellChanged(peer)
      roomChanged(peer.roomId)
    },
    addConsole(peer) {
      const pages = consolesByPhysician.get(peer.physicianId) ?? new Set()
      consolesByPhysician.set(peer.physicianId, pages.add(peer))
      if (!peer.isHere) return
      here.set(peer.id, peer)
      tellChanged(peer)
      peer.send('rooms', { rooms: coveredBy(peer.physicianId) })
    },
    removeConsole(peer) {
      const pages = consolesByPhysician.get(peer.physicianId)
      pages?.delete(peer)
      if (pages?.size === 0) consolesByPhysician.delete(peer.physicianId)
      tellGone(peer)
      stepBack(peer)
    },
    setOnCall(peer, connectionId, remoteSinceMs) {
      if (connectionId === null) return stepBack(peer)
      const before = onCall.get(peer.physicianId)
      const sinceMs = remoteSinceMs ?? Math.max(ctx.clock.nowMs(), (before?.sinceMs ?? 0) + 1)
      if (before && before.sinceMs > sinceMs) return
      onCall.set(peer.physicianId, { peer, connectionId, sinceMs })
      tellChanged(peer)
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
      for (const peer of workstations.values()) if (peer.isHere) tellWorkstation(peer)
      roomsChangedFor(consolesByPhysician.keys())
    },
    here: () => [...here.values()].map(stateOf),
    // Another hub of this version says what it would say to a socket of its own.
    sendHere: (id, event, message) => (here.get(id)?.send as RawSend | undefined)?.(event, message),
    closeHere: (id) => here.get(id)?.close(),
    onChanged(listener) {
      tell = listener
    },
  }
}

const isSameStatus = (a: RoomStatus | undefined, b: RoomStatus): boolean =>
  a !== undefined &&
  a.step === b.step &&
  a.technologistSignedIn === b.technologistSignedIn &&
  a.primary === b.primary &&
  a.standby === b.standby
