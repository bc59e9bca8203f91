import { useSyncExternalStore } from 'react'
import type { DeviceReport } from '../../platform/web/local-media.ts'
import { useWorkstation } from '../workstation/context.tsx'

export function useStream(physicianId: string | null): MediaStream | null {
  const { media } = useWorkstation()
  return useSyncExternalStore(media.subscribe, () => media.streamOf(physicianId))
}

export function useSelfView(): MediaStream | null {
  const { media } = useWorkstation()
  return useSyncExternalStore(media.subscribe, media.selfView)
}

export function useDevice(device: DeviceReport['device']): DeviceReport | null {
  const { media } = useWorkstation()
  return useSyncExternalStore(media.subscribe, () => media.deviceState(device))
}
