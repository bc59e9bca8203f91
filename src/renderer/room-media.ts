import type { Push, Snapshot, WorkstationBridge } from '../contract/ipc.ts'
import { type DeviceReport, type LocalMedia, openLocalMedia } from '../platform/web/local-media.ts'
import { createRoomLinks, type RoomLinks } from '../platform/web/session-links.ts'

/** Streams and devices live here, outside of React; components subscribe. */
export type RoomMedia = {
  readonly update: (snapshot: Snapshot) => void
  readonly streamOf: (physicianId: string | null) => MediaStream | null
  /** The room's own picture, without sound: for the self view. */
  readonly selfView: () => MediaStream | null
  readonly deviceState: (device: DeviceReport['device']) => DeviceReport | null
  /** 0..1, the microphone now. */
  readonly level: () => number
  readonly subscribe: (listener: () => void) => () => void
  readonly close: () => void
}

export type RoomMediaOptions = {
  readonly bridge: WorkstationBridge
  readonly mediaDevices: MediaDevices | undefined
  /** Keeps the label of the device that worked last, so that the same one is taken after a restart. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>
}

const preferenceKey = (device: string): string => `scanside.${device}`

/** Opens camera and microphone, holds the peers that the main process wants, and reports what it sees of both. */
export function createRoomMedia({ bridge, mediaDevices, storage }: RoomMediaOptions): RoomMedia {
  const listeners = new Set<() => void>()
  const streams = new Map<string, MediaStream>()
  const devices = new Map<DeviceReport['device'], DeviceReport>()
  const pushes: Push[] = []
  let local: LocalMedia | null = null
  let links: RoomLinks | null = null
  let own: MediaStream | null = null
  let wanted: Pick<Snapshot, 'peers' | 'ice'> | null = null
  let hub: Snapshot['hub']['kind'] = 'none'
  let closed = false

  const changed = (): void => {
    for (const listener of listeners) listener()
  }

  const onDevice = (report: DeviceReport): void => {
    devices.set(report.device, report)
    if (report.state === 'ready') storage.setItem(preferenceKey(report.device), report.label)
    bridge.report({ kind: 'device-changed', ...report, label: report.label.slice(0, 200) })
    changed()
  }

  const take = (push: Push): void => {
    if (links === null) pushes.push(push)
    else if (push.kind === 'signal') {
      const { physicianId, connectionId, epoch, data } = push
      links.handleSignal(physicianId, connectionId, { epoch, data })
    } else links.send(push.physicianId, push.message)
  }

  const reconcile = (): void => {
    if (links === null || wanted === null || wanted.ice === null) return
    links.setIce(wanted.ice)
    links.setWanted(wanted.peers)
  }

  const adoptTracks = (): void => {
    const video = local?.tracks().video ?? null
    own = video === null ? null : new MediaStream([video])
    changed()
  }

  const open = async (): Promise<void> => {
    if (mediaDevices === undefined) throw new Error('this page has no access to cameras or microphones')
    const label = (device: string): string[] => {
      const known = storage.getItem(preferenceKey(device))
      return known === null ? [] : [known]
    }
    const media = await openLocalMedia({
      mediaDevices,
      onDevice,
      preferred: { camera: label('camera'), microphone: label('microphone') },
    })
    if (closed) return media.close()
    local = media
    media.onChange(adoptTracks)
    adoptTracks()
    links = createRoomLinks({
      media,
      onSignal: (physicianId, connectionId, envelope) =>
        bridge.report({ kind: 'signal', physicianId, connectionId, ...envelope }),
      onMessage: (physicianId, message) => bridge.report({ kind: 'peer-message', physicianId, message }),
      onMeasured: (measured) => bridge.report({ kind: 'links-measured', links: measured }),
      onStream: (physicianId, stream) => {
        if (stream === null) streams.delete(physicianId)
        else streams.set(physicianId, stream)
        changed()
      },
    })
    for (const push of pushes.splice(0)) take(push)
    reconcile()
  }

  const unsubscribe = bridge.onPush(take)
  open().catch((reason: unknown) => {
    const why = reason instanceof Error ? reason.message : String(reason)
    onDevice({ device: 'camera', state: 'lost', label: why })
    onDevice({ device: 'microphone', state: 'lost', label: why })
  })

  return {
    update: (snapshot) => {
      const isBack = snapshot.hub.kind === 'online' && hub !== 'online'
      hub = snapshot.hub.kind
      wanted = snapshot
      reconcile()
      // Signals pass again: a peer that waits for its next attempt need not.
      if (isBack) links?.retryNow()
    },
    streamOf: (physicianId) => (physicianId === null ? null : (streams.get(physicianId) ?? null)),
    selfView: () => own,
    deviceState: (device) => devices.get(device) ?? null,
    level: () => local?.level() ?? 0,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      closed = true
      unsubscribe()
      links?.close()
      local?.close()
    },
  }
}
