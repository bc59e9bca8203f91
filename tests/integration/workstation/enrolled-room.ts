import { type Line, register, startHub, type TestHub } from '../hub/kit.ts'
import { openRoom, type Room } from './kit.ts'

/** A hub in this process or in one of its own. */
type AnyHub = { readonly url: string; readonly hub: Pick<TestHub['hub'], 'issueEnrolmentCode'> }

export async function enrolled(hub: AnyHub, roomId = 'ct-1', options: Parameters<typeof openRoom>[0] = {}) {
  const room = openRoom(options)
  const code = await hub.hub.issueEnrolmentCode(roomId)
  const reply = await room.workstation.dispatch({ kind: 'enrol', hub: hub.url, code })
  if (!reply.ok) throw new Error(reply.error.message)
  await room.until(({ hub, policy }) => hub.kind === 'online' && policy !== null, 'online with a policy')
  return room
}

export const press = (room: Room) =>
  room.workstation.dispatch({ kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false })

/** A physician on call, without a browser: what they say is signed as a browser signs it. */
export async function onCall(hub: TestHub, physicianId: string, connectionId?: string) {
  const physician = await register(hub, physicianId)
  const line: Line = await physician.onCall(connectionId)
  return { ...physician, line }
}

/** What the hub's export of this room's log holds, line by line. */
export async function hubHas(hub: TestHub, room: Room): Promise<readonly unknown[]> {
  const lines: unknown[] = []
  for await (const line of hub.hub.exportLog(room.deviceId)) lines.push(JSON.parse(line))
  return lines
}

export const synced = (room: Room) => room.until(({ unsynced }) => unsynced === 0, 'everything synced')

/** The hub that follows one on its data and its address. */
export const restarted = (hub: TestHub) => startHub({ data: hub.data, port: hub.port })
