import { fail, type Problem, type Result } from '../domain/result.ts'
import type { DeviceIdentity, Enrolment } from '../platform/node/device-identity.ts'
import { enrolAtHub } from '../platform/node/hub-enrol.ts'
import type { Core } from './core.ts'

export type EnrolOptions = {
  readonly identity: DeviceIdentity
  readonly core: Core
  readonly hostname: string
  /** The address being asked; undefined when that is over. */
  readonly onEnrolling: (address: string | undefined) => void
  readonly onEnrolled: (enrolment: Enrolment) => void
  readonly whenDurable: () => Promise<void>
}

/** Makes this workstation a room of a site, once. */
export function createEnrol(options: EnrolOptions) {
  const { identity, core, hostname, onEnrolling, onEnrolled, whenDurable } = options
  let isAsking = false

  return async (address: string, code: string): Promise<Result<null, Problem>> => {
    const before = identity.enrolment()
    if (before !== null) {
      return fail('already-enrolled', `This workstation is enrolled at ${before.hub} as ${before.roomId}.`)
    }
    if (isAsking) return fail('already-asking', 'The hub is being asked. Wait for its answer.')
    isAsking = true
    onEnrolling(address)
    const enrolled = await enrolAtHub({ address, code, publicKey: identity.publicKey, hostname })
    isAsking = false
    onEnrolling(undefined)
    if (!enrolled.ok) return enrolled
    const { deviceId, hub, hubPublicKey, siteId, roomId } = enrolled.value
    if (deviceId !== identity.deviceId) {
      return fail('not-a-hub', `The hub ${hub} calls this device ${deviceId}, which is not its name.`)
    }
    const kept = identity.enrol({ hub, hubPublicKey, siteId, roomId })
    if (!kept.ok) return kept
    core.setRoom(roomId)
    core.record({ type: 'device-enrolled', session: null, body: { hub, siteId, roomId } })
    await whenDurable()
    onEnrolled({ hub, hubPublicKey, siteId, roomId })
    return { ok: true, value: null }
  }
}
