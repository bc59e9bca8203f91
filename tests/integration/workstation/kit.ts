import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerWanted, Push, Snapshot } from '../../../src/contract/ipc.ts'
import type { PeerMessage } from '../../../src/contract/room-view.ts'
import type { LinkMeasurement } from '../../../src/domain/link/link.ts'
import type { Json } from '../../../src/domain/log/canonical.ts'
import { type LogEntry, verifyChain } from '../../../src/domain/log/entry.ts'
import type { PolicyContent } from '../../../src/domain/policy/policy.ts'
import { openGround } from '../../../src/main/open-log.ts'
import type { WindowName } from '../../../src/main/ports.ts'
import { openPreferences } from '../../../src/main/preferences.ts'
import { createWorkstation } from '../../../src/main/workstation.ts'
import type { Workstation } from '../../../src/main/workstation-types.ts'
import type { Clock } from '../../../src/platform/node/clock.ts'
import type { SecretBox } from '../../../src/platform/node/device-identity.ts'
import { generateKeyPair, sha256Hex, signJson } from '../../../src/platform/node/ed25519.ts'
import { openLogStore } from '../../../src/platform/node/log-store.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { openPolicyFile } from '../../../src/platform/node/policy-file.ts'
import { testSite } from '../../support/site.ts'
import { later } from '../hub/kit.ts'

/** Keeps nothing secret; a test's key store. */
export const openBox: SecretBox = {
  available: () => true,
  encrypt: (text) => Buffer.from(text),
  decrypt: (bytes) => bytes.toString(),
}

/** Real clocks that can be set forward by hand. */
export type TestClock = Clock & { readonly advance: (ms: number) => void }

function testClock(): TestClock {
  let ahead = 0
  return {
    boot: `b-${randomUUID()}`,
    nowMs: () => Date.now() + ahead,
    mono: () => Math.round(performance.now() * 10) / 10 + ahead,
    advance: (ms) => {
      ahead += ms
    },
  }
}

/** Two windows that show what they are told, and a renderer that measures what the test says. */
export type FakeWindows = {
  readonly shown: Map<WindowName, Snapshot>
  readonly alive: Set<WindowName>
  readonly raised: WindowName[]
  readonly pushed: Push[]
}

export type Room = {
  readonly workstation: Workstation
  readonly windows: FakeWindows
  readonly clock: TestClock
  readonly folder: string
  readonly deviceId: string
  readonly appLog: readonly { readonly event: string; readonly [field: string]: unknown }[]
  readonly snapshot: () => Snapshot
  /** Resolves with the first snapshot that fits, now or later. */
  readonly until: (fits: (snapshot: Snapshot) => boolean, what?: string) => Promise<Snapshot>
  /** What has been sent to this physician over the peer channel. */
  readonly sentTo: (physicianId: string) => readonly PeerMessage[]
  /** From now on the main window measures this of the peer, five times a second. */
  readonly measure: (physicianId: string, over?: Partial<LinkMeasurement>) => void
  readonly silence: (physicianId: string) => void
  readonly entries: () => readonly LogEntry[]
  /** Ends this process of the workstation without a goodbye, and starts the next on the same files. */
  readonly restart: () => Promise<Room>
  readonly close: () => void
}

export type RoomOptions = {
  readonly folder?: string
  /** Wraps the store that was opened. */
  readonly store?: (store: LogStore) => LogStore
  readonly box?: SecretBox
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scanside-room-'))
  later(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function openRoom(options: RoomOptions = {}): Room {
  const folder = options.folder ?? tempFolder()
  const clock = testClock()
  const ground = openGround(
    { identity: join(folder, 'device.json'), log: join(folder, 'log.sqlite') },
    options.box ?? openBox,
  )
  const shown = new Map<WindowName, Snapshot>()
  const waiting = new Set<() => void>()
  const windows: FakeWindows = { shown, alive: new Set(['main', 'help']), raised: [], pushed: [] }
  const appLog: { readonly event: string }[] = []
  const measured = new Map<string, Partial<LinkMeasurement>>()
  let isClosed = false

  const workstation = createWorkstation({
    clock,
    newId: randomUUID,
    random: Math.random,
    identity: ground.identity,
    store: options.store?.(ground.store) ?? ground.store,
    policyFile: openPolicyFile(join(folder, 'policy.json')),
    preferences: openPreferences(join(folder, 'preferences.json')),
    windows: {
      show: (window, snapshot) => {
        shown.set(window, structuredClone(snapshot))
        for (const look of waiting) look()
      },
      push: (push) => {
        windows.pushed.push(structuredClone(push))
        for (const look of waiting) look()
      },
      isAlive: (window) => windows.alive.has(window),
      raise: (window) => void windows.raised.push(window),
      hideHelp: () => undefined,
      setLayout: () => undefined,
    },
    printPdf: async (html) => Buffer.from(`%PDF-1.7 ${html.length}`),
    recordsFolder: join(folder, 'Scanside records'),
    hostname: 'test-host',
    runtime: 'a test',
    version: '0.0.0',
    startNotices: [],
    log: (level, event, fields) => void appLog.push({ event, level, ...fields } as { event: string }),
  })

  const snapshot = () => workstation.snapshot('main')
  const measureAll = () => {
    const links = snapshot().peers.flatMap((peer) => {
      const over = measured.get(peer.physicianId)
      return over === undefined ? [] : [{ ...measurementOf(peer), ...over }]
    })
    if (links.length > 0) workstation.report('main', { kind: 'links-measured', links })
  }
  const ticking = setInterval(() => {
    measureAll()
    workstation.tick()
    for (const look of waiting) look()
  }, 100)
  const close = () => {
    if (isClosed) return
    isClosed = true
    clearInterval(ticking)
    workstation.close()
  }
  later(close)

  return {
    workstation,
    windows,
    clock,
    folder,
    deviceId: ground.identity.deviceId,
    appLog,
    snapshot,
    until: (fits, what = fits.toString()) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const now = snapshot()
          if (!fits(now)) return
          waiting.delete(look)
          clearTimeout(timer)
          resolve(now)
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          const { policy: _, ...rest } = snapshot()
          reject(new Error(`never: ${what}\n${JSON.stringify(rest, null, 1)}`))
        }, 15_000)
        waiting.add(look)
        look()
      }),
    sentTo: (physicianId) =>
      windows.pushed.flatMap((push) =>
        push.kind === 'send-peer' && push.physicianId === physicianId ? [push.message] : [],
      ),
    measure: (physicianId, over = {}) => {
      measured.set(physicianId, over)
      measureAll()
    },
    silence: (physicianId) => void measured.delete(physicianId),
    entries: () => ground.store.entries(1, 100_000),
    restart: async () => {
      close()
      return openRoom({ ...options, folder })
    },
    close,
  }
}

/** A healthy link, both ways, as far as this peer's media are asked for. */
function measurementOf({ physicianId, media }: PeerWanted): LinkMeasurement {
  const received = media === 'flowing' ? { framesDecodedPerS: 30, audioBytesPerS: 4000 } : nothing
  return {
    physicianId,
    epoch: 1,
    transport: 'connected',
    heartbeatAgeMs: 40,
    roundTripMs: 12,
    lossRatio: 0,
    received,
    receivedByPhysician: received,
    sending: media,
  }
}
const nothing = { framesDecodedPerS: 0, audioBytesPerS: 0 }

/** A room that was enrolled once and now has its files alone: identity, signed policy, and no hub to be found. */
export function offlineRoom(over: Partial<PolicyContent> = {}, options: RoomOptions = {}) {
  const folder = options.folder ?? tempFolder()
  const hubKey = generateKeyPair()
  const ground = openGround(
    { identity: join(folder, 'device.json'), log: join(folder, 'log.sqlite') },
    options.box ?? openBox,
  )
  const hub = 'http://127.0.0.1:9'
  ground.identity.enrol({ hub, hubPublicKey: hubKey.publicKey, siteId: 'site-1', roomId: 'ct-1' })
  ground.store.close()
  const policy = { ...testSite(over), version: 1, issuedAt: new Date().toISOString() }
  const signature = signJson(hubKey.privateKey, policy as unknown as Json)
  writeFileSync(join(folder, 'policy.json'), JSON.stringify({ policy, signature }))
  return { room: openRoom({ ...options, folder }), hubKey, folder }
}

/** Every line of a room's log, read by another reader than the room. */
export function logOf(folder: string): readonly LogEntry[] {
  const opened = openLogStore(join(folder, 'log.sqlite'))
  if (!opened.ok) throw new Error(opened.error.message)
  const entries = opened.value.entries(1, 100_000)
  opened.value.close()
  return entries
}

export const typesOf = (entries: readonly LogEntry[]): readonly string[] => entries.map(({ type }) => type)

export const isWhole = (entries: readonly LogEntry[]): boolean => verifyChain(entries, sha256Hex).ok

export async function signIn(room: Room, pin = '2468') {
  return room.workstation.dispatch({ kind: 'sign-in', technologistId: 'j-ortiz', pin })
}

/** From an empty room to contrast flowing, with overrides where no physician is there. */
export async function inject(room: Room): Promise<void> {
  const { dispatch } = room.workstation
  const { scheduledAt: _, ...exam } = testSite().worklist[0]!
  const done = async (intent: Parameters<typeof dispatch>[0]) => {
    const reply = await dispatch(intent)
    if (!reply.ok) throw new Error(`${intent.kind}: ${reply.error.message}`)
  }
  await done({ kind: 'open-session', exam, contrastClass: 'iodinated' })
  await done({ kind: 'answer-screening', questionId: 'prior-reaction', answer: 'no', note: '' })
  await done({ kind: 'complete-screening' })
  await done({ kind: 'check-in-responder', responderId: 'r-patel' })
  if (room.snapshot().gate?.open !== true) {
    await done({ kind: 'override-check', check: 'two-way-audio-video', reason: 'a test without a physician' })
  }
  await done({ kind: 'start-injection', agentId: 'iohexol-350', volumeMl: 100, route: 'IV', lot: null })
}
