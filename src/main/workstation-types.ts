import type { Intent, IntentReply, Report, Snapshot } from '../contract/ipc.ts'
import type { EscalationKind, PressOrigin } from '../domain/log/events.ts'
import type { DicomDataset } from '../domain/record/sr/content.ts'
import type { Problem } from '../domain/result.ts'
import type { Clock } from '../platform/node/clock.ts'
import type { DeviceIdentity } from '../platform/node/device-identity.ts'
import type { LogCopies } from '../platform/node/log-copies.ts'
import type { LogStore } from '../platform/node/log-store-types.ts'
import type { PolicyFile } from '../platform/node/policy-file.ts'
import type { AppLog, WindowName, Windows } from './ports.ts'
import type { PreferencesFile } from './preferences.ts'
import type { SalvageJob } from './salvage.ts'
import type { StrandedJob } from './stranded.ts'

export type WorkstationOptions = {
  readonly clock: Clock
  readonly newId: () => string
  /** 0 ≤ x < 1, for jitter. */
  readonly random: () => number
  readonly identity: DeviceIdentity
  /** The log on disk, or one in memory that says why. */
  readonly store: LogStore
  /** What is to be read back into it of a damaged log. */
  readonly salvage?: SalvageJob | undefined
  /** What of damaged logs the hub may have to be offered still. */
  readonly stranded?: StrandedJob | undefined
  /** The daily copy of the log; undefined where none is made. */
  readonly copies?: LogCopies | undefined
  readonly policyFile: PolicyFile
  readonly preferences: PreferencesFile
  readonly windows: Windows
  readonly printPdf: (html: string) => Promise<Buffer>
  readonly writeDicom: (dataset: DicomDataset) => Promise<Uint8Array>
  readonly recordsFolder: string
  readonly hostname: string
  readonly runtime: string
  readonly version: string
  /** What went wrong before there was a workstation. */
  readonly startNotices: readonly Problem[]
  readonly log: AppLog
}

export type Workstation = {
  /** Looks for the hub, if this device is enrolled. Everything else works before. */
  readonly connect: () => void
  readonly dispatch: (intent: Intent) => Promise<IntentReply>
  readonly report: (window: WindowName, report: Report) => void
  /** From outside of the windows: hotkey and tray. Never fails. */
  readonly pressHelp: (escalation: EscalationKind, origin: PressOrigin) => void
  readonly snapshot: (window: WindowName) => Snapshot
  readonly windowLost: (window: WindowName, reason: string) => void
  readonly windowRestored: (window: WindowName, afterMs: number) => void
  readonly lockScreen: () => void
  /** The network may be back. */
  readonly networkHint: () => void
  /** Something that a person must know; null when it is over. */
  readonly notice: (about: string, problem: Problem | null) => void
  /** What would be torn by an end of the process now. */
  readonly openWork: () => 'escalation' | 'session' | null
  /** To be called four times a second: ages links, climbs the ladder, locks, retries writes. */
  readonly tick: () => void
  readonly close: () => void
}
