import type { Workstation } from './electron-app.ts'

/** What a plain window takes on a machine that has time for it; beyond that the machine is busy with other things. */
const quietMs = 400

/** How long this machine takes, now, to open a window with nothing in it, in the app that is tested, ms. */
export function openPlainWindow({ app }: Workstation): Promise<number> {
  return app.evaluate(async ({ BrowserWindow }) => {
    const from = performance.now()
    const window = new BrowserWindow({
      show: false,
      webPreferences: { sandbox: true, contextIsolation: true },
    })
    await window.loadURL('data:text/html,<!doctype html><title>Plain</title>')
    const tookMs = Math.round(performance.now() - from)
    window.destroy()
    return tookMs
  })
}

/** Reviving a page with everything in it is, on a busy machine, about this many times the work. */
const plainWindowsInOne = 4

/**
 * What a promise in milliseconds may take here: itself where the machine is quiet, and more by what plain windows,
 * opened just before and just after, took longer than they do there.
 */
export const allowedMs = (promisedMs: number, plainMs: readonly number[]): number =>
  promisedMs + plainWindowsInOne * Math.max(0, Math.max(...plainMs) - quietMs)
