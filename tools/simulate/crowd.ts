import { setTimeout as sleep } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import { hubProblemSchema, hubToConsole, protocolVersion, type RoomStatus } from '../../src/contract/hub.ts'
import type { Page } from '../../src/contract/room-view.ts'
import { sessionCookie } from '../../src/hub/auth.ts'
import { systemClock } from '../../src/platform/node/clock.ts'
import { loadKeyPair, signJson } from '../../src/platform/node/ed25519.ts'
import { createTokenSource } from '../../src/platform/node/hub-token.ts'
import { type Chance, chanceOf } from '../../tests/faults/chance.ts'
import {
  type AtHub,
  type FromCrowd,
  type PhysicianPart,
  type RoomPart,
  sharedNowMs,
  type ToCrowd,
} from './words.ts'

// A part of the simulated people and rooms, in a process of its own: what they need is not counted as the hub's.

const heartbeatEveryMs = 5000
const callLastsMs = 2000
const connectWithinMs = 60_000
/** So many connect at once: a hospital that comes back after an outage does not do it one by one. */
const connectingAtOnce = 10
const tellEvery = 100
/** How often a heartbeat brings another step: the others say what was said before. */
const stepChanges = 0.02
const steps = ['idle', 'screening', 'ready', 'injecting', 'observing', 'closing'] as const

const tell = (word: FromCrowd) => void process.send?.(word)
const tally = {
  statuses: 0,
  statusesAnswered: 0,
  lost: {} as Record<string, number>,
  refused: {} as Record<string, number>,
}
const rooms = new Map<string, { readonly part: RoomPart; readonly socket: Socket }>()
const sockets: Socket[] = []
let isQuiet = false
let bareSocket: Socket | undefined
const clock = systemClock()

/** True where the hub has done it; else it is counted, with the hub's reason. */
function isTaken(answer: unknown): boolean {
  const kind = hubProblemSchema.safeParse(answer).data?.error.kind
  if (kind !== undefined) tally.refused[kind] = (tally.refused[kind] ?? 0) + 1
  return kind === undefined
}

function watch(socket: Socket): void {
  sockets.push(socket)
  socket.on('disconnect', (reason) => {
    if (reason === 'io client disconnect') return
    tally.lost[reason] = (tally.lost[reason] ?? 0) + 1
    // The library does not come back by itself after a goodbye of the server's.
    if (reason === 'io server disconnect') socket.connect()
  })
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const impatience = setTimeout(
      () => reject(new Error(`not connected within ${connectWithinMs / 1000} s`)),
      connectWithinMs,
    )
    socket.once('connect', () => {
      clearTimeout(impatience)
      resolve()
    })
    // A hub that is overloaded is tried again until the time is over; its refusals are final.
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      if (hubProblemSchema.safeParse(error.data).success) reject(error)
    })
  })
}

const reconnecting = {
  transports: ['websocket'],
  forceNew: true,
  reconnectionDelayMax: 2000,
  timeout: 20_000,
}

async function goOnCall({ physicianId, session, hub }: AtHub<PhysicianPart>): Promise<void> {
  const socket = io(`${hub}/console`, {
    ...reconnecting,
    auth: { protocol: protocolVersion },
    extraHeaders: { origin: hub, cookie: `${sessionCookie}=${session}` },
  })
  watch(socket)
  socket.on('page', (message: unknown) => {
    const atMs = sharedNowMs()
    const { escalationId } = hubToConsole.page.parse(message).page
    tell({ kind: 'paged', escalationId, physicianId, atMs })
  })
  const onCall = { onCall: true, connectionId: `c-${physicianId}` }
  const goes = Promise.withResolvers<void>()
  socket.on('connect', () =>
    socket.emit('on-call', onCall, (answer: unknown) => {
      if (isTaken(answer)) goes.resolve()
      else goes.reject(new Error(`a physician could not go on call: ${JSON.stringify(answer)}`))
    }),
  )
  await connected(socket)
  await goes.promise
}

async function openRoom(part: AtHub<RoomPart>, chance: Chance): Promise<void> {
  const { deviceId, hub, privateKey, primary, standby } = part
  const key = loadKeyPair(privateKey)
  const tokens = createTokenSource({ hub, deviceId, sign: (value) => signJson(key.privateKey, value), clock })
  const socket = io(`${hub}/workstation`, {
    ...reconnecting,
    auth: (answer) =>
      void tokens
        .get()
        .then((token) => answer({ protocol: protocolVersion, token: token.ok ? token.value.token : '' })),
  })
  watch(socket)
  const status = (step: RoomStatus['step']): RoomStatus => ({
    step,
    technologistSignedIn: true,
    primary,
    standby,
  })
  let step: RoomStatus['step'] = 'idle'
  const say = () => {
    if (isQuiet || !socket.connected) return
    tally.statuses += 1
    socket.emit('status', status(step), (answer: unknown) => {
      if (isTaken(answer)) tally.statusesAnswered += 1
    })
  }
  socket.on('connect', say)
  const beat = () => {
    if (chance.happens(stepChanges)) step = chance.pick(steps)
    say()
  }
  // The first one anywhere within the five seconds, so that not all rooms speak in the same instant.
  setTimeout(
    () => {
      beat()
      setInterval(beat, heartbeatEveryMs)
    },
    chance.int(0, heartbeatEveryMs),
  )
  await connected(socket)
  rooms.set(deviceId, { part, socket })
}

function press(deviceId: string, escalationId: string): void {
  const room = rooms.get(deviceId)
  if (room === undefined) throw new Error(`no room ${deviceId} here`)
  const { part, socket } = room
  const page: Page = {
    escalationId,
    kind: 'reaction',
    drill: false,
    deviceId,
    roomId: part.roomId,
    roomName: part.roomId,
    siteName: 'Simulated site',
    sessionId: null,
    pressedAt: new Date().toISOString(),
    elapsedMs: 0,
  }
  tell({ kind: 'pressed', escalationId, atMs: sharedNowMs() })
  socket.emit('page', { page }, isTaken)
  setTimeout(() => {
    socket.emit('page-end', { escalationId, outcome: 'ended', words: 'simulated' }, isTaken)
  }, callLastsMs)
}

async function echo(): Promise<void> {
  const startedMs = sharedNowMs()
  await bareSocket?.emitWithAck('echo', { escalationId: 'e' })
  tell({ kind: 'echoed', tookMs: sharedNowMs() - startedMs })
}

/** Some at once, until all are through. */
async function each<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let item = list[next]; item !== undefined; item = list[next]) {
      next += 1
      await work(item)
      if (next % tellEvery === 0) tell({ kind: 'connected', count: next })
    }
  }
  await Promise.all(Array.from({ length: connectingAtOnce }, lane))
  tell({ kind: 'ready' })
}

async function take(word: ToCrowd): Promise<void> {
  switch (word.kind) {
    case 'physicians':
      return each(word.physicians, goOnCall)
    case 'rooms': {
      bareSocket = io(word.bare, { ...reconnecting })
      await connected(bareSocket)
      const chance = chanceOf(word.seed)
      return each(word.rooms, (part) => openRoom(part, chance.fork(part.roomId)))
    }
    case 'press':
      return press(word.deviceId, word.escalationId)
    case 'echo':
      return echo()
    case 'tally':
      isQuiet = word.quiet
      return tell({ kind: 'tally', ...tally })
    case 'leave':
      for (const socket of [...sockets, bareSocket]) socket?.disconnect()
      await sleep(0)
      process.exit(0)
  }
}

process.on('message', (word: ToCrowd) => {
  take(word).catch((error: unknown) => {
    tell({ kind: 'failed', words: error instanceof Error ? error.message : String(error) })
  })
})
process.once('disconnect', () => process.exit(1))
