// The least that an Electron app can be: what starting costs before any app of ours comes into it.
import { join } from 'node:path'
import { app, BrowserWindow } from 'electron'

const sinceProcessStartMs = () => Math.round(Date.now() - performance.timeOrigin)
const say = (event) =>
  process.stdout.write(`${JSON.stringify({ event, sinceProcessStartMs: sinceProcessStartMs() })}\n`)

app.on('window-all-closed', () => app.quit())
app.whenReady().then(async () => {
  say('armed')
  const window = new BrowserWindow({ webPreferences: { sandbox: true, contextIsolation: true } })
  await window.loadFile(join(import.meta.dirname, 'index.html'))
  await window.webContents.executeJavaScript(
    'new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(() => painted(null))))',
  )
  say('usable')
})
