import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StorePlace } from '../src/hub/open-store.ts'
import { chanceOf } from '../tests/faults/chance.ts'
import { type HubProcess, startHubProcess } from '../tests/support/hub-process.ts'
import { type Choice, readChoice, SimulationProblem, usage } from './simulate/arguments.ts'
import { createCalls } from './simulate/calls.ts'
import { since, startCrowds } from './simulate/crowds.ts'
import { assertEnoughFiles, openFilesLimit } from './simulate/file-limit.ts'
import { prepare } from './simulate/prepare.ts'
import { watchProcess } from './simulate/process-use.ts'
import { faultsOf, figuresOf, inWords, type Outcome, sumOf } from './simulate/report.ts'
import { simulatedSite } from './simulate/site.ts'

/** A process that holds more answers late by itself, and what it measures would be itself. */
const clientsACrowd = 1500
/** A call that has not arrived by then has not arrived. */
const patienceMs = 10_000
const callEveryMs = 1000

const seconds = (startedMs: number) => (performance.now() - startedMs) / 1000
const load = () => os.loadavg()[0] ?? 0

/** Whatever was opened is closed again, the last first. */
async function simulate(choice: Choice, say: (words: string) => void): Promise<Outcome> {
  const { rooms: roomCount, physicians: physicianCount, seed, database } = choice
  assertEnoughFiles(roomCount + physicianCount, openFilesLimit())
  const chance = chanceOf(seed)
  const site = simulatedSite(roomCount, physicianCount)
  const endings: (() => unknown)[] = []
  try {
    const dataDir = mkdtempSync(join(tmpdir(), 'scanside-simulate-'))
    endings.push(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }))
    const place: StorePlace =
      database === undefined
        ? { kind: 'sqlite', directory: dataDir }
        : { kind: 'postgres', address: database }
    say(`enrolling ${roomCount} rooms`)
    const enrolledMs = performance.now()
    const { rooms, physicians } = await prepare(place, site)
    const enrolS = seconds(enrolledMs)

    say('starting the hub')
    const hubs: HubProcess[] = []
    for (let index = 0; index < choice.hubs; index += 1) {
      const hub = await startHubProcess({
        site: site.content,
        dataDir,
        ...(database !== undefined && { database }),
        args: ['--log-level', 'warn'],
      })
      endings.push(() => hub.stop())
      hubs.push(hub)
    }
    const atHub = <T>(part: T, index: number) => ({ ...part, hub: hubs[index % hubs.length]?.url ?? '' })
    const bare = fork(join(import.meta.dirname, 'simulate', 'bare-server.ts'))
    endings.push(() => bare.disconnect())
    const [bareUrl] = (await once(bare, 'message')) as [string]

    const calls = createCalls()
    const echoesMs: number[] = []
    const crowds = startCrowds(Math.max(2, Math.ceil((roomCount + physicianCount) / clientsACrowd)), {
      onPressed: calls.pressed,
      onPaged: calls.paged,
      onEchoed: (tookMs) => void echoesMs.push(tookMs),
    })
    endings.push(crowds.close)
    const connectedMs = performance.now()
    const progress = (what: string, all: number) => (count: number) => say(`${count} of ${all} ${what}`)
    await crowds.goOnCall(physicians.map(atHub), progress('physicians are on call', physicianCount))
    await crowds.openRooms(rooms.map(atHub), bareUrl, seed, progress('rooms are connected', roomCount))
    const connectS = seconds(connectedMs)

    say(`everybody is connected; ${choice.seconds} s of calls for help`)
    const before = load()
    const atFirst = await crowds.tally(false)
    const watches = hubs.map((hub) => watchProcess(hub.pid()))
    const startedMs = performance.now()
    for (let second = 0; second < choice.seconds; second += 1) {
      const { deviceId, primary } = chance.pick(rooms)
      const escalationId = `e-${randomUUID()}`
      calls.begin(escalationId, primary)
      crowds.press(deviceId, escalationId)
      await sleep(callEveryMs / 2)
      crowds.echo()
      // By the clock and not by the sum of the waits: a call every second, also on a slow machine.
      await sleep(Math.max(0, startedMs + (second + 1) * callEveryMs - performance.now()))
      if ((second + 1) % 10 === 0) say(`${second + 1} of ${choice.seconds} s`)
    }
    const uses = watches.map((end) => end())
    const deadline = performance.now() + patienceMs
    while (calls.unreached().length > 0 && performance.now() < deadline) await sleep(100)
    const tally = await settled(async () => since(atFirst, await crowds.tally(true)), deadline)
    return {
      choice,
      calls,
      echoesMs,
      tally,
      lostBefore: sumOf(atFirst.lost),
      hubs: uses,
      enrolS,
      connectS,
      loadAverage: [before, load()],
    }
  } finally {
    for (const end of endings.reverse()) await end()
  }
}

/** The last heartbeats are on their way: looked at until they are answered, for as long as there is patience. */
async function settled(look: () => Promise<Outcome['tally']>, deadline: number): Promise<Outcome['tally']> {
  for (;;) {
    const tally = await look()
    if (tally.statuses === tally.statusesAnswered || performance.now() > deadline) return tally
    await sleep(50)
  }
}

async function main(): Promise<number> {
  try {
    const choice = readChoice(process.argv.slice(2))
    if (choice === 'help') {
      console.log(usage)
      return 0
    }
    const outcome = await simulate(choice, (words) => console.error(`simulate: ${words}`))
    const figures = figuresOf(outcome)
    console.log(choice.json ? JSON.stringify(figures, null, 2) : inWords(figures))
    return faultsOf(outcome).length === 0 ? 0 : 1
  } catch (error) {
    if (!(error instanceof SimulationProblem)) throw error
    console.error(`simulate: ${error.message}`)
    return 2
  }
}

process.exitCode = await main()
