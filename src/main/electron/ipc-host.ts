import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain } from 'electron'
import type { Intent, IntentReply, Report, Snapshot } from '../../contract/ipc.ts'
import { ipcChannels } from '../../contract/ipc-channels.ts'
import { isAppAddress } from '../app-files.ts'
import { errorFields } from '../app-log.ts'
import { decodeIntent, decodeReport } from '../ipc-decode.ts'
import type { AppLog, WindowName } from '../ports.ts'

export type IpcHostOptions = {
  /** Which of our windows these contents belong to, if any. */
  readonly windowOf: (contentsId: number) => WindowName | undefined
  readonly dispatch: (intent: Intent) => Promise<IntentReply>
  readonly report: (window: WindowName, report: Report) => void
  readonly snapshot: (window: WindowName) => Snapshot
  readonly log: AppLog
}

/** The only way from a page into this process: our own windows, our own pages, decoded before anything is done. */
export function hostIpc({ windowOf, dispatch, report, snapshot, log }: IpcHostOptions): void {
  const senderOf = (event: IpcMainInvokeEvent | IpcMainEvent): WindowName | undefined => {
    const frame = event.senderFrame
    const isOurPage = frame !== null && frame.parent === null && isAppAddress(frame.url)
    const window = isOurPage ? windowOf(event.sender.id) : undefined
    if (window === undefined) log('warn', 'ipc-from-stranger', { url: frame?.url.slice(0, 200) ?? null })
    return window
  }

  ipcMain.handle(ipcChannels.snapshot, (event) => {
    const window = senderOf(event)
    if (window === undefined) throw new Error('not one of the windows of Scanside')
    return snapshot(window)
  })

  ipcMain.handle(ipcChannels.dispatch, async (event, value: unknown): Promise<IntentReply> => {
    if (senderOf(event) === undefined) {
      return { ok: false, error: { kind: 'stranger', message: 'Only the windows of Scanside may ask.' } }
    }
    const intent = decodeIntent(value)
    if (!intent.ok) {
      log('warn', 'intent-malformed', { message: intent.error.message })
      return { ok: false, error: intent.error }
    }
    try {
      return await dispatch(intent.value)
    } catch (error) {
      log('error', 'intent-failed', { intent: intent.value.kind, ...errorFields(error) })
      const message =
        'Scanside failed at this, and has written why to its application log. Nothing else is affected; the help button works. Try again.'
      return { ok: false, error: { kind: 'internal', message } }
    }
  })

  ipcMain.on(ipcChannels.report, (event, value: unknown) => {
    const window = senderOf(event)
    if (window === undefined) return
    const decoded = decodeReport(value)
    if (!decoded.ok) {
      log('warn', 'report-malformed', { window, message: decoded.error.message })
      return
    }
    try {
      report(window, decoded.value)
    } catch (error) {
      log('error', 'report-failed', { report: decoded.value.kind, ...errorFields(error) })
    }
  })
}
