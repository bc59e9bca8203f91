import { hubToConsole } from '../../../src/contract/hub.ts'
import type { Page } from '../../../src/contract/room-view.ts'
import {
  enrol,
  type Line,
  type ManualClock,
  manualClock,
  register,
  startHub,
  type TestDevice,
} from './kit.ts'

export const pageOf = (device: TestDevice, over: Partial<Page> = {}): Page => ({
  escalationId: 'e-1',
  kind: 'reaction',
  drill: false,
  deviceId: device.deviceId,
  roomId: device.roomId,
  roomName: 'CT 1',
  siteName: 'Imaging Center North',
  sessionId: null,
  pressedAt: '2026-11-20T12:00:00.000Z',
  elapsedMs: 0,
  ...over,
})

export const withPrimary = (primary: string | null) => ({
  step: 'injecting',
  technologistSignedIn: true,
  primary,
  standby: null,
})

/** A room with Dr. Chen as its primary; both of its bench on call. */
export async function scene(clock: ManualClock = manualClock()) {
  const hub = await startHub({ clock })
  const device = await enrol(hub, 'ct-1')
  const room = await device.connect()
  await room.send('status', withPrimary('dr-chen'))
  const [chen, rao] = [await register(hub, 'dr-chen'), await register(hub, 'dr-rao')]
  return {
    clock,
    hub,
    device,
    room,
    chen,
    rao,
    chenLine: await chen.onCall('c-chen'),
    raoLine: await rao.onCall('c-rao'),
  }
}

export const paged = async (line: Line) => hubToConsole.page.parse(await line.next('page'))
