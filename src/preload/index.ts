import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron'
import type { WorkstationBridge } from '../contract/ipc.ts'
import { ipcChannels } from '../contract/ipc-channels.ts'

/** A listener on one channel that never sees Electron's event, with its own removal. */
const on = <T>(channel: string, listener: (value: T) => void): (() => void) => {
  const forward = (_event: IpcRendererEvent, value: T) => listener(value)
  ipcRenderer.on(channel, forward)
  return () => {
    ipcRenderer.removeListener(channel, forward)
  }
}

const bridge: WorkstationBridge = {
  getSnapshot: () => ipcRenderer.invoke(ipcChannels.snapshot),
  onSnapshot: (listener) => on(ipcChannels.state, listener),
  dispatch: (intent) => ipcRenderer.invoke(ipcChannels.dispatch, intent),
  report: (report) => ipcRenderer.send(ipcChannels.report, report),
  onPush: (listener) => on(ipcChannels.push, listener),
}

contextBridge.exposeInMainWorld('workstation', bridge)
