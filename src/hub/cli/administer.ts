import { once } from 'node:events'
import { ArgumentProblem, readArguments, wanted } from './arguments.ts'
import { places, text, valueOrThrow, withData, yesNo } from './data.ts'
import { exportRecords } from './export.ts'
import { hold, holds, purge, release } from './keeping.ts'
import { pageTest } from './page-test.ts'
import { print, say } from './print.ts'

type Subcommand = (args: readonly string[]) => Promise<void>

/** Each opens the data, does one thing, and closes it; a hub may be running on it. */
export const subcommands: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['page-test', pageTest],
  [
    'code',
    async (args) => {
      const { room, ...place } = readArguments(args, { ...places, room: text })
      const roomId = wanted(room, 'room', 'ct-2')
      await withData(place, async ({ administration }) => {
        print(valueOrThrow(await administration.issueEnrolmentCode(roomId)))
        say(`enrols one workstation for ${roomId}, once, within 24 hours`)
      })
    },
  ],
  [
    'invite',
    async (args) => {
      const { physician, ...place } = readArguments(args, { ...places, physician: text })
      const physicianId = wanted(physician, 'physician', 'dr-chen')
      await withData(place, async ({ administration, store }) => {
        const publicUrl = await store.meta.get('public-url')
        if (publicUrl === null)
          throw new ArgumentProblem('the hub has not run yet, so it has no address: start it first')
        const { url } = valueOrThrow(await administration.issueInvite(physicianId, publicUrl))
        print(url)
        say(`registers one passkey for ${physicianId}, once, within 7 days`)
      })
    },
  ],
  [
    'devices',
    async (args) => {
      const { ...place } = readArguments(args, { ...places })
      await withData(place, async ({ administration }) => {
        for (const {
          deviceId,
          roomId,
          hostname,
          enrolledAt,
          revokedAt,
          entries,
          incidents,
          quarantined,
        } of await administration.devices()) {
          const state = revokedAt === null ? 'enrolled' : `revoked ${revokedAt}`
          const trouble = incidents === 0 ? '' : `  ${incidents} INCIDENTS`
          const apart = quarantined === 0 ? '' : `  ${quarantined} in quarantine`
          print(
            `${deviceId}  ${roomId}  ${hostname}  ${enrolledAt}  ${entries} entries  ${state}${trouble}${apart}`,
          )
        }
      })
    },
  ],
  [
    'revoke',
    async (args) => {
      const { device, ...place } = readArguments(args, { ...places, device: text })
      const deviceId = wanted(device, 'device', 'd-0123456789abcdef0123')
      await withData(place, async ({ administration }) => {
        if (!(await administration.revoke(deviceId))) throw noSuchDevice(deviceId)
        say(`${deviceId} is revoked`)
      })
    },
  ],
  ['export', exportRecords],
  [
    'incidents',
    async (args) => {
      const { device, json, ...place } = readArguments(args, { ...places, device: text, json: yesNo })
      await withData(place, async ({ administration }) => {
        const found = await administration.incidents(device)
        for (const incident of found) {
          const { deviceId, at, kind, seq, detail } = incident
          print(json ? JSON.stringify(incident) : `${at}  ${deviceId}  entry ${seq}  ${kind}  ${detail}`)
        }
        say(
          found.length === 0 ? 'no incidents' : `${found.length} incidents: what to do is in docs/deploy.md`,
        )
      })
    },
  ],
  [
    'quarantine',
    async (args) => {
      const { device, json, ...place } = readArguments(args, { ...places, device: text, json: yesNo })
      const deviceId = wanted(device, 'device', 'd-0123456789abcdef0123')
      await withData(place, async ({ administration, store }) => {
        if ((await store.devices.get(deviceId)) === null) throw noSuchDevice(deviceId)
        let count = 0
        for await (const item of administration.quarantine(deviceId)) {
          count += 1
          const { at, seq, hash, reason, text } = item
          const line = json
            ? JSON.stringify(item)
            : `${at}  entry ${seq}  ${reason}  ${hash}  ${text.length} characters`
          if (!print(line)) await once(process.stdout, 'drain')
        }
        say(
          `${count} texts are kept apart from the log of ${deviceId}${json ? '' : '; --json shows them whole'}`,
        )
      })
    },
  ],
  ['hold', hold],
  ['holds', holds],
  ['release', release],
  ['purge', purge],
])

const noSuchDevice = (deviceId: string) =>
  new ArgumentProblem(`there is no device ${deviceId}: npm run hub -- devices lists them`)
