import type { RoomStatus } from '../contract/hub.ts'
import { currentStep } from '../domain/workstation/queries.ts'
import type { Core } from './core.ts'
import type { HubSide } from './hub-side.ts'

/** Tells the hub what it may know of this room, at each change and in each new connection. */
export function createRoomStatus(
  core: Core,
  hub: Pick<HubSide, 'connection' | 'connectedTimes' | 'send'>,
): () => void {
  let told: string | undefined
  return () => {
    if (hub.connection().kind !== 'online') return
    const { operator, session, supervisor } = core.state()
    const status: RoomStatus = {
      step: currentStep(session),
      technologistSignedIn: operator.kind === 'signed-in',
      primary: supervisor.primary,
      standby: supervisor.standby,
    }
    const key = `${hub.connectedTimes()} ${JSON.stringify(status)}`
    if (key === told) return
    told = key
    void hub.send('status', status).then((answer) => {
      if (!answer.ok && told === key) told = undefined
    })
  }
}
