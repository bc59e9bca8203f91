import { globalShortcut, Menu, nativeImage, Tray } from 'electron'
import trayIcon from '../../../assets/tray.png?inline'
import type { EscalationKind, PressOrigin } from '../../domain/log/events.ts'

export type OutsideButtons = {
  readonly press: (kind: EscalationKind, origin: PressOrigin) => void
  readonly open: () => void
  readonly quit: () => void
}

/** The help button outside of the windows: it works without any of them. Keep the answer, or the tray goes. */
export function makeTray({ press, open, quit }: OutsideButtons): Tray {
  const tray = new Tray(nativeImage.createFromDataURL(trayIcon))
  tray.setToolTip('Scanside')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { id: 'reaction', label: 'REACTION — call now', click: () => press('reaction', 'tray') },
      { id: 'question', label: 'Ask the physician', click: () => press('question', 'tray') },
      { type: 'separator' },
      { id: 'open', label: 'Open Scanside', click: open },
      { id: 'quit', label: 'Quit…', click: quit },
    ]),
  )
  tray.on('click', open)
  return tray
}

/** False when another program has the key already. */
export function armHotkey(accelerator: string, press: OutsideButtons['press']): boolean {
  try {
    return globalShortcut.register(accelerator, () => press('reaction', 'hotkey'))
  } catch {
    // Not a combination of keys at all.
    return false
  }
}
