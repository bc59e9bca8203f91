import type { Push, Snapshot } from '../contract/ipc.ts'

export const windowNames = ['main', 'help'] as const
export type WindowName = (typeof windowNames)[number]

/** The two windows as the workstation sees them. Nothing here may throw or wait. */
export type Windows = {
  readonly show: (window: WindowName, snapshot: Snapshot) => void
  /** To the main window, which holds media and peers. Lost when that window is dead. */
  readonly push: (push: Push) => void
  /** Loaded, usable, and its event loop turns. */
  readonly isAlive: (window: WindowName) => boolean
  /** Brings a window before everything else. */
  readonly raise: (window: WindowName) => void
  readonly hideHelp: () => void
  readonly setLayout: (layout: 'full' | 'strip') => void
}

/** The application log: never patient data, PINs, tokens or session descriptions. */
export type AppLog = (
  level: 'debug' | 'info' | 'warn' | 'error',
  event: string,
  fields?: Readonly<Record<string, string | number | boolean | null | undefined>>,
) => void
