import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { SimulationProblem } from './arguments.ts'
import type { AtHub, CrowdTally, FromCrowd, PhysicianPart, RoomPart, ToCrowd } from './words.ts'

const answerWithinMs = 30_000

/** Simulated rooms and physicians in processes of their own. */
export type Crowds = {
  readonly goOnCall: (physicians: readonly AtHub<PhysicianPart>[], onProgress: Progress) => Promise<void>
  readonly openRooms: (
    rooms: readonly AtHub<RoomPart>[],
    bare: string,
    seed: number,
    onProgress: Progress,
  ) => Promise<void>
  readonly press: (deviceId: string, escalationId: string) => void
  /** A round trip to the bare server, from one process after the other, ms. */
  readonly echo: () => void
  /** @param quiet no more heartbeats from here on */
  readonly tally: (quiet: boolean) => Promise<CrowdTally>
  readonly close: () => Promise<void>
}
type Progress = (count: number) => void

export type CrowdEvents = {
  readonly onPressed: (escalationId: string, atMs: number) => void
  readonly onPaged: (escalationId: string, physicianId: string, atMs: number) => void
  readonly onEchoed: (tookMs: number) => void
}

export function startCrowds(count: number, events: CrowdEvents): Crowds {
  const crowds = Array.from({ length: count }, () =>
    fork(join(import.meta.dirname, 'crowd.ts'), { stdio: 'inherit' }),
  )
  const crowdOf = new Map<string, ChildProcess>()
  const connected = new Map<ChildProcess, number>()
  let echoes = 0
  const failed = Promise.withResolvers<never>()
  // Whoever waits hears of it; else it is heard at the next wait.
  failed.promise.catch(() => undefined)

  for (const crowd of crowds) {
    crowd.on('exit', (code) =>
      failed.reject(new SimulationProblem(`A process of simulated rooms ended by itself (${code}).`)),
    )
    crowd.on('message', (word: FromCrowd) => {
      if (word.kind === 'pressed') events.onPressed(word.escalationId, word.atMs)
      if (word.kind === 'paged') events.onPaged(word.escalationId, word.physicianId, word.atMs)
      if (word.kind === 'echoed') events.onEchoed(word.tookMs)
      if (word.kind === 'connected') connected.set(crowd, word.count)
      if (word.kind === 'failed')
        failed.reject(new SimulationProblem(`A simulated client failed: ${word.words}`))
    })
  }
  const say = (crowd: ChildProcess, word: ToCrowd) => void crowd.send(word)

  function answerOf<K extends FromCrowd['kind']>(
    crowd: ChildProcess,
    kind: K,
  ): Promise<Extract<FromCrowd, { kind: K }>> {
    const answered = new Promise<Extract<FromCrowd, { kind: K }>>((resolve) => {
      const take = (word: FromCrowd) => {
        if (word.kind !== kind) return
        crowd.off('message', take)
        resolve(word as Extract<FromCrowd, { kind: K }>)
      }
      crowd.on('message', take)
    })
    return Promise.race([answered, failed.promise])
  }

  async function share<T>(all: readonly T[], onProgress: Progress, word: (part: readonly T[]) => ToCrowd) {
    connected.clear()
    const telling = setInterval(() => onProgress([...connected.values()].reduce((a, b) => a + b, 0)), 2000)
    try {
      await Promise.all(
        crowds.map(async (crowd, index) => {
          const ready = answerOf(crowd, 'ready')
          say(crowd, word(all.filter((_, position) => position % count === index)))
          await ready
        }),
      )
    } finally {
      clearInterval(telling)
    }
  }

  return {
    goOnCall: (physicians, onProgress) =>
      share(physicians, onProgress, (part) => ({ kind: 'physicians', physicians: part })),
    openRooms(rooms, bare, seed, onProgress) {
      for (const [index, { deviceId }] of rooms.entries()) {
        const crowd = crowds[index % count]
        if (crowd !== undefined) crowdOf.set(deviceId, crowd)
      }
      return share(rooms, onProgress, (part) => ({ kind: 'rooms', rooms: part, bare, seed }))
    },
    press(deviceId, escalationId) {
      const crowd = crowdOf.get(deviceId)
      if (crowd === undefined) throw new Error(`no room ${deviceId}`)
      say(crowd, { kind: 'press', deviceId, escalationId })
    },
    echo() {
      const crowd = crowds[echoes % count]
      echoes += 1
      if (crowd !== undefined) say(crowd, { kind: 'echo' })
    },
    async tally(quiet) {
      const tooLate = new Promise<never>((_, reject) => {
        setTimeout(
          () => reject(new SimulationProblem('The simulated rooms are too busy to say what they did.')),
          answerWithinMs,
        ).unref()
      })
      const parts = crowds.map((crowd) => {
        const said = answerOf(crowd, 'tally')
        say(crowd, { kind: 'tally', quiet })
        return said
      })
      return (await Promise.race([Promise.all(parts), tooLate])).reduce(sum, nothing)
    },
    async close() {
      await Promise.all(
        crowds.map(async (crowd) => {
          if (crowd.exitCode !== null || crowd.signalCode !== null) return
          const ended = once(crowd, 'exit')
          say(crowd, { kind: 'leave' })
          const impatience = setTimeout(() => crowd.kill('SIGKILL'), answerWithinMs)
          await ended
          clearTimeout(impatience)
        }),
      )
    },
  }
}

const nothing: CrowdTally = { statuses: 0, statusesAnswered: 0, lost: {}, refused: {} }

const sum = (a: CrowdTally, b: CrowdTally): CrowdTally => combined(a, b, 1)
/** What has been added to an earlier tally. */
export const since = (before: CrowdTally, after: CrowdTally): CrowdTally => combined(after, before, -1)

function combined(a: CrowdTally, b: CrowdTally, sign: 1 | -1): CrowdTally {
  return {
    statuses: a.statuses + sign * b.statuses,
    statusesAnswered: a.statusesAnswered + sign * b.statusesAnswered,
    lost: counts(a.lost, b.lost, sign),
    refused: counts(a.refused, b.refused, sign),
  }
}

function counts(a: CrowdTally['lost'], b: CrowdTally['lost'], sign: 1 | -1): CrowdTally['lost'] {
  const all = { ...a }
  for (const [name, count] of Object.entries(b)) all[name] = (all[name] ?? 0) + sign * count
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count !== 0))
}
