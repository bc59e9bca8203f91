import { powerMonitor, powerSaveBlocker } from 'electron'

export type PowerEvents = {
  readonly onSuspend: () => void
  readonly onResume: () => void
  readonly onLockScreen: () => void
  /** The computer is being shut down or the person logs off: there is no time to ask. */
  readonly onShutdown: () => void
}

/** The room's computer neither sleeps nor darkens by itself while Scanside runs; people may still put it to sleep. */
export function watchPower({ onSuspend, onResume, onLockScreen, onShutdown }: PowerEvents): void {
  powerSaveBlocker.start('prevent-display-sleep')
  powerMonitor.on('suspend', onSuspend)
  powerMonitor.on('resume', onResume)
  powerMonitor.on('unlock-screen', onResume)
  powerMonitor.on('lock-screen', onLockScreen)
  powerMonitor.on('shutdown', onShutdown)
}
