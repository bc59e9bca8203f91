import type { Workstation } from './electron-app.ts'

/** Starts to note, in the app's main process, when the help window is shown and hidden. */
export function watchHelpWindow({ app }: Workstation): Promise<void> {
  return app.evaluate(({ BrowserWindow }) => {
    const help = BrowserWindow.getAllWindows().find(({ webContents }) =>
      webContents.getURL().includes('help'),
    )
    if (help === undefined) throw new Error('there is no help window')
    const seen: string[] = []
    Reflect.set(globalThis, 'helpWindowSeen', seen)
    help.on('show', () => seen.push('shown'))
    help.on('hide', () => seen.push('hidden'))
  })
}

export const helpWindowSeen = ({ app }: Workstation): Promise<readonly string[]> =>
  app.evaluate(() => Reflect.get(globalThis, 'helpWindowSeen') as readonly string[])

/** Kills the main window's renderer from outside, as the system does when memory runs out; waits for its end. */
export async function killRenderer({ app }: Workstation): Promise<void> {
  await app.evaluate(async ({ BrowserWindow }) => {
    const main = BrowserWindow.getAllWindows().find(({ webContents }) =>
      webContents.getURL().includes('index'),
    )
    if (main === undefined) throw new Error('there is no main window')
    const pid = main.webContents.getOSProcessId()
    if (pid === 0) throw new Error('the process of the main window is not known')
    await new Promise<void>((resolve) => {
      main.webContents.once('render-process-gone', () => resolve())
      process.kill(pid, 'SIGKILL')
    })
  })
}
