/** What `enumerateDevices` tells of a device, and no more than is needed to choose one. */
export type DeviceInfo = {
  readonly deviceId: string
  readonly groupId: string
  readonly kind: MediaDeviceKind
  readonly label: string
}

/** Windows' aliases of real devices. Opening "communications" would make it turn down all other sound: the alarm too. */
const aliases = new Set(['default', 'communications'])

/**
 * The devices of one kind, best first: remembered labels in their order, then the system's default, then the rest
 * in the system's order. Without permission the system names no device, and the list is empty.
 */
export function rankDevices(
  devices: readonly DeviceInfo[],
  kind: 'videoinput' | 'audioinput',
  preferredLabels: readonly string[],
): readonly DeviceInfo[] {
  const ofKind = devices.filter(
    (device) => device.kind === kind && device.deviceId !== '' && device.label !== '',
  )
  const defaultGroup = ofKind.find(({ deviceId }) => deviceId === 'default')?.groupId
  const real = ofKind.filter(({ deviceId }) => !aliases.has(deviceId))
  const rank = (device: DeviceInfo) => {
    const remembered = preferredLabels.indexOf(device.label)
    if (remembered >= 0) return remembered
    return preferredLabels.length + (device.groupId === defaultGroup ? 0 : 1)
  }
  return (real.length > 0 ? real : ofKind.filter(({ deviceId }) => deviceId === 'default')).toSorted(
    (a, b) => rank(a) - rank(b),
  )
}

/** Why a device does not open, in words for the person who can do something about it. */
export function deviceProblem(error: unknown, noun: 'camera' | 'microphone'): string {
  const name = error instanceof Error ? error.name : ''
  switch (name) {
    case 'NotFoundError':
    case 'OverconstrainedError':
      return `No ${noun} found: check that it is plugged in.`
    case 'NotAllowedError':
    case 'SecurityError':
      return `Access to the ${noun} is denied by the system or by policy: allow it in the privacy settings.`
    case 'NotReadableError':
    case 'AbortError':
      return `The ${noun} is in use by another program, or its driver failed: close the other program.`
    default:
      return `The ${noun} did not open${name === '' ? '' : ` (${name})`}.`
  }
}

/** Asking again cannot help until somebody changes a permission. */
export const isDenied = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'SecurityError')
