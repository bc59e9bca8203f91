import { deviceIdOf } from '../../src/contract/hub.ts'
import { systemClock } from '../../src/hub/clock.ts'
import { loadKeys } from '../../src/hub/context.ts'
import { openStore, type StorePlace } from '../../src/hub/open-store.ts'
import { createTokens } from '../../src/hub/tokens.ts'
import { generateKeyPair, publicKeySha256, serializePrivateKey } from '../../src/platform/node/ed25519.ts'
import { knowDevice } from '../../tests/support/known-device.ts'
import { SimulationProblem } from './arguments.ts'
import { type SimulatedSite, simulatedSiteId } from './site.ts'
import type { PhysicianPart, RoomPart } from './words.ts'

const atOnce = 50

/**
 * Enrols the rooms and signs the physicians in, before there is a hub: with its own store and keys, because its doors
 * let in ten rooms a minute from one address. From there on each room proves its key for a token like any other.
 * @throws {SimulationProblem} if the database is a real site's
 */
export async function prepare(
  place: StorePlace,
  site: SimulatedSite,
): Promise<{ readonly rooms: readonly RoomPart[]; readonly physicians: readonly PhysicianPart[] }> {
  const opened = await openStore(place)
  if (!opened.ok) throw new SimulationProblem(opened.error.message)
  const store = opened.value
  try {
    const other = (await store.policies.current())?.content.site.id
    if (other !== undefined && other !== simulatedSiteId)
      throw new SimulationProblem(
        `This database is that of the site "${other}": a simulation would replace its policy. Name an empty one.`,
      )
    const { secret } = await loadKeys(store.meta)
    const rooms = site.rooms.map((room) => {
      const key = generateKeyPair()
      const deviceId = deviceIdOf(publicKeySha256(key.publicKey))
      const part = { ...room, deviceId, privateKey: serializePrivateKey(key.privateKey) }
      return { part, publicKey: key.publicKey }
    })
    for (let from = 0; from < rooms.length; from += atOnce)
      await Promise.all(
        rooms
          .slice(from, from + atOnce)
          .map(({ part: { deviceId, roomId }, publicKey }) =>
            knowDevice(store, { deviceId, roomId, publicKey, hostname: 'simulated' }),
          ),
      )
    const tokens = createTokens(secret, systemClock)
    const physicians = await Promise.all(
      site.physicianIds.map(async (physicianId) => ({
        physicianId,
        session: await tokens.forPhysician(physicianId),
      })),
    )
    return { rooms: rooms.map(({ part }) => part), physicians }
  } finally {
    await store.close()
  }
}
