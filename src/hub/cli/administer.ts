import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem, Result } from '../../domain/result.ts'
import { type Administration, createAdministration } from '../administration.ts'
import { systemClock } from '../clock.ts'
import { openSqliteStore } from '../sqlite-store.ts'
import type { HubStore } from '../store.ts'
import { ArgumentProblem, CommandProblem, readArguments, wanted } from './arguments.ts'
import { print, say } from './print.ts'

type Subcommand = (args: readonly string[]) => Promise<void>

const text = { type: 'string' } as const

/** Each opens the data directory, does one thing, and closes it; a hub may be running on it. */
export const subcommands: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  [
    'code',
    async (args) => {
      const { data, room } = readArguments(args, { data: text, room: text })
      const roomId = wanted(room, 'room', 'ct-2')
      await withData(data, async ({ issueEnrolmentCode }) => {
        print(valueOrThrow(await issueEnrolmentCode(roomId)))
        say(`enrols one workstation for ${roomId}, once, within 24 hours`)
      })
    },
  ],
  [
    'invite',
    async (args) => {
      const { data, physician } = readArguments(args, { data: text, physician: text })
      const physicianId = wanted(physician, 'physician', 'dr-chen')
      await withData(data, async ({ issueInvite }, store) => {
        const publicUrl = await store.meta.get('public-url')
        if (publicUrl === null)
          throw new ArgumentProblem('the hub has not run yet, so it has no address: start it first')
        const { url } = valueOrThrow(await issueInvite(physicianId, publicUrl))
        print(url)
        say(`registers one passkey for ${physicianId}, once, within 7 days`)
      })
    },
  ],
  [
    'devices',
    async (args) => {
      const { data } = readArguments(args, { data: text })
      await withData(data, async ({ devices }) => {
        for (const {
          deviceId,
          roomId,
          hostname,
          enrolledAt,
          revokedAt,
          entries,
          incidents,
        } of await devices()) {
          const state = revokedAt === null ? 'enrolled' : `revoked ${revokedAt}`
          const trouble = incidents === 0 ? '' : `  ${incidents} INCIDENTS`
          print(`${deviceId}  ${roomId}  ${hostname}  ${enrolledAt}  ${entries} entries  ${state}${trouble}`)
        }
      })
    },
  ],
  [
    'revoke',
    async (args) => {
      const { data, device } = readArguments(args, { data: text, device: text })
      const deviceId = wanted(device, 'device', 'd-0123456789abcdef0123')
      await withData(data, async ({ revoke }) => {
        if (!(await revoke(deviceId))) throw noSuchDevice(deviceId)
        say(`${deviceId} is revoked`)
      })
    },
  ],
  [
    'export',
    async (args) => {
      const { data, device } = readArguments(args, { data: text, device: text })
      const deviceId = wanted(device, 'device', 'd-0123456789abcdef0123')
      await withData(data, async ({ exportLog }, store) => {
        if ((await store.devices.get(deviceId)) === null) throw noSuchDevice(deviceId)
        for await (const line of exportLog(deviceId)) if (!print(line)) await once(process.stdout, 'drain')
      })
    },
  ],
])

async function withData(
  data: string | undefined,
  act: (administration: Administration, store: HubStore) => Promise<void>,
): Promise<void> {
  const directory = wanted(data, 'data', './hub-data')
  // Opening makes what is missing; a typing error must not leave an empty hub behind.
  if (!existsSync(join(directory, 'hub.sqlite')))
    throw new ArgumentProblem(`there is no hub's data in ${directory}: check --data`)
  const store = valueOrThrow(openSqliteStore(directory))
  try {
    await act(createAdministration(store, systemClock), store)
  } finally {
    await store.close()
  }
}

function valueOrThrow<T>(result: Result<T, Problem>): T {
  if (result.ok) return result.value
  throw new CommandProblem(result.error.message, 1)
}

const noSuchDevice = (deviceId: string) =>
  new ArgumentProblem(`there is no device ${deviceId}: npm run hub -- devices lists them`)
