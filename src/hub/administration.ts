import { holeLine } from '../domain/log/check-lines.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import { type HubClock, isoOf, nowIso } from './clock.ts'
import { hashCode, newCode } from './codes.ts'
import { type Device, type HubStore, holeText, type Incident, type Quarantined } from './store.ts'

const enrolmentCodeMs = 24 * 60 * 60 * 1000
const inviteMs = 7 * 24 * 60 * 60 * 1000
const exportPage = 500

export type DeviceReport = Device & {
  /** Entries of its log that the hub holds. */
  readonly entries: number
  readonly incidents: number
  /** Texts that are kept apart from its log. */
  readonly quarantined: number
}

/** What a site's administrator does to a hub's data, whether the hub runs or not. */
export type Administration = {
  /** A one-time code that enrols one workstation for a room, good for 24 hours. */
  readonly issueEnrolmentCode: (roomId: string) => Promise<Result<string, Problem<'no-such-room'>>>
  /** A one-time invite by which a physician makes a passkey, good for 7 days. */
  readonly issueInvite: (
    physicianId: string,
    publicUrl: string,
  ) => Promise<Result<{ code: string; url: string }, Problem<'no-such-physician'>>>
  readonly devices: () => Promise<readonly DeviceReport[]>
  readonly revoke: (deviceId: string) => Promise<boolean>
  /** Of one device, or of all. */
  readonly incidents: (deviceId?: string) => Promise<readonly Incident[]>
  /** What is kept apart from a device's log, oldest first. */
  readonly quarantine: (deviceId: string) => AsyncIterable<Quarantined>
  /** JSON Lines without the line ends, entries as they came, oldest first. */
  readonly exportLog: (deviceId: string) => AsyncIterable<string>
}

export function createAdministration(store: HubStore, clock: HubClock): Administration {
  const content = async () => (await store.policies.current())?.content
  return {
    async issueEnrolmentCode(roomId) {
      const rooms = (await content())?.rooms ?? []
      if (!rooms.some(({ id }) => id === roomId)) return fail('no-such-room', noSuch('room', roomId, rooms))
      const code = newCode()
      const expiresAt = isoOf(clock.nowMs() + enrolmentCodeMs)
      await store.enrolment.addCode({ codeHash: hashCode(code), roomId, expiresAt })
      return ok(code)
    },
    async issueInvite(physicianId, publicUrl) {
      const physicians = (await content())?.physicians ?? []
      if (!physicians.some(({ id }) => id === physicianId))
        return fail('no-such-physician', noSuch('physician', physicianId, physicians))
      const code = newCode()
      const expiresAt = isoOf(clock.nowMs() + inviteMs)
      await store.physicians.addInvite({ codeHash: hashCode(code), physicianId, expiresAt })
      return ok({ code, url: `${publicUrl}/invite?code=${code}` })
    },
    async devices() {
      const reports: DeviceReport[] = []
      for (const device of await store.devices.list()) {
        const entries = await store.log.count(device.deviceId)
        const incidents = await store.log.incidents(device.deviceId)
        const quarantined = await store.quarantine.count(device.deviceId)
        reports.push({ ...device, entries, incidents: incidents.length, quarantined })
      }
      return reports
    },
    revoke: (deviceId) => store.devices.revoke(deviceId, nowIso(clock)),
    async incidents(deviceId) {
      const ids =
        deviceId === undefined ? (await store.devices.list()).map((one) => one.deviceId) : [deviceId]
      const lists = await Promise.all(ids.map((id) => store.log.incidents(id)))
      return lists.flat().toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    },
    async *quarantine(deviceId) {
      for (let skip = 0; ; skip += exportPage) {
        const items = await store.quarantine.list(deviceId, skip, exportPage)
        yield* items
        if (items.length < exportPage) return
      }
    },
    async *exportLog(deviceId) {
      for (let from = 1; ; ) {
        const entries = await store.log.read(deviceId, from, exportPage)
        for (const { seq, hash, entry } of entries)
          yield entry === holeText ? holeLine({ device: deviceId, seq, hash }) : entry
        if (entries.length < exportPage) return
        from = (entries.at(-1)?.seq ?? from) + 1
      }
    },
  }
}

const noSuch = (what: string, id: string, known: readonly { readonly id: string }[]): string =>
  `There is no ${what} "${id}" in this site. Known: ${known.map((one) => one.id).join(', ') || 'none'}.`
