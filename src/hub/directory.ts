import type { Device, DeviceStore } from './store.ts'

/** Which device stands in which room, in memory: asked at every signal. Revoked devices are not in it. */
export type Directory = {
  readonly roomOf: (deviceId: string) => string | undefined
  readonly devicesIn: (roomId: string) => readonly string[]
  readonly enrolled: (device: Pick<Device, 'deviceId' | 'roomId'>) => void
  /** Takes out what has been revoked, by whichever process, and says which. */
  readonly sweep: () => Promise<readonly string[]>
}

export async function openDirectory(devices: DeviceStore): Promise<Directory> {
  const roomByDevice = new Map<string, string>()
  const devicesByRoom = new Map<string, Set<string>>()

  function remove(deviceId: string): boolean {
    const roomId = roomByDevice.get(deviceId)
    if (roomId === undefined) return false
    roomByDevice.delete(deviceId)
    devicesByRoom.get(roomId)?.delete(deviceId)
    return true
  }
  function add({ deviceId, roomId }: Pick<Device, 'deviceId' | 'roomId'>): void {
    remove(deviceId)
    roomByDevice.set(deviceId, roomId)
    const inRoom = devicesByRoom.get(roomId) ?? new Set()
    devicesByRoom.set(roomId, inRoom.add(deviceId))
  }
  for (const device of await devices.list()) if (device.revokedAt === null) add(device)

  return {
    roomOf: (deviceId) => roomByDevice.get(deviceId),
    devicesIn: (roomId) => [...(devicesByRoom.get(roomId) ?? [])],
    enrolled: add,
    sweep: async () => (await devices.revoked()).filter(remove),
  }
}
