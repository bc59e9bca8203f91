import type { Windows } from './ports.ts'

/** Shows the help window where the main one cannot show a call, and puts it away again. */
export type HelpWindow = {
  /** Brings the window to the front that can show a call now. */
  readonly raise: () => void
  /** To be called when a window or the calls may have changed. */
  readonly follow: () => void
}

export function createHelpWindow(windows: Windows, isCalling: () => boolean): HelpWindow {
  let isRaised = false
  const raiseHelp = () => {
    isRaised = true
    windows.raise('help')
  }
  return {
    raise: () => {
      if (windows.isAlive('main')) windows.raise('main')
      else raiseHelp()
    },
    follow: () => {
      const isNeeded = isCalling() && !windows.isAlive('main')
      if (isNeeded && !isRaised) raiseHelp()
      if (isNeeded || !isRaised) return
      isRaised = false
      // The call goes on there, also where that window was minimised.
      if (isCalling()) windows.raise('main')
      windows.hideHelp()
    },
  }
}
