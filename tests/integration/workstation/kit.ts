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
import { groundFilesIn, openGround } from '../../../src/main/open-log.ts'
import type { WindowName } from '../../../src/main/ports.ts'
import { openPreferences } from '../../../src/main/preferences.ts'
import { createWorkstation } from '../../../src/main/workstation.ts'
import type { Workstation } from '../../../src/main/workstation-types.ts'
import type { Clock } from '../../../src/platform/node/clock.ts'
import type { SecretBox } from '../../../src/platform/node/device-identity.ts'
import { dicomFileAside } from '../../../src/platform/node/dicom-aside.ts'
import { generateKeyPair, sha256Hex, signJson } from '../../../src/platform/node/ed25519.ts'
import type { LogKey } from '../../../src/platform/node/encrypted-database.ts'
import { openLogCopies } from '../../../src/platform/node/log-copies.ts'
import { openLogStore } from '../../../src/platform/node/log-store.ts'
import type { Draft, LogStore } from '../../../src/platform/node/log-store-types.ts'
import { openPolicyFile } from '../../../src/platform/node/policy-file.ts'
import { readLogKey } from '../../support/log-keys.ts'
import { boxOf } from '../../support/secret-box.ts'
import { testSite } from '../../support/site.ts'
import { later } from '../../support/undo.ts'

/** As Node runs them, without a build. */
const worker = (name: string) => join(import.meta.dirname, '..', '..', '..', 'src/platform/node', name)
const dicomWorker = worker('dicom-worker.ts')

export const openBox = boxOf('room')

/** Real clocks; time is passed over by `advance`, and the wall clock alone is set by `turn`. */
export type TestClock = Clock & {
  readonly advance: (ms: number) => void
  readonly turn: (ms: number) => void
}

function testClock(aheadMs: number): TestClock {
  let passed = 0
  let turned = aheadMs
  return {
    boot: `b-${randomUUID()}`,
    nowMs: () => Date.now() + passed + turned,
    mono: () => Math.round(performance.now() * 10) / 10 + passed,
    advance: (ms) => {
      passed += ms
    },
    turn: (ms) => {
      turned += ms
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
  readonly until: (
    fits: (snapshot: Snapshot) => boolean,
    what?: string,
    withinMs?: number,
  ) => Promise<Snapshot>
  /** What has been sent to this physician over the peer channel. */
  readonly sentTo: (physicianId: string) => readonly PeerMessage[]
  /** From now on the main window measures this of the peer, five times a second. */
  readonly measure: (physicianId: string, over?: Partial<LinkMeasurement>) => void
  readonly silence: (physicianId: string) => void
  readonly entries: () => readonly LogEntry[]
  /** Resolves once a power failure would take nothing of what is written. */
  readonly untilDurable: () => Promise<unknown>
  /** Ends this process of the workstation without a goodbye, and starts the next on the same files. */
  readonly restart: () => Promise<Room>
  readonly close: () => void
}

export type RoomOptions = {
  readonly folder?: string
  /** Wraps the store that was opened. */
  readonly store?: (store: LogStore) => LogStore
  readonly box?: SecretBox
  /** Whether the daily copy of the log is made. */
  readonly isCopied?: boolean
  readonly printPdf?: (html: string) => Promise<Buffer>
  /** Another file than the one that works. */
  readonly walWorker?: string
  /** How far this computer's wall clock is ahead of the hub's. */
  readonly aheadMs?: number
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scanside-room-'))
  later(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function openRoom(options: RoomOptions = {}): Room {
  const folder = options.folder ?? tempFolder()
  const clock = testClock(options.aheadMs ?? 0)
  const appLog: { readonly event: string }[] = []
  const ground = openGround(
    groundFilesIn(folder),
    options.box ?? openBox,
    (step) => void appLog.push({ event: step }),
    {
      worker: worker(options.walWorker ?? 'wal-worker.ts'),
      onMissing: () => void appLog.push({ event: 'wal-worker-missing' }),
    },
  )
  const shown = new Map<WindowName, Snapshot>()
  const waiting = new Set<() => void>()
  const windows: FakeWindows = { shown, alive: new Set(['main', 'help']), raised: [], pushed: [] }
  const measured = new Map<string, Partial<LinkMeasurement>>()
  let isClosed = false

  const workstation = createWorkstation({
    clock,
    newId: randomUUID,
    random: Math.random,
    identity: ground.identity,
    store: options.store?.(ground.store) ?? ground.store,
    salvage: ground.salvage,
    stranded: ground.stranded,
    copies:
      options.isCopied === true && ground.copied !== undefined
        ? openLogCopies(ground.copied, join(folder, 'log.key'), worker('log-copy-worker.ts'))
        : undefined,
    policyFile: openPolicyFile(join(folder, 'policy.json'), options.box ?? openBox),
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
    printPdf: options.printPdf ?? (async (html) => Buffer.from(`%PDF-1.7 ${html.length}`)),
    writeDicom: (dataset) => dicomFileAside(dataset, dicomWorker),
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

  const until: Room['until'] = (fits, what = fits.toString(), withinMs = 15_000) =>
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
      }, withinMs)
      waiting.add(look)
      look()
    })

  return {
    workstation,
    windows,
    clock,
    folder,
    deviceId: ground.identity.deviceId,
    appLog,
    snapshot,
    until,
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
    untilDurable: () => until(() => ground.store.durableHead().seq === ground.store.head().seq, 'durable'),
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
    attention: { front: 'this-room', microphone: 'on' },
    sending: media,
  }
}
const nothing = { framesDecodedPerS: 0, audioBytesPerS: 0 }

/** A room that was enrolled once and now has its files alone: identity, signed policy, and no hub to be found. */
export function offlineRoom(over: Partial<PolicyContent> = {}, options: RoomOptions = {}) {
  const folder = options.folder ?? tempFolder()
  const hubKey = generateKeyPair()
  const ground = openGround(groundFilesIn(folder), options.box ?? openBox)
  const hub = 'http://127.0.0.1:9'
  ground.identity.enrol({ hub, hubPublicKey: hubKey.publicKey, siteId: 'site-1', roomId: 'ct-1' })
  ground.store.append([enrolledBefore(ground.identity.deviceId, hub)])
  ground.store.close()
  const policy = { ...testSite(over), version: 1, issuedAt: new Date().toISOString() }
  const signature = signJson(hubKey.privateKey, policy as unknown as Json)
  writeFileSync(join(folder, 'policy.json'), JSON.stringify({ policy, signature }))
  return { room: openRoom({ ...options, folder }), hubKey, folder }
}

const enrolledBefore = (device: string, hub: string): Draft => ({
  device,
  at: new Date().toISOString(),
  boot: 'b-before',
  mono: 0,
  actor: { kind: 'system' },
  type: 'device-enrolled',
  session: null,
  body: { hub, siteId: 'site-1', roomId: 'ct-1' },
})

/** The key of a room's log; a room has been there. */
export const keyIn = (folder: string): LogKey => readLogKey(folder, openBox)

/** Every line of a room's log, read by another reader than the room. */
export function logOf(folder: string): readonly LogEntry[] {
  const opened = openLogStore(join(folder, 'log.sqlite'), keyIn(folder))
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
  const link = room.snapshot().gate?.checks.find(({ check }) => check === 'two-way-audio-video')
  if (link?.outcome === 'failed') {
    const { check, detail: finding } = link
    await done({ kind: 'override-check', check, finding, reason: 'a test without a physician' })
  }
  await done({ kind: 'start-injection', agentId: 'iohexol-350', volumeMl: 100, route: 'IV', lot: null })
}
