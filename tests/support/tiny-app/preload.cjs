const { contextBridge, ipcRenderer } = require('electron')

globalThis.leaked = true
contextBridge.exposeInMainWorld('api', {
  echo: (value) => ipcRenderer.invoke('echo', value),
  fail: () => ipcRenderer.invoke('fail'),
  ask: (value) => ipcRenderer.send('ask', value),
  onAnswer: (listener) => {
    const handler = (_event, value) => listener(value)
    ipcRenderer.on('answer', handler)
    return () => ipcRenderer.off('answer', handler)
  },
  add: (a, b) => a + b,
  throwing: () => {
    throw new TypeError('in the preload')
  },
})
