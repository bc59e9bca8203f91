import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { checkExport } from '../../src/domain/log/check-export.ts'
import { createAdministration } from '../../src/hub/administration.ts'
import { systemClock } from '../../src/hub/clock.ts'
import { openExistingStore, type StorePlace } from '../../src/hub/open-store.ts'
import type { HubStore } from '../../src/hub/store.ts'
import { exportChecks } from '../../src/platform/node/export-checks.ts'
import { openRoom } from '../integration/workstation/kit.ts'
import { type HubProcess, startHubProcess } from '../support/hub-process.ts'
import { testSite } from '../support/site.ts'
import type { Chance } from './chance.ts'
import { faultsOf, readLog } from './judge.ts'
import type { Victim } from './local-kills.ts'
import type { Tally } from './tally.ts'
import { openWire, type Wire, wireFaults } from './wire.ts'
import { compileCache, startWriter, type Writer } from './writer.ts'

export type HubKills = {
  readonly place: StorePlace
  readonly workstationKills: number
  readonly hubKills: number
}

type Enrolled = Victim & { readonly deviceId: string; readonly hubPublicKey: string }
type Lane = {
  readonly hub: HubProcess
  readonly wire: Wire
  readonly place: StorePlace
  readonly tally: Tally
  readonly store: <T>(use: (store: HubStore) => Promise<T>) => Promise<T>
}

/** A hub takes so many tokens a minute from one device: no device starts more often than these take turns. */
const victimsAtOnce = 4
const hubKillsInOneLife = 4
const faultyBatches = 0.3
const longestAfterBatchMs = 25
const batchWithinMs = 20_000
const longestLog = 6000
const pageSize = 1000

/**
 * Workstations sync over a bad wire to a hub; both are killed while they do. After each kill, what the hub has is
 * the beginning of what the workstation has, and holds all that it ever acknowledged; in the end both have the same.
 */
export async function killWhileSyncing(
  { place, workstationKills, hubKills }: HubKills,
  chance: Chance,
  tally: Tally,
  isOver: () => boolean,
): Promise<void> {
  const name = place.kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'
  const hub = await startHubProcess({
    site: testSite(),
    args: ['--log-level', 'warn'],
    env: { NODE_COMPILE_CACHE: compileCache },
    ...(place.kind === 'sqlite' ? { dataDir: place.directory } : { database: place.address }),
  })
  const wire = await openWire(hub.port, (fault) => tally.count(`wire: ${fault}`))
  const store: Lane['store'] = async (use) => {
    const opened = await openExistingStore(place)
    if (!opened.ok) throw new Error(opened.error.message)
    return use(opened.value).finally(opened.value.close)
  }
  const lane: Lane = { hub, wire, place, tally, store }
  const victims: (Enrolled | undefined)[] = []
  let left = { workstations: workstationKills, hubs: hubKills }
  try {
    for (let cycle = 0; left.workstations + left.hubs > 0 && !isOver(); cycle += 1) {
      const drawn = chance.fork(`cycle ${cycle}`)
      const seat = cycle % victimsAtOnce
      const victim = victims[seat] ?? (await enrolled(lane))
      victims[seat] = victim
      const isHubsTurn = left.hubs > 0 && (left.workstations === 0 || cycle % 3 === 2)
      wire.setFaults(() => (drawn.happens(faultyBatches) ? drawn.pick(wireFaults) : null))
      const writer = startWriter(victim.folder, 'sync', victim.acknowledged)
      await writer.said('opened')
      if (isHubsTurn) {
        const killed = await killHubs(lane, Math.min(left.hubs, hubKillsInOneLife), drawn, writer)
        tally.count(`hub killed in ingest: ${name}`, killed)
        left = { ...left, hubs: left.hubs - killed }
      }
      await aBatch(wire, writer)
      await pause(drawn.int(0, longestAfterBatchMs))
      await writer.kill()
      tally.count('workstation killed: sync batch')
      left = { ...left, workstations: Math.max(0, left.workstations - 1) }
      const length = await compare(lane, victim, `after cycle ${cycle + 1} on ${name}`)
      if (length < longestLog) continue
      victims[seat] = undefined
      await drain(lane, victim)
    }
    for (const victim of victims) if (victim !== undefined) await drain(lane, victim)
  } finally {
    await wire.close()
    await hub.stop()
  }
}

/** A new workstation of this hub, which it knows under the wire's address. */
async function enrolled({ wire, store }: Lane): Promise<Enrolled> {
  const code = await store((opened) => createAdministration(opened, systemClock).issueEnrolmentCode('ct-1'))
  if (!code.ok) throw new Error(code.error.message)
  const folder = mkdtempSync(join(tmpdir(), 'scanside-faults-'))
  const room = openRoom({ folder })
  wire.setFaults(() => null)
  const reply = await room.workstation.dispatch({ kind: 'enrol', hub: wire.url, code: code.value })
  if (!reply.ok) throw new Error(reply.error.message)
  await room.until(({ policy }) => policy !== null, 'the policy of the hub')
  const acknowledged = new Map(room.entries().map(({ seq, hash }) => [seq, hash] as const))
  room.close()
  const { enrolment } = JSON.parse(readFileSync(join(folder, 'device.json'), 'utf8'))
  return { folder, acknowledged, deviceId: room.deviceId, hubPublicKey: enrolment.hubPublicKey }
}

/** Waits until a batch of the log is on its way to the hub. */
async function aBatch(wire: Wire, writer: Writer): Promise<void> {
  const tooLong = pause(batchWithinMs, undefined, { ref: false }).then(() => {
    throw new Error(`no batch of the log was sent within ${batchWithinMs / 1000} s`)
  })
  const died = writer.ended.then((code) => {
    throw new Error(`the writer ended by itself (${code})`)
  })
  await Promise.race([wire.nextBatch(), tooLong, died])
}

/** Kills the hub as often while it has a batch and has not answered. */
async function killHubs({ hub, wire }: Lane, times: number, chance: Chance, writer: Writer): Promise<number> {
  let killed = 0
  while (killed < times) {
    await aBatch(wire, writer)
    await pause(chance.int(0, longestAfterBatchMs))
    if (wire.inFlight() === 0) continue
    await hub.kill()
    killed += 1
    await hub.restart()
  }
  return killed
}

/** What both ends have of a log whose workstation is dead. Answers with how long it is here. */
async function compare({ tally, store, wire }: Lane, victim: Enrolled, where: string): Promise<number> {
  const here = await readLog(victim.folder)
  const there = await store((opened) => textsAt(opened, victim.deviceId))
  for (const fault of faultsOf(here, victim.acknowledged, `${where}, at the workstation`)) tally.fault(fault)
  const confirmed = wire.acks().filter(({ deviceId }) => deviceId === victim.deviceId)
  const byHub = new Map(confirmed.map(({ seq, hash }) => [seq, hash] as const))
  for (const fault of faultsOf(there, byHub, `${where}, at the hub`)) tally.fault(fault)
  const differs = there.findIndex((text, index) => text !== here[index])
  if (differs >= 0) tally.fault(`${where}: the hub's entry ${differs + 1} is not the workstation's`)
  return here.length
}

/** The last start of a workstation's life: everything comes to the hub, and both ends are compared whole. */
async function drain(lane: Lane, victim: Enrolled): Promise<void> {
  const { tally, store, wire } = lane
  wire.setFaults(() => null)
  try {
    const writer = startWriter(victim.folder, 'drain', victim.acknowledged)
    await writer.said('drained')
    await writer.ended
    const here = await readLog(victim.folder)
    const there = await store((opened) => textsAt(opened, victim.deviceId))
    for (const fault of faultsOf(here, victim.acknowledged, 'in the end, at the workstation'))
      tally.fault(fault)
    // The hub lacks at most what the last process wrote while it ended.
    if (there.some((text, index) => text !== here[index])) tally.fault('in the end, both ends differ')
    const unsynced = here.length - there.length
    if (unsynced > 0) tally.fault(`in the end, ${unsynced} entries are stuck at the workstation`)
    const report = checkExport(there, exportChecks(victim.hubPublicKey))
    if (!report.ok) tally.fault(`in the end, at the hub: ${report.fault.message}`)
    const incidents = await store((opened) => opened.log.incidents(victim.deviceId))
    if (incidents.length > 0)
      tally.fault(`the hub has noted ${incidents.length} incidents: ${incidents[0]?.detail}`)
    tally.count('entries acknowledged, and at both ends', victim.acknowledged.size)
    tally.count('logs compared whole at both ends')
  } catch (error) {
    tally.fault(`in the end: ${error instanceof Error ? error.message : String(error)}`)
  }
  rmSync(victim.folder, { recursive: true, force: true, maxRetries: 5 })
}

async function textsAt(store: HubStore, deviceId: string): Promise<readonly string[]> {
  const texts: string[] = []
  for (;;) {
    const page = await store.log.read(
      deviceId,
      (JSON.parse(texts.at(-1) ?? '{"seq":0}').seq ?? 0) + 1,
      pageSize,
    )
    texts.push(...page.map(({ entry }) => entry))
    if (page.length < pageSize) return texts
  }
}
